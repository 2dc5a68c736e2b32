// %% [markdown]
// # 2. Normalization
//
// The report prepares the data in two steps. It divides every pixel by 255, so that values lie between
// 0 and 1 instead of 0 and 255, and gives three reasons: steadier numbers, better behaved gradients, and
// a form that suits many networks and activation functions. And it flattens the labels, which are loaded
// as a matrix with one column, to the vector that the loss `sparse_categorical_crossentropy` takes.
//
// Here both steps are shown on the data, and the reasons, for which the report has no measurement, are
// put to a test: the same network is trained on raw and on rescaled pixels.

// %%
import BigEggs
import Reporting

let section = try Section(.normalization)
let (train, test) = try section.loadData()

// %% [markdown]
// ## Labels: a column becomes a vector
//
// The numbers stay what they are; only the shape changes.

// %%
let column = train.labels
let vector = train.labels.flattened()
try section.record("labelShapes", ["before": column.shape, "after": vector.shape])
section.show(
    Table(
        ["labels", "shape", "the first five"],
        rows: [
            [
                "as loaded", "\(column.shape)",
                column.values.prefix(5).map { "[\($0)]" }.joined(separator: " "),
            ],
            ["flattened", "\(vector.shape)", vector.values.prefix(5).map { "\($0)" }.joined(separator: " ")],
        ]))

// %% [markdown]
// ## Pixels: from [0, 255] to [0, 1]
//
// The images stay bytes in memory; `rescaled()` only sets the factor by which a pixel is multiplied on
// its way into the network. The shape of the histogram stays as it is, its axis changes.

// %%
let histogram = PixelHistogram(train)
let raw = histogram.statistics(rescale: 1)
let scaled = histogram.statistics(rescale: 1 / 255)
try section.record("pixels", ["raw": raw, "scaled": scaled])
try section.record("histogram", histogram)

section.show(
    Table(
        ["pixels", "minimum", "maximum", "mean"],
        rows: [("as loaded", raw), ("rescaled", scaled)].map { name, pixels in
            [name, pixels.minimum.fixed(3), pixels.maximum.fixed(3), pixels.mean.fixed(3)]
        }))
section.figure("pixel-histograms")

// %% [markdown]
// ## What it changes: the first epochs on raw and on rescaled pixels
//
// Two networks with the same layers, the same initial weights and the same order of images. One sees
// pixels up to 255, the other up to 1; everything else is alike. Batch normalization stands behind every
// convolution and undoes most of a difference in scale, so one should not expect a network that fails on
// raw pixels: the first layer alone sees them.

// %%
let images = section.profile == .quick ? 2_000 : 10_000
let epochs = section.options.epochs ?? (section.profile == .quick ? 4 : 5)
let few = train.prefix(images).withFlattenedLabels()
let fewTest = test.prefix(images / 2).withFlattenedLabels()
try section.setting("batchSize", 128)

let histories = try [("as loaded", 1), ("rescaled", 1 / 255)].map { (name: String, factor: Float) in
    let model = try Sequential.bigEggs(
        classes: few.classNames.count, seed: section.seed, precision: section.precision,
        threads: section.threads)
    try model.compile(optimizer: Adam(), loss: .sparseCategoricalCrossentropy)
    return try model.fit(
        few.rescaled(factor), validation: fewTest.rescaled(factor), batchSize: 128, epochs: epochs,
        callbacks: [section.progressBar(name)])
}

// %%
try section.record(
    "comparison",
    NormalizationComparison(
        images: few.count, testImages: fewTest.count, epochs: epochs, raw: histories[0].columns,
        scaled: histories[1].columns))

let metrics = ["loss", "accuracy", "val_loss", "val_accuracy"]
section.show(
    Table(
        ["epoch", "pixels", "training loss", "training accuracy", "validation loss", "validation accuracy"],
        rows: (0..<epochs).flatMap { epoch in
            zip(["as loaded", "rescaled"], histories).map { name, history in
                ["\(epoch + 1)", name] + metrics.map { history[$0][epoch].fixed(3) }
            }
        }))
section.figure("raw-against-scaled")

// %% [markdown]
// ## What it means
//
// The training loss is the one to look at. When a network is validated, batch normalization uses running
// means and variances that take some hundred steps to settle, and a short run ends before that: its
// validation is near guessing whatever the pixels are. And a short training on few images says which of
// the two starts better, not where they end. All later sections use rescaled pixels, as the report does.

// %%
let (first, last) = (histories.map { $0["loss"][0] }, histories.map { $0["loss"][epochs - 1] })
section.headline(
    """
    Training loss after the first epoch: \(first[0].fixed(2)) on raw pixels, \(first[1].fixed(2)) on \
    rescaled; after epoch \(epochs): \(last[0].fixed(2)) and \(last[1].fixed(2)).
    """)
try section.end()
