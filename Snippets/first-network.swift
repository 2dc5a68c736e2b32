//! From the data to a trained network, its predictions and its saved weights.

// snippet.data
import BigEggs

let loaded = try DataSource.automatic.load()
let train = loaded.train.rescaled()
let test = loaded.test.rescaled()
print("\(loaded.provenance.name): \(train.shape), \(test.shape)")
// snippet.end

// snippet.network
let model = try Sequential(input: train.imageShape, seed: 7) {
    Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    MaxPooling2D()
    Conv2D(64, kernelSize: 3, padding: .same, activation: .relu)
    BatchNormalization()
    MaxPooling2D()
    Flatten()
    Dense(128, activation: .relu)
    Dropout(0.5)
    Dense(train.classNames.count, activation: .softmax)
}
for layer in model.summary { print(layer.name, layer.outputShape, layer.parameterCount) }
// snippet.end

// snippet.compile
try model.compile(optimizer: Adam(learningRate: 1e-3), loss: .sparseCategoricalCrossentropy)
// snippet.end

// snippet.fit
let history = try model.fit(
    train, validation: test, batchSize: 128, epochs: 20,
    augmentation: ImageDataGenerator(
        rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1, zoomRange: 0.1),
    callbacks: [
        EarlyStopping(monitor: "val_loss", patience: 4, restoreBestWeights: true),
        ReduceLROnPlateau(monitor: "val_loss", factor: 0.5, patience: 2),
        ProgressBar(),
    ])
print("\(history.epochs) epochs, best validation loss \(history["val_loss"].min() ?? .nan)")
// snippet.end

// snippet.evaluate
let evaluation = try model.evaluate(test)
print("loss \(evaluation.loss), accuracy \(evaluation.accuracy)")

let predictions = try model.predict(test.prefix(5))
for image in 0..<predictions.count {
    let name = test.classNames[predictions.predicted(image)]
    print("image \(image): \(name), \(predictions.confidence(image))")
}
// snippet.end

// snippet.save
try model.saveWeights(to: "weights.safetensors")
// snippet.end
