/// A layer as files, C and Python describe it, and what it keeps.
package protocol ConfigurableLayer: Layer {
    /// Reads the layer's settings, by Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
    /// The settings that make the layer again, all but its name.
    var settings: Record { get }
    /// What is applied to the output, if the layer has such a setting.
    var activationFunction: ActivationFunction? { get }
    /// The layer's trainable tensors, in Keras's order.
    func weights(for inputShape: [Int]) -> [Weight]
}

extension ConfigurableLayer {
    package var activationFunction: ActivationFunction? { nil }
    package func weights(for inputShape: [Int]) -> [Weight] { [] }
}

/// A trainable tensor: its name, and the shape that Keras gives it.
package struct Weight {
    /// "kernel" in its layer, "conv2d_1/kernel" in a model.
    package var name: String
    /// Keras's shape, such as `[3, 3, input, output]`.
    package let shape: [Int]
    let initializer: Initializer
    /// What the tensor adds to the loss.
    var regularizer: Regularizer?
    /// Whether a training changes it.
    var isTrained = true

    /// How many numbers.
    package var count: Int { shape.reduce(1, *) }
}

/// The kinds of layers, by their names in Keras: what C, Python and files find a layer by.
package enum LayerTypes {
    package static let all: [any ConfigurableLayer.Type] = [
        Activation.self, Add.self, AveragePooling2D.self, BatchNormalization.self, Concatenate.self,
        Conv2D.self, Dense.self, DepthwiseConv2D.self, Dropout.self, ELU.self, Flatten.self,
        GaussianNoise.self, GlobalAveragePooling2D.self, GlobalMaxPooling2D.self, LayerNormalization.self,
        LeakyReLU.self, MaxPooling2D.self, Rescaling.self, SeparableConv2D.self, SpatialDropout2D.self,
        ZeroPadding2D.self,
    ]

    /// The layer of a class name.
    ///
    /// - Throws: ``SettingsError`` for a name that no layer has, and for settings that make no sense.
    package static func layer(_ className: String, _ settings: inout Settings) throws -> any Layer {
        guard let type = all.first(where: { "\($0)" == className }) else {
            throw SettingsError.unknown(
                "there is no layer \(className): there are \(all.map { "\($0)" }.joined(separator: ", "))")
        }
        return try type.init(&settings)
    }

    /// The layer that a ``Layer/description`` describes.
    ///
    /// - Throws: ``SettingsError``.
    package static func layer(_ description: Record) throws -> any Layer {
        let className = description["kind"]?.string ?? ""
        var settings = try Settings(description["settings"] ?? [:], of: className)
        let layer = try layer(className, &settings)
        try settings.done()
        return layer
    }
}

extension Layer {
    /// What makes the layer again: its class name and its settings.
    package var description: Record { ["kind": .string("\(type(of: self))"), "settings": allSettings] }

    /// The settings that make the layer again.
    package var allSettings: Record {
        var settings = lowering.described.settings
        if let name { settings["name"] = .string(name) }
        return settings
    }
}
