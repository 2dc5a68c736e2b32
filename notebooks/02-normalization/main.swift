// %% [markdown]
// # 2. Normalization
//
// The report prepares the data in two steps. It divides every pixel by 255, so that values lie between
// 0 and 1 instead of 0 and 255, for steadier numbers and gradients. And it flattens the labels, which
// are loaded as a matrix with one column, to the vector that the loss function
// `sparse_categorical_crossentropy` takes.

// %%
import BigEggs
import Reporting

let section = try Section(.normalization)
let (train, test) = try section.loadData()

// %% [markdown]
// ## Labels: a column becomes a vector

// %%
let column = train.labels
let vector = train.labels.flattened()
try section.record("labelShapes", ["before": column.shape, "after": vector.shape])
section.show("Labels have the shape \(column.shape) as loaded and \(vector.shape) flattened.")

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
// ## What it changes
//
// The report gives reasons for rescaling but no measurement. Here is one: the same network from the
// same weights, trained for a short while on raw and on rescaled pixels, and everything else alike.
// Batch normalization stands behind every convolution and undoes most of a difference in scale, so one
// should not expect a network that fails on raw pixels; the first layer alone sees them.

// %%
let images = section.profile == .quick ? 2_000 : 10_000
let epochs = section.options.epochs ?? (section.profile == .quick ? 2 : 5)
let few = train.prefix(images).withFlattenedLabels()
let fewTest = test.prefix(images / 2).withFlattenedLabels()
try section.setting("batchSize", 128)

var histories: [History] = []
for factor in [1, 1 / 255] as [Float] {
    let model = try Sequential.bigEggs(
        classes: few.classNames.count, seed: section.seed, precision: section.precision,
        threads: section.threads)
    try model.compile(optimizer: Adam(), loss: .sparseCategoricalCrossentropy)
    histories.append(
        try model.fit(
            few.rescaled(factor), validation: fewTest.rescaled(factor), batchSize: 128, epochs: epochs,
            callbacks: [ProgressBar()]))
}

// %%
try section.record(
    "comparison",
    NormalizationComparison(
        images: few.count, testImages: fewTest.count, epochs: epochs, raw: histories[0].columns,
        scaled: histories[1].columns))

section.show(
    Table(
        ["pixels", "training loss", "training accuracy", "validation loss", "validation accuracy"],
        rows: zip(["as loaded", "rescaled"], histories).map { name, history in
            [name]
                + ["loss", "accuracy", "val_loss", "val_accuracy"].map { metric in
                    (history[metric].last ?? .nan).fixed(3)
                }
        }))
section.figure("raw-against-scaled")

// %% [markdown]
// The training loss is the one to look at. When a network is validated, batch normalization uses running
// means and variances that take some hundred steps to settle, and a quick run ends before that: its
// validation is near guessing whatever the pixels are. And a short training on few images says which of
// the two starts better, not where they end. All later sections use rescaled pixels, as the report does.

// %%
try section.end()
