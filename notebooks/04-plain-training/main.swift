// %% [markdown]
// # 4. Plain training
//
// The report trains one network twice: first on the images as they are loaded, then on augmented ones.
// This is the first training. The report says that its validation stops improving after some ten epochs,
// and that the model overfits from there. This section looks for that epoch.
//
// The network is a small convolutional one. Three times it applies two 3×3 convolutions, with
// 32, then 64, then 128 filters, and halves the image's sides with max pooling. The result is flattened
// and passed through dense layers of 512 and 1,024 units to ten, whose softmax is the probability of each
// class. All convolutions and the other dense layers end in a ReLU. Two measures keep the network from memorizing
// its images: batch normalization after each ReLU, and dropout of half the units before the last layer.

// %%
import BigEggs
import Reporting

let section = try Section()
let data = try section.loadData()
let train = data.train.rescaled().withFlattenedLabels()
let test = data.test.rescaled().withFlattenedLabels()

// %% [markdown]
// ## The network
//
// Sections 2 and 5 to 7 use the same network, which the module `Reporting` defines as `Sequential.bigEggs`.
// A change here affects only this section; a change there affects only the others.

// %%
let model = try Sequential(
    input: train.imageShape, seed: section.seed, precision: section.precision, threads: section.threads
) {
    Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    MaxPooling2D()

    Conv2D(64, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    Conv2D(64, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    MaxPooling2D()

    Conv2D(128, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    Conv2D(128, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    MaxPooling2D()

    Flatten()
    Dense(512, activation: .relu)
    BatchNormalization()
    Dense(1024, activation: .relu)
    BatchNormalization()
    Dropout(0.5)
    Dense(train.classNames.count, activation: .softmax)
}
section.show(Table(layersOf: model))

// %% [markdown]
// ## Training
//
// Adam minimizes the sparse categorical cross-entropy, 128 images per step. After every epoch the network is
// validated on the test images, and three callbacks use the result. The first stops the training when the
// validation loss has not improved for some epochs, and the second when the validation accuracy has not. The third
// halves the learning rate after fewer epochs without a lower validation loss. At the end the weights of the epoch
// with the lowest validation loss are restored. A fourth callback writes the metrics, the weights and a few
// predictions for TensorBoard, where the training can be watched. The training saves itself after every epoch:
// interrupt it, and the next run goes on from there.
//
// The report validates on the test images. This makes the result a little too good: the same images choose
// the epoch and test the network.

// %%
let settings = section.trainingSettings(.plain(section.profile))
try section.setting(settings)

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
        callbacks: callbacks, checkpoints: checkpoints, interruption: interruption)
}

// %%
let weights = try TrainedWeights.save(
    model, trainedOn: train, to: section.weights("plain.safetensors"))
let training = try TrainingResults(
    of: model, history: history, epochs: settings.epochs, batchSize: settings.batchSize,
    callbacks: callbacks, trainedOn: train, validatedOn: test, weights: weights)
try section.record(training)

section.show(Table(history, best: training.bestEpoch, overfitsFrom: training.overfitsFrom))
section.figure("plain-training")

// %% [markdown]
// ## The epoch in which overfitting starts
//
// A network overfits when it still gets better on its training images, but not on others. Let the best epoch be
// the one with the lowest validation loss. If at least two epochs follow it, and the last training loss is lower
// than that of the best epoch, we say that the network overfits from the epoch after the best. The figure shades the
// epochs from there on, and the table marks the first of them.

// %%
section.show(training.sentence)
section.show(
    """
    In the report overfitting starts after some ten epochs. \
    \(training.overfitsFrom.map { "Here it starts in epoch \($0)." } ?? "Here no such epoch was found.")
    """)
section.show(
    Table(
        ["images", "loss", "accuracy"],
        rows: [
            ["training", training.finalTrain.loss.fixed(3), training.finalTrain.accuracy.percent],
            ["test", training.evaluation.loss.fixed(3), training.evaluation.accuracy.percent],
        ]))

// %% [markdown]
// ## What the results mean
//
// Both rows are for the restored weights. The distance between them shows how much the network has
// memorized its training images; augmentation, in the next section, is meant to reduce it. Early stopping
// does not prevent memorizing: it only ends a training that no longer helps, and keeps the best epoch.

// %%
section.headline(
    """
    Test accuracy \(training.evaluation.accuracy.percent), loss \(training.evaluation.loss.fixed(3)), \
    with the weights of epoch \(training.bestEpoch) of \(training.epochsRun)\
    \(training.overfitsFrom.map { "; overfits from epoch \($0)" } ?? "").
    """)
try section.end()
