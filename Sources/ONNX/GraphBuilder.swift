import BigEggs

/// The nodes and weights of a graph, built layer by layer.
///
/// Images of a ``Model`` have their channels last; ONNX's operators need them first. The graph transposes
/// where needed, so that its input and the order of `Flatten` are the same as in Keras.
struct GraphBuilder {
    private(set) var nodes: [ONNXNodeProto] = []
    private(set) var initializers: [ONNXTensorProto] = []

    /// The output of a node.
    private struct Value {
        var name: String
        /// The shape without the batch, the channels always last.
        var shape: [Int]
        /// Whether the layout is `[batch, channels, height, width]`.
        var channelsFirst = false
    }

    /// The input of the next node.
    private var value: Value
    /// The network's input, and the output of each layer.
    private var values: [Value]
    /// The inputs of the layer that is being added.
    private var inputs: [Value] = []
    private let weights: [String: NamedTensor]

    /// - Parameters:
    ///   - input: the name of the graph's input.
    ///   - shape: the input's shape without the batch.
    ///   - weights: the weights of all layers.
    init(input: String, shape: [Int], weights: [NamedTensor]) {
        value = Value(name: input, shape: shape)
        values = [value]
        self.weights = Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0) })
    }

    /// Multiplies the network's input by a number, before all layers.
    mutating func scale(by factor: Float) {
        // No layer has an empty name, so this name is unique.
        add("Mul", "/scaled", with: [constant("rescale", shape: [], [factor])])
        values = [value]
    }

    /// Adds the nodes of a layer in inference mode.
    ///
    /// - Parameters:
    ///   - layer: the layer.
    ///   - numbers: the layer's inputs: 0 is the network's input, 1 the first layer's output, and so on.
    ///   - name: the layer's name in the model, with which the names of its nodes and constants begin.
    ///   - output: the shape of the layer's output without the batch.
    /// - Throws: `LayerError` for a kind of layer that ONNX has no operator for.
    mutating func add(_ layer: any Layer, reading numbers: [Int], named name: String, output: [Int]) throws {
        guard let layer = layer as? any ONNXLayer else {
            throw LayerError.unsupported(layer: name, reason: "ONNX has no operator for it")
        }
        inputs = numbers.map { values[$0] }
        value = inputs[0]
        try layer.add(to: &self, named: name)
        value.shape = output
        values.append(value)
    }

    /// The shape of the first input of the layer that is being added, without the batch.
    var shape: [Int] { inputs[0].shape }

    /// Gives the last value the name of the graph's output.
    mutating func finish(as output: String) {
        arrange(channelsFirst: false, before: output)
        if nodes.isEmpty { add("Identity", "unchanged") }
        nodes[nodes.count - 1].output = [output]
    }

    mutating func activate(_ function: ActivationFunction, _ name: String) {
        switch function {
        case .linear: break
        case .relu: add("Relu", "\(name)/relu")
        case .softmax: add("Softmax", "\(name)/softmax")
        case .leakyReLU: add("LeakyRelu", "\(name)/leaky_relu", [ONNXAttributeProto("alpha", 0.2 as Float)])
        case .elu: add("Elu", "\(name)/elu", [ONNXAttributeProto("alpha", 1 as Float)])
        case .tanh: add("Tanh", "\(name)/tanh")
        case .sigmoid: add("Sigmoid", "\(name)/sigmoid")
        case .silu: gate(name) { $0.add("Sigmoid", "\(name)/sigmoid") }
        case .gelu:
            // x · (1 + erf(x / √2)) / 2; operator set 17 has no Gelu.
            gate(name) {
                $0.calculate("Mul", "\(name)/scaled", Float(0.5).squareRoot())
                $0.add("Erf", "\(name)/erf")
                $0.calculate("Add", "\(name)/shifted", 1)
                $0.calculate("Mul", "\(name)/half", 0.5)
            }
        case .geluTanh:
            gate(name) {
                let number = $0.value
                $0.add("Mul", "\(name)/square", with: [number.name])
                $0.calculate("Mul", "\(name)/cubic", 0.044715)
                $0.calculate("Add", "\(name)/series", 1)
                $0.add("Mul", "\(name)/bent", with: [number.name])
                $0.calculate("Mul", "\(name)/scaled", Float(2 / Double.pi).squareRoot())
                $0.add("Tanh", "\(name)/tanh")
                $0.calculate("Add", "\(name)/shifted", 1)
                $0.calculate("Mul", "\(name)/half", 0.5)
            }
        }
    }

    /// Multiplies the value by the result of `body`.
    private mutating func gate(_ name: String, _ body: (inout GraphBuilder) -> Void) {
        let number = value.name
        body(&self)
        add("Mul", "\(name)/gated", with: [number])
    }

    /// Adds a node whose inputs are the value and a number.
    mutating func calculate(_ type: String, _ output: String, _ number: Float) {
        add(type, output, with: [constant("\(output)_by", shape: [], [number])])
    }

    /// Adds a tensor that is not a weight of the model.
    mutating func constant(_ name: String, shape: [Int], _ values: [Float]) -> String {
        initializers.append(ONNXTensorProto(name, shape: shape, values: values))
        return name
    }

    /// Adds a list of whole numbers.
    mutating func constant(_ name: String, integers: [Int]) -> String {
        initializers.append(ONNXTensorProto(name, integers: integers))
        return name
    }

    /// Flattens the value to a vector, in its current layout.
    mutating func flatten(_ name: String) {
        add("Flatten", "\(name)/flat")
        value.channelsFirst = false
    }

    /// Transposes an image if its layout is not the one that the next node needs.
    mutating func arrange(channelsFirst wanted: Bool, before name: String) {
        guard value.channelsFirst != wanted else { return }
        let (place, order) = wanted ? ("first", [0, 3, 1, 2]) : ("last", [0, 2, 3, 1])
        add("Transpose", "\(name)/channels_\(place)", [ONNXAttributeProto("perm", order)])
        value.channelsFirst = wanted
    }

    /// Adds a node with all inputs of the layer, images with the channels first.
    mutating func join(_ type: String, _ name: String, _ attributes: [ONNXAttributeProto] = []) {
        let names = inputs.enumerated().map { number, input in
            value = input
            if input.shape.count == 3 { arrange(channelsFirst: true, before: "\(name)/\(number)") }
            return value.name
        }
        value.name = names[0]
        add(type, "\(name)/\(type.lowercased())", with: Array(names.dropFirst()), attributes)
    }

    /// Adds a node whose inputs are the value and weights, and whose output is the next value.
    mutating func add(
        _ type: String, _ output: String, with weights: [String] = [], _ attributes: [ONNXAttributeProto] = []
    ) {
        var node = ONNXNodeProto()
        node.opType = type
        node.name = output
        node.input = [value.name] + weights
        node.output = [output]
        node.attribute = attributes
        nodes.append(node)
        value.name = output
    }

    /// Adds a weight with its name, and with permuted axes if an order is given.
    ///
    /// - Parameter shape: the shape in the graph, if it differs from that of the permuted weight.
    mutating func weight(_ name: String, permuted order: [Int]? = nil, shape: [Int]? = nil) throws -> String {
        guard let tensor = weights[name] else {
            throw TrainingError.weightsMissing(name: name, file: "the model")
        }
        let arranged = order.map(tensor.permuted) ?? tensor
        initializers.append(ONNXTensorProto(name, shape: shape ?? arranged.shape, values: arranged.values))
        return name
    }
}

extension Window {
    /// The window as attributes, with its padding in pixels.
    func attributes(input: [Int]) -> [ONNXAttributeProto] {
        let pads = zeros(for: input)
        return [
            ONNXAttributeProto("kernel_shape", size), ONNXAttributeProto("strides", strides),
            ONNXAttributeProto("pads", pads.before + pads.after),
        ]
    }
}

extension NamedTensor {
    /// The tensor with permuted axes: axis `i` of the result is axis `order[i]` of this tensor.
    fileprivate func permuted(_ order: [Int]) -> NamedTensor {
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        var offsets = [0]
        for axis in order {
            offsets = offsets.flatMap { offset in (0..<shape[axis]).map { offset + $0 * strides[axis] } }
        }
        return NamedTensor(name: name, shape: order.map { shape[$0] }, values: offsets.map { values[$0] })
    }
}
