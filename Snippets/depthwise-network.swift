//! A network like MobileNet: depthwise convolutions, each followed by a 1×1 convolution across channels.
//!
//! Source: Howard et al., "MobileNets", 2017.

// snippet.network
import BigEggs

let images = Input([32, 32, 3])
var value = Activation(.relu)(
    BatchNormalization()(Conv2D(32, kernelSize: 3, padding: .same, useBias: false)(images)))
for (filters, strides) in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1)] {
    value = Activation(.relu)(
        BatchNormalization()(
            DepthwiseConv2D(kernelSize: 3, strides: strides, padding: .same, useBias: false)(value)))
    value = Activation(.relu)(
        BatchNormalization()(Conv2D(filters, kernelSize: 1, useBias: false)(value)))
}
let pooled = Dropout(0.2)(GlobalAveragePooling2D()(value))
let model = try Model(input: images, output: Dense(10, activation: .softmax)(pooled), seed: 7)
// snippet.end

print("\(model.parameterCount) parameters")
let loaded = try DataSource.automatic.load()
try model.compile(optimizer: AdamW(learningRate: 2e-3, weightDecay: 0.05))
try model.fit(
    loaded.train.rescaled(), validation: loaded.test.rescaled(), batchSize: 128, epochs: 10,
    callbacks: [ProgressBar()])
try model.saveWeights(to: "depthwise.safetensors")
