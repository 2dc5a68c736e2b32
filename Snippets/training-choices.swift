//! Optimizers, schedules, losses, metrics and callbacks, as in Keras.

import BigEggs
import TensorBoard

let (train, test) = try CIFAR10.load()
let model = try Sequential(input: [32, 32, 3], seed: 7) {
    Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
    MaxPooling2D()
    Flatten()
    Dense(10, activation: .softmax)
}

// snippet.optimizers
try model.compile(optimizer: SGD(learningRate: 0.05, momentum: 0.9, nesterov: true))
try model.compile(optimizer: AdamW(learningRate: 1e-3, weightDecay: 0.004))
// snippet.end

// snippet.schedule
let steps = 30 * 391
try model.compile(
    optimizer: SGD(
        learningRate: .oneCycle(maxLearningRate: 0.1, totalSteps: steps), momentum: 0.9, weightDecay: 5e-4))
try model.compile(
    optimizer: Adam(
        learningRate: .cosineDecay(
            initialLearningRate: 0, decaySteps: steps - 1000, warmupTarget: 1e-3, warmupSteps: 1000)))
// snippet.end

// snippet.loss
try model.compile(
    optimizer: Adam(), loss: .categoricalCrossentropy(labelSmoothing: 0.1),
    metrics: [SparseTopKCategoricalAccuracy(k: 5)])
// snippet.end

// snippet.callbacks
let board = TensorBoard(logDir: "logs/first", histogramFreq: 1)
print(board.command)
try model.fit(
    train.rescaled(), validationSplit: 0.1, batchSize: 128, epochs: 30,
    callbacks: [
        ModelCheckpoint(
            "weights/{epoch:02d}-{val_loss:.2f}.safetensors", monitor: "val_accuracy", saveBestOnly: true),
        CSVLogger("training.csv"),
        LearningRateScheduler { epoch, rate in epoch < 10 ? rate : rate * 0.9 },
        LambdaCallback(onEpochEnd: { epoch, logs, _ in print(epoch, logs["val_loss"] ?? .nan) }),
        TerminateOnNaN(),
        board,
    ])
// snippet.end
