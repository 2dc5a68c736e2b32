// %% [markdown]
// # 2. Normalization
//
// The report prepares the data in two steps. First it divides every pixel by 255, so that values lie between
// 0 and 1 instead of 0 and 255. It gives three reasons: steadier numbers, better behaved gradients, and
// a form that suits many networks and activation functions. Then it flattens the labels, which are loaded
// as a matrix with one column, to the vector that the loss `sparse_categorical_crossentropy` takes.
//
// This section shows both steps on the data. The report does not measure its reasons, so this section tests
// them: it trains the same network on raw and on rescaled pixels.

// %%
import BigEggs
import Reporting

let section = try Section()
let (train, test) = try section.loadData()

// %% [markdown]
// ## Labels: a column becomes a vector
//
// The numbers stay the same; only the shape changes.

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
// its way into the network. The histogram keeps its shape; only its axis changes.

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
// ## The first epochs on raw and on rescaled pixels
//
// Two networks with the same layers, the same initial weights and the same order of images. One sees
// pixels up to 255, the other up to 1; everything else is alike. Batch normalization after every convolution
// removes most of a difference in scale, and only the first layer sees the pixels. So the network should
// not fail on raw pixels.

// %%
let images = section.profile == .quick ? 2_000 : 10_000
let epochs = section.epochs(unlessGiven: section.profile == .quick ? 4 : 5)
let few = train.prefix(images).withFlattenedLabels()
let fewTest = test.prefix(images / 2).withFlattenedLabels()
let batchSize = 128
let steps = epochs * ((few.count + batchSize - 1) / batchSize)
try section.setting("batchSize", batchSize)

let trained = try [("as loaded", 1), ("rescaled", 1 / 255)].map { (name: String, factor: Float) in
    let model = try Sequential.bigEggs(
        classes: few.classNames.count, seed: section.seed, precision: section.precision,
        threads: section.threads)
    try model.compile(optimizer: Adam(), loss: .sparseCategoricalCrossentropy)
    let history = try model.fit(
        few.rescaled(factor), validation: fewTest.rescaled(factor), batchSize: batchSize, epochs: epochs,
        callbacks: [section.progressBar(name)])
    return (name: name, factor: factor, model: model, history: history)
}

// %%
let metrics = ["loss", "accuracy", "val_loss", "val_accuracy"]
section.show(
    Table(
        ["epoch", "pixels", "training loss", "training accuracy", "validation loss", "validation accuracy"],
        rows: (0..<epochs).flatMap { epoch in
            trained.map { run in
                ["\(epoch + 1)", run.name] + metrics.map { run.history[$0][epoch].fixed(3) }
            }
        }))

// %% [markdown]
// ## Validation with statistics measured anew
//
// Training normalizes each batch by its own means and variances. Validation uses moving means and variances. They
// begin at 0 and 1 and keep 99 % of their value in each step, so after n steps 0.99ⁿ of the initial value is left. In
// the first layer this matters: if pixels vary little, so do the features of this layer, and even a small remainder of
// the initial 1 can be many times their variance. Validation then divides the features by far too much, and a short
// training looks worse than it is.
//
// So each network goes through its training images once more, without learning, to measure the statistics of its
// final weights. This is known as precise batch normalization. Then the network is validated again.

// %%
let precise = try trained.map { run in
    try run.model.measurePreciseStatistics(
        on: few.rescaled(run.factor), batchSize: batchSize,
        callbacks: [section.progressBar("\(run.name), without learning")])
    return NormalizationComparison.Precise(
        try run.model.evaluate(fewTest.rescaled(run.factor), batchSize: batchSize),
        weights: try run.model.weights())
}
let comparison = NormalizationComparison(
    images: few.count, testImages: fewTest.count, epochs: epochs, steps: steps,
    raw: (trained[0].history, precise[0]), scaled: (trained[1].history, precise[1]))
try section.record("comparison", comparison)

section.show(
    Table(
        [
            "pixels", "left of 1 after \(steps) steps", "variance in the first layer", "validation loss",
            "measured anew", "validation accuracy", "measured anew",
        ],
        rows: zip(trained, precise).map { run, precise in
            [
                run.name, comparison.startLeft.fixed(6), precise.firstVariance.fixed(6),
                run.history["val_loss"][epochs - 1].fixed(3), precise.loss.fixed(3),
                run.history["val_accuracy"][epochs - 1].fixed(3), precise.accuracy.fixed(3),
            ]
        }))
section.figure("raw-against-scaled")

// %% [markdown]
// ## What the results mean
//
// A short training on few images shows which of the two starts better, not where they end. In a training of
// many epochs nothing is left of the initial values of the moving statistics. All later sections use rescaled
// pixels, as the report does.

// %%
let last = trained.map { $0.history["loss"][epochs - 1] }
section.headline(
    """
    After epoch \(epochs) the training loss is \(last[0].fixed(2)) on raw pixels, \(last[1].fixed(2)) on \
    rescaled; validation accuracy with statistics measured anew is \(precise[0].accuracy.percent) and \
    \(precise[1].accuracy.percent).
    """)
try section.end()
