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
