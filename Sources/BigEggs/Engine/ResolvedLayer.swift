/// A layer in its place in a model: its name, its shapes, its parameters.
struct ResolvedLayer {
    let layer: any LoweredLayer
    /// Its number in the model.
    let index: Int
    let name: String
    let inputShape: [Int]
    let outputShape: [Int]
    /// Numbers of its tensors in the parameter store, in Keras's order.
    let parameters: [Int]
    /// The moving statistics of a batch normalization.
    let statistics: BatchStatistics?

    /// Follows the shapes through the layers and names what has no name.
    ///
    /// - Returns: the layers in their places, and their trainable tensors.
    static func resolve(
        _ layers: [any Layer], inputShape: [Int]
    ) throws -> (layers: [ResolvedLayer], weights: [Weight]) {
        guard !layers.isEmpty else { throw LayerError.noLayers }
        var resolved: [ResolvedLayer] = []
        var weights: [Weight] = []
        var counts: [String: Int] = [:]
        var names: Set<String> = []
        var shape = inputShape
        for (index, layer) in layers.map(\.lowering.layer).enumerated() {
            let kind = type(of: layer).kind
            let number = counts[kind, default: 0]
            let name = layer.name ?? (number == 0 ? kind : "\(kind)_\(number)")
            if layer.name == nil { counts[kind] = number + 1 }
            guard names.insert(name).inserted else { throw LayerError.duplicateName(name) }
            let output = try layer.outputShape(for: shape)
            guard layer.activationFunction != .softmax || index == layers.count - 1 else {
                throw LayerError.unsupported(
                    layer: name, reason: "a softmax stands at the end of a model only")
            }
            var own = layer.weights(for: shape)
            for index in own.indices { own[index].name = "\(name)/\(own[index].name)" }
            resolved.append(
                ResolvedLayer(
                    layer: layer, index: index, name: name, inputShape: shape, outputShape: output,
                    parameters: Array(weights.count..<weights.count + own.count),
                    statistics: layer.makeStatistics(for: shape)))
            weights += own
            shape = output
        }
        return (resolved, weights)
    }
}
