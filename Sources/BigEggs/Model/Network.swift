/// A graph of layers, each after the layers that it reads.
struct Network {
    let inputShape: [Int]
    private(set) var layers: [ResolvedLayer] = []
    /// All weight tensors, also those that are not trained; without moving statistics.
    private(set) var weights: [Weight] = []
    /// For each value, numbered as in ``LayerApplication``, the indices of the layers that read it.
    private var readers: [[Int]] = [[]]

    /// Infers all shapes, and gives names to layers without one.
    ///
    /// - Parameters:
    ///   - applications: the layers in order. The output of the last layer is the model's output.
    ///   - inputShape: `[height, width, channels]` or `[features]`.
    /// - Throws: ``LayerError`` if the layers do not fit together.
    init(_ applications: [LayerApplication], inputShape: [Int]) throws {
        guard !applications.isEmpty else { throw LayerError.noLayers }
        self.inputShape = inputShape
        var naming = LayerNaming()
        var shapes = [inputShape]
        for (index, application) in applications.enumerated() {
            let layer = application.layer.lowering.layer
            let name = try naming.name(of: layer)
            let inputs = application.inputs
            let isOutput = index == applications.count - 1
            let inputShapes = inputs.map { shapes[$0] }
            let output = try layer.outputShape(
                for: inputShapes, named: name,
                reading: inputs.map { $0 == 0 ? "the input" : layers[$0 - 1].name })
            guard layer.activationFunction != .softmax || isOutput else {
                throw LayerError.unsupported(
                    layer: name, reason: "a softmax is allowed only at the end of a model")
            }
            var own = layer.weights(for: inputShapes[0])
            for index in own.indices { own[index].name = "\(name)/\(own[index].name)" }
            layers.append(
                ResolvedLayer(
                    layer: layer, index: index, name: name, inputs: inputs, inputShapes: inputShapes,
                    outputShape: output, isOutput: isOutput,
                    parameters: Array(weights.count..<weights.count + own.count),
                    statistics: layer.makeStatistics(for: inputShapes[0])))
            weights += own
            shapes.append(output)
            for input in inputs { readers[input].append(index) }
            readers.append([])
        }
    }

    /// The names of the layers that a layer reads, "input" for the model's input.
    func inputNames(of layer: ResolvedLayer) -> [String] {
        layer.inputs.map { $0 == 0 ? "input" : layers[$0 - 1].name }
    }

    /// The layers that read a value; a layer that reads it twice is listed twice.
    func readers(ofValue value: Int) -> [ResolvedLayer] { readers[value].map { layers[$0] } }

    /// The only layer that reads a layer's output; nil if no layer or several layers read it.
    func onlyReader(of layer: ResolvedLayer) -> ResolvedLayer? {
        let readers = readers(ofValue: layer.index + 1)
        return readers.count == 1 ? readers[0] : nil
    }

    /// The layer that computes a value; nil for the network's input.
    func layer(read value: Int) -> ResolvedLayer? { value > 0 ? layers[value - 1] : nil }
}
