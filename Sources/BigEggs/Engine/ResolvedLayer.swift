/// A layer in its place in a model: its name, its shapes, its parameters.
struct ResolvedLayer {
    let layer: any Layer
    let name: String
    let inputShape: [Int]
    let outputShape: [Int]
    /// Numbers of its tensors in the parameter store, in Keras's order.
    var parameters: [Int] = []
    /// The moving statistics of a batch normalization.
    var statistics: BatchStatistics?

    /// Follows the shapes through the layers and names what has no name.
    ///
    /// - Returns: the layers in their places, and what their parameters are.
    static func resolve(
        _ layers: [any Layer], inputShape: [Int]
    ) throws -> (layers: [ResolvedLayer], parameters: [ParameterSpecification]) {
        guard !layers.isEmpty else { throw LayerError.noLayers }
        var resolved: [ResolvedLayer] = []
        var parameters: [ParameterSpecification] = []
        var counts: [String: Int] = [:]
        var names: Set<String> = []
        var shape = inputShape
        // The image that Flatten made a vector of: Dense reads it as it lies in memory.
        var flattened: [Int]?
        for (index, layer) in layers.enumerated() {
            let kind = type(of: layer).kind
            let number = counts[kind, default: 0]
            let name = layer.name ?? (number == 0 ? kind : "\(kind)_\(number)")
            if layer.name == nil { counts[kind] = number + 1 }
            guard names.insert(name).inserted else { throw LayerError.duplicateName(name) }
            let output = try layer.outputShape(for: shape)
            var entry = ResolvedLayer(layer: layer, name: name, inputShape: shape, outputShape: output)
            let specifications: [ParameterSpecification]
            switch layer {
            case let layer as Conv2D:
                specifications = convolution(layer, name, channels: shape[2])
            case let layer as Dense:
                if layer.activation == .softmax, index != layers.count - 1 {
                    throw LayerError.unsupported(
                        layer: name, reason: "a softmax stands at the end of a model only")
                }
                specifications = dense(layer, name, features: shape[0], image: flattened)
            case let layer as BatchNormalization:
                let channels = shape[shape.count - 1]
                specifications = ["gamma", "beta"].map { tensor in
                    ParameterSpecification(
                        name: "\(name)/\(tensor)", shape: [channels], dims: [channels], strides: [1],
                        initializer: tensor == "gamma" ? .ones : .zeros)
                }
                entry.statistics = BatchStatistics(
                    channels: channels, momentum: layer.momentum, epsilon: layer.epsilon)
            case let layer as Activation:
                if layer.function == .softmax, index != layers.count - 1 {
                    throw LayerError.unsupported(
                        layer: name, reason: "a softmax stands at the end of a model only")
                }
                specifications = []
            case is MaxPooling2D, is Flatten, is Dropout:
                specifications = []
            default:
                throw LayerError.unsupported(layer: name, reason: "the engine has no pass for it")
            }
            entry.parameters = Array(parameters.count..<parameters.count + specifications.count)
            parameters += specifications
            switch layer {
            case is Flatten: flattened = shape.count == 3 ? shape : flattened
            case is Dropout: break
            case let activation as Activation where activation.function != .softmax: break
            default: flattened = nil
            }
            resolved.append(entry)
            shape = output
        }
        return (resolved, parameters)
    }

    private static func convolution(
        _ layer: Conv2D, _ name: String, channels: Int
    ) -> [ParameterSpecification] {
        let (rows, columns) = (layer.window.size[0], layer.window.size[1])
        let filters = layer.filters
        return [
            ParameterSpecification(
                name: "\(name)/kernel", shape: [rows, columns, channels, filters],
                dims: [filters, channels, rows, columns],
                strides: [1, filters, columns * channels * filters, channels * filters],
                initializer: .glorotUniform(
                    fanIn: rows * columns * channels, fanOut: rows * columns * filters)),
            bias(name, filters),
        ]
    }

    private static func dense(
        _ layer: Dense, _ name: String, features: Int, image: [Int]?
    ) -> [ParameterSpecification] {
        let units = layer.units
        var dims = [units, features]
        var strides = [1, units]
        if let image {
            dims = [units, image[2], image[0], image[1]]
            strides = [1, units, image[1] * image[2] * units, image[2] * units]
        }
        return [
            ParameterSpecification(
                name: "\(name)/kernel", shape: [features, units], dims: dims, strides: strides,
                initializer: .glorotUniform(fanIn: features, fanOut: units)),
            bias(name, units),
        ]
    }

    private static func bias(_ name: String, _ count: Int) -> ParameterSpecification {
        ParameterSpecification(
            name: "\(name)/bias", shape: [count], dims: [count], strides: [1], initializer: .zeros)
    }
}
