// %% [markdown]
// # 6. Results
//
// The report states its best result as a loss of 0.3 to 0.4 and an accuracy above 0.9. It adds that
// plain training soon stops improving on the test images, and that augmentation, early stopping and the
// falling learning rate help. This section puts the two trained networks side by side on the test images.

// %%
import BigEggs
import Reporting

let section = try Section()
let test = try section.loadData().test.rescaled().withFlattenedLabels()
let trainings = try [section.read("04-plain-training"), section.read("05-augmented-training")]

// %%
let models = try [
    (file: "plain.safetensors", section: "04-plain-training" as ReportSection),
    (file: "augmented.safetensors", section: "05-augmented-training"),
].map { file, training in
    let model = try Sequential.bigEggs(
        classes: test.classNames.count, seed: section.seed, precision: section.precision,
        threads: section.threads)
    try model.compile(optimizer: Adam(), loss: .sparseCategoricalCrossentropy)
    try model.loadWeights(from: section.weights(file, from: training))
    return model
}
let predictions = try models.map { try $0.predict(test, batchSize: 128) }
let tested = try zip(models, predictions).map { model, predictions in
    TestResults(evaluation: try model.evaluate(test, batchSize: 128), predictions: predictions, of: test)
}
let (plain, augmented) = (tested[0], tested[1])
try section.setting("batchSize", 128)
try section.record("plain", plain)
try section.record("augmented", augmented)
try section.record("truth", test.labels.values)

// %% [markdown]
// ## Loss and accuracy
//
// The interval (Wilson's) contains the accuracy on all images of this kind with 95 % confidence, if the test
// images are a fair sample. If two intervals do not overlap, the networks differ by more than chance explains.
// If they overlap, the networks may still differ, as both were tested on the same images.

// %%
section.show(
    Table(
        ["training", "epochs", "test loss", "test accuracy", "95 % interval"],
        rows: zip(["plain", "augmented"], zip(trainings, tested)).map { name, both in
            let overall = both.1.overall
            return [
                name, "\(both.0[path: "results.epochsRun"]?.integer ?? 0)",
                both.1.loss.fixed(3), both.1.accuracy.percent,
                "\(overall.low.percent) to \(overall.high.percent)",
            ]
        }))
section.figure("plain-against-augmented")

let best = plain.accuracy > augmented.accuracy ? plain : augmented
section.show(
    """
    The better accuracy here is \(best.accuracy.fixed(3)), with a loss of \(best.loss.fixed(3)); \
    the report claims more than 0.9, with a loss of 0.3 to 0.4.
    """)
if !section.isCIFAR10 || section.profile == .quick {
    section.show(
        section.isCIFAR10
            ? "This was a quick run, on a fifth of the training images: it cannot reach the report's result."
            : "These are not the report's images, so the numbers cannot be compared with the report's.")
}

// %% [markdown]
// ## Class by class
//
// Rows are the true class, columns the predicted one. Cats and dogs, and birds and deer in front of
// leaves, are hard to tell apart at 32 by 32 pixels even for people.

// %%
section.show(
    Table(
        ["class", "plain", "augmented", "95 % interval", "images"],
        rows: test.classNames.enumerated().map { label, name in
            let after = augmented.perClass[label]
            return [
                name, plain.perClass[label].accuracy.percent, after.accuracy.percent,
                "\(after.low.percent) to \(after.high.percent)", after.count.grouped,
            ]
        }))
section.figure("confusion-plain")
section.figure("confusion-augmented")
section.figure("per-class-accuracy")

// %% [markdown]
// ## The pairs that are confused most
//
// The most frequent confusions of the network trained on augmented images, with some of the images.

// %%
section.show(
    Table(
        ["shows", "taken for", "images"],
        rows: augmented.confusedPairs.map { pair in
            [test.classNames[pair.truth], test.classNames[pair.predicted], "\(pair.count)"]
        }))
section.figure("confused-pairs")

// %% [markdown]
// ## Does the confidence match the accuracy?
//
// The report observes that an easy image is predicted with a confidence above 0.9. A confidence is useful
// only if it matches the accuracy: of the images predicted with 0.9, nine in ten should be right. The expected
// calibration error is the mean distance between confidence and accuracy, so smaller is better.

// %%
section.show(
    Table(
        ["training", "mean confidence", "accuracy", "expected calibration error"],
        rows: [("plain", plain), ("augmented", augmented)].map { name, results in
            [
                name, results.meanConfidence.percent, results.accuracy.percent,
                results.calibration.expectedCalibrationError.percent,
            ]
        }))
section.figure("calibration")

// %% [markdown]
// ## What the first layer looks for
//
// The 32 filters of the first convolution, each a picture of 3 by 3 pixels.

// %%
section.figure("first-layer-filters")

// %% [markdown]
// ## Where the network looks
//
// Grad-CAM computes how much each of the 8 by 8 places of the last convolution raises the score of a class.
// The maps are of the network trained on augmented images, for the first six test images that it gets right
// and the first six that it gets wrong. They show where the network looks, and not why. Their height and width in
// pixels are a quarter of the image's.

// %%
try section.record("explained", ExplainedImages(by: models[1], predictions[1], of: test, each: 6))
section.figure("where-it-looks")

// %%
section.headline(
    """
    Test accuracy \(augmented.accuracy.percent) with augmentation, \(plain.accuracy.percent) without; \
    loss \(augmented.loss.fixed(3)) and \(plain.loss.fixed(3)).
    """)
try section.end()
