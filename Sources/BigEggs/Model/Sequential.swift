/// A stack of layers, trained and used as in Keras.
///
/// ```swift
/// let (train, test) = try CIFAR10.load()
/// let model = try Sequential(input: [32, 32, 3], seed: 7) {
///     Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
///     BatchNormalization()
///     MaxPooling2D()
///     Flatten()
///     Dense(10, activation: .softmax)
/// }
/// try model.compile(optimizer: Adam(), loss: .sparseCategoricalCrossentropy)
/// let history = try model.fit(
///     train.rescaled(), validation: test.rescaled(), batchSize: 128, epochs: 30)
/// ```
///
/// If a layer reads any layer but the one before it, use ``Model``.
/// Source: https://keras.io/api/models/sequential/
public final class Sequential: Model {
    /// Stacks layers and draws their initial weights.
    ///
    /// - Parameters:
    ///   - input: `[height, width, channels]` or `[features]`, without the batch.
    ///   - seed: the same seed gives the same weights, on any machine.
    ///   - precision: the precision of the activations.
    ///   - threads: the number of threads; `nil` for the default of ``Model/threads``.
    ///   - layers: the layers, one per line.
    /// - Throws: ``LayerError`` if the layers do not fit together, ``TrainingError`` for a bad argument.
    public init(
        input: [Int], seed: UInt64 = 0, precision: Precision = .float32, threads: Int? = nil,
        @LayerBuilder layers: () -> [any Layer]
    ) throws {
        try super.init(
            input, applications: layers().enumerated().map { LayerApplication(layer: $1, inputs: [$0]) },
            seed: seed, precision: precision, threads: threads)
    }
}
