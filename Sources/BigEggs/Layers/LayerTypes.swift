/// All layers by their names in Keras, for C, Python and files.
package enum LayerTypes {
    package static let all: [any ConfigurableLayer.Type] = [
        Activation.self, Add.self, AveragePooling2D.self, BatchNormalization.self, Concatenate.self,
        Conv2D.self, Dense.self, DepthwiseConv2D.self, Dropout.self, ELU.self, Flatten.self,
        GaussianNoise.self, GlobalAveragePooling2D.self, GlobalMaxPooling2D.self, LayerNormalization.self,
        LeakyReLU.self, MaxPooling2D.self, Rescaling.self, SeparableConv2D.self, SpatialDropout2D.self,
        ZeroPadding2D.self,
    ]

    package static let table = ComponentTable<any Layer>(
        "layer", all.map { type in ("\(type)", { try type.init(&$0) }) })
}

extension Layer {
    /// A description from which the layer can be created again.
    package var description: Component { Component("\(type(of: self))", allSettings) }

    /// The settings that recreate the layer, including its name if it has one.
    package var allSettings: Record {
        var settings = lowering.described.settings
        if let name { settings["name"] = .string(name) }
        return settings
    }
}
