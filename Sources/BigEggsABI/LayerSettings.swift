import BigEggs
import CBigEggs

/// Layers as Keras describes them: a class name, and settings.
enum LayerSettings {
    /// The layer of a class name.
    static func layer(_ kind: String, _ settings: inout Settings) throws -> any Layer {
        let name = try settings.text("name")
        switch kind {
        case "Conv2D":
            return Conv2D(
                try settings.required(settings.integer("filters"), "filters"),
                kernelSize: try settings.required(settings.integer("kernel_size"), "kernel_size"),
                strides: try settings.integer("strides") ?? 1,
                padding: try settings.choice("padding") ?? .valid,
                activation: try settings.choice("activation") ?? .linear, name: name)
        case "BatchNormalization":
            return BatchNormalization(
                momentum: try settings.float("momentum") ?? 0.99,
                epsilon: try settings.float("epsilon") ?? 1e-3, name: name)
        case "MaxPooling2D":
            return MaxPooling2D(
                poolSize: try settings.integer("pool_size") ?? 2,
                strides: try settings.integer("strides"),
                padding: try settings.choice("padding") ?? .valid, name: name)
        case "Flatten":
            return Flatten(name: name)
        case "Dense":
            return Dense(
                try settings.required(settings.integer("units"), "units"),
                activation: try settings.choice("activation") ?? .linear, name: name)
        case "Dropout":
            return Dropout(try settings.required(settings.float("rate"), "rate"), name: name)
        case "Activation":
            return Activation(
                try settings.required(settings.choice("activation"), "activation"), name: name)
        default:
            throw Failure.notFound(
                "there is no layer \(kind): there are Conv2D, BatchNormalization, MaxPooling2D, Flatten, "
                    + "Dense, Dropout, Activation")
        }
    }

    /// The layers that an ``architecture(of:)`` describes.
    static func layers(of architecture: Record) throws -> [any Layer] {
        try (architecture["layers"]?.array ?? []).map { described in
            let kind = described["kind"]?.string ?? ""
            var settings = try Settings(described["settings"] ?? [:], of: kind)
            let layer = try layer(kind, &settings)
            try settings.done()
            return layer
        }
    }

    /// What makes layers again.
    static func architecture(of layers: [any Layer]) -> Record {
        .array(layers.map { ["kind": .string("\(type(of: $0))"), "settings": settings(of: $0)] })
    }

    /// The settings that make a layer again.
    static func settings(of layer: any Layer) -> Record {
        var settings: Record = [:]
        switch layer {
        case let layer as Conv2D:
            settings["filters"] = .number(Double(layer.filters))
            settings["kernel_size"] = .number(Double(layer.window.size[0]))
            settings["strides"] = .number(Double(layer.window.strides[0]))
            settings["padding"] = .string(layer.window.padding.rawValue)
            settings["activation"] = .string(layer.activation.rawValue)
        case let layer as BatchNormalization:
            settings["momentum"] = Record(layer.momentum)
            settings["epsilon"] = Record(layer.epsilon)
        case let layer as MaxPooling2D:
            settings["pool_size"] = .number(Double(layer.window.size[0]))
            settings["strides"] = .number(Double(layer.window.strides[0]))
            settings["padding"] = .string(layer.window.padding.rawValue)
        case let layer as Dense:
            settings["units"] = .number(Double(layer.units))
            settings["activation"] = .string(layer.activation.rawValue)
        case let layer as Dropout:
            settings["rate"] = Record(layer.rate)
        case let layer as Activation:
            settings["activation"] = .string(layer.function.rawValue)
        default: break
        }
        if let name = layer.name { settings["name"] = .string(name) }
        return settings
    }

    /// The shape after a layer, if it and the layer's weights have a size that a machine can have.
    ///
    /// - Throws: ``LayerError`` if the layer cannot take such an input.
    static func shape(after layer: any Layer, input: [Int]) throws -> [Int] {
        let output = try layer.outputShape(for: input)
        let weights: [Int] =
            switch layer {
            case let layer as Conv2D: layer.window.size + [input[2], layer.filters]
            case let layer as Dense: [input[0], layer.units]
            default: [1]
            }
        guard elementCount(output) != nil, elementCount(weights) != nil else {
            throw Failure.invalidArgument(
                "\(layer.name ?? "\(type(of: layer))") would have outputs of \(output) or weights of "
                    + "\(weights): that is too large")
        }
        return output
    }
}
