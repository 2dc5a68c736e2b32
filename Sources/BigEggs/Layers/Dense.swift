/// A fully connected layer: `[features]` to `[units]`.
///
/// By default, the initial kernel, `[features, units]`, is Glorot-uniform and the initial bias, `[units]`, is zero.
/// Source: https://keras.io/api/layers/core_layers/dense/
public struct Dense: Layer {
    public let name: String?
    public static let kind = "dense"
    /// The number of outputs.
    public let units: Int
    /// Applied to the output; softmax only at the end of a model.
    public let activation: ActivationFunction
    package let kernel: KernelSettings

    /// A layer of `units` outputs.
    ///
    /// - Parameters:
    ///   - units: the number of outputs.
    ///   - activation: applied to the output; softmax only at the end of a model.
    ///   - useBias: whether a number is added to each output.
    ///   - kernelInitializer: the kernel's initial values.
    ///   - biasInitializer: the bias's initial values.
    ///   - kernelRegularizer: the penalty that the kernel adds to the loss.
    ///   - trainable: whether training changes the layer.
    ///   - name: the layer's name; `nil` for Keras's default name.
    public init(
        _ units: Int,
        activation: ActivationFunction = .linear, useBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, trainable: Bool = true, name: String? = nil
    ) {
        self.units = units
        self.activation = activation
        self.name = name
        kernel = KernelSettings(
            useBias: useBias, initializer: kernelInitializer, biasInitializer: biasInitializer,
            regularizer: kernelRegularizer, trainable: trainable)
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        guard inputShape.count == 1 else {
            throw LayerError.inputRank(
                layer: label, found: inputShape, expected: "vectors (put Flatten before it)")
        }
        guard units > 0 else {
            throw LayerError.invalid(
                layer: label, argument: "units", value: "\(units)", allowed: "1 or more")
        }
        try kernel.regularizer?.check(layer: label)
        return [units]
    }
}

extension Dense: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        units = try settings.required(settings.integer("units"), "units")
        activation = try settings.choice("activation") ?? .linear
        kernel = try KernelSettings(&settings)
        name = try settings.text("name")
    }

    package var settings: Record {
        .object(
            kernel.record().merging([
                "units": .number(Double(units)), "activation": .string(activation.rawValue),
            ]) { $1 })
    }

    package var activationFunction: ActivationFunction? { activation }

    package func weights(for inputShape: [Int]) -> [Weight] {
        kernel.weights([inputShape[0], units], outputs: units)
    }
}
