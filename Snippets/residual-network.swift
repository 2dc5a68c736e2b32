//! ResNet-20 for CIFAR-10: layers joined to a graph, in which a block's input is added to its output.
//!
//! Source: He et al., "Deep residual learning for image recognition", 2015, section 4.2.

// snippet.network
import BigEggs

/// Two convolutions plus the input, which goes through a 1×1 convolution if the size changes.
func block(_ input: SymbolicTensor, filters: Int, strides: Int = 1) -> SymbolicTensor {
    func convolve(_ input: SymbolicTensor, size: Int, strides: Int) -> SymbolicTensor {
        BatchNormalization()(
            Conv2D(
                filters, kernelSize: size, strides: strides, padding: .same, useBias: false,
                kernelInitializer: .heNormal, kernelRegularizer: Regularizer(l2: 1e-4))(input))
    }
    let inner = Activation(.relu)(convolve(input, size: 3, strides: strides))
    let outer = convolve(inner, size: 3, strides: 1)
    let shortcut = strides == 1 ? input : convolve(input, size: 1, strides: strides)
    return Activation(.relu)(Add()(outer, shortcut))
}

func residualNetwork(classes: Int, blocks: Int = 3) throws -> Model {
    let images = Input([32, 32, 3])
    var value = Activation(.relu)(
        BatchNormalization()(Conv2D(16, kernelSize: 3, padding: .same, useBias: false)(images)))
    for (stage, filters) in [16, 32, 64].enumerated() {
        for number in 0..<blocks {
            value = block(value, filters: filters, strides: stage > 0 && number == 0 ? 2 : 1)
        }
    }
    let output = Dense(classes, activation: .softmax)(GlobalAveragePooling2D()(value))
    return try Model(input: images, output: output, seed: 7)
}
// snippet.end

let loaded = try DataSource.automatic.load()
let train = loaded.train.rescaled()
let test = loaded.test.rescaled()
let model = try residualNetwork(classes: train.classNames.count)
for layer in model.summary { print(layer.name, layer.inputs, layer.outputShape) }

// snippet.train
let steps = (train.count + 127) / 128
let epochs = 20
try model.compile(
    optimizer: SGD(
        learningRate: .oneCycle(maxLearningRate: 0.2, totalSteps: steps * epochs), momentum: 0.9,
        nesterov: true))
try model.fit(
    train, validation: test, batchSize: 128, epochs: epochs,
    augmentation: ImageDataGenerator(widthShiftRange: 0.125, heightShiftRange: 0.125, horizontalFlip: true),
    callbacks: [ProgressBar()])
// snippet.end
try model.saveWeights(to: "resnet20.safetensors")
