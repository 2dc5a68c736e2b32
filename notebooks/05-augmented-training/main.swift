// %% [markdown]
// # 5. Augmented training
//
// The report's answer to overfitting is to train the same network again, on images that are changed at
// random every time they are used. Memorizing images does not help if they never repeat, so training takes
// longer, fits its images less well, and should do better on others. The report says that this, with early
// stopping and the falling learning rate, gave its best result.
//
// Only two things differ from section 4: the generator of section 3 changes the training images, and the
// callbacks wait longer before they stop the training.

// %%
import BigEggs
import Reporting

let section = try Section()
let data = try section.loadData()
let train = data.train.rescaled().withFlattenedLabels()
let test = data.test.rescaled().withFlattenedLabels()
let plain = try section.read("04-plain-training")
let augmentation = try section.read("03-augmentation")

// %% [markdown]
// ## Training
//
// The same layers, the same initial weights, the same order of the images in each epoch. The generator is
// the one that section 3 recorded. Test images are never changed.

// %%
let settings = section.trainingSettings(.augmented(section.profile))
try section.setting(settings)
let generator: ImageDataGenerator = try augmentation.value("results.generator")
try section.record("generator", generator)

let model = try Sequential.bigEggs(
    classes: train.classNames.count, seed: section.seed, precision: section.precision,
    threads: section.threads)
try model.compile(
    optimizer: Adam(learningRate: settings.learningRate), loss: .sparseCategoricalCrossentropy)

let stopOnLoss = EarlyStopping(
    monitor: "val_loss", patience: settings.patience, restoreBestWeights: true)
let stopOnAccuracy = EarlyStopping(monitor: "val_accuracy", patience: settings.patience)
let reduceRate = ReduceLROnPlateau(
    monitor: "val_loss", factor: 0.5, patience: settings.plateauPatience)

let board = section.tensorBoard(on: test)

let callbacks: [any Callback] = [stopOnLoss, stopOnAccuracy, reduceRate, board, section.progressBar()]
let history = try section.train { checkpoints, interruption in
    try model.fit(
        train, validation: test, batchSize: settings.batchSize, epochs: settings.epochs,
        augmentation: generator, callbacks: callbacks, checkpoints: checkpoints,
        interruption: interruption)
}

// %%
let weights = try TrainedWeights.save(
    model, trainedOn: train, to: section.weights("augmented.safetensors"))
let training = try TrainingResults(
    of: model, history: history, epochs: settings.epochs, batchSize: settings.batchSize,
    callbacks: callbacks, trainedOn: train, validatedOn: test, weights: weights)
try section.record(training)

section.show(Table(history, best: training.bestEpoch, overfitsFrom: training.overfitsFrom))
section.figure("augmented-training")

// %% [markdown]
// ## Comparison with plain training
//
// Loss and accuracy of the restored weights, on the unchanged training images and on the test images.
// The last column is the distance between the two accuracies: how much better the network is on the images
// that it was trained on.

// %%
section.show(training.sentence)

let rows: [(String, Double?, Double?, Double?)] = [
    (
        "plain", plain[path: "results.evaluation.loss"]?.number,
        plain[path: "results.evaluation.accuracy"]?.number,
        plain[path: "results.finalTrain.accuracy"]?.number
    ),
    (
        "augmented", training.evaluation.loss, training.evaluation.accuracy, training.finalTrain.accuracy
    ),
]
section.show(
    Table(
        ["training", "test loss", "test accuracy", "training accuracy", "distance"],
        rows: rows.map { name, loss, accuracy, trainAccuracy in
            let known = (loss ?? .nan, accuracy ?? .nan, trainAccuracy ?? .nan)
            let distance = "\((100 * (known.2 - known.1)).fixed(1)) points"
            return [name, known.0.fixed(3), known.1.percent, known.2.percent, distance]
        }))

// %% [markdown]
// ## What the results mean
//
// Compare the distance first: a network that always sees changed images fits its training images less
// closely than one that sees the same images in every epoch, and more of what it learns helps on new images.
// The test accuracy shows whether augmentation was worth the time. In a short training it may not be: changed
// images are harder, so the first epochs improve more slowly. Section 6 compares the two trainings in full.

// %%
let gap = training.finalTrain.accuracy - training.evaluation.accuracy
let plainAccuracy = plain[path: "results.evaluation.accuracy"]?.number ?? .nan
section.headline(
    """
    Test accuracy \(training.evaluation.accuracy.percent), loss \(training.evaluation.loss.fixed(3)), \
    against \(plainAccuracy.percent) without augmentation; \((100 * gap).fixed(1)) points better on its \
    training images.
    """)
try section.end()
