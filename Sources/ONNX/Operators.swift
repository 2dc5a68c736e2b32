import BigEggs

/// A layer that ONNX has operators for.
protocol ONNXLayer: Layer {
    /// Adds what the layer computes in inference; parameters as for ``GraphBuilder/add(_:reading:named:output:)``.
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) throws
}

extension Activation: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) {
        graph.activate(function, name)
    }
}

extension Add: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) {
        // ONNX's Add takes two.
        graph.join("Sum", name)
    }
}

extension Concatenate: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) {
        graph.join("Concat", name, [ONNXAttributeProto("axis", 1)])
    }
}

extension BatchNormalization: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) throws {
        if graph.shape.count == 3 { graph.arrange(channelsFirst: true, before: name) }
        let tensors = try ["gamma", "beta", "moving_mean", "moving_variance"].map { tensor in
            try graph.weight("\(name)/\(tensor)")
        }
        graph.add(
            "BatchNormalization", "\(name)/normalized", with: tensors,
            [ONNXAttributeProto("epsilon", epsilon)])
    }
}

extension Conv2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) throws {
        graph.arrange(channelsFirst: true, before: name)
        graph.add(
            "Conv", "\(name)/convolved",
            with: [
                try graph.weight("\(name)/kernel", permuted: [3, 2, 0, 1]), try graph.weight("\(name)/bias"),
            ],
            window.attributes(input: graph.shape, output: output))
        graph.activate(activation, name)
    }
}

extension Dense: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) throws {
        graph.add(
            "Gemm", "\(name)/product",
            with: [try graph.weight("\(name)/kernel"), try graph.weight("\(name)/bias")])
        graph.activate(activation, name)
    }
}

extension Dropout: ONNXLayer {
    /// Nothing: inference drops nothing.
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) {}
}

extension Flatten: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) {
        graph.arrange(channelsFirst: false, before: name)
        graph.add("Flatten", "\(name)/flat")
    }
}

extension MaxPooling2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String, output: [Int]) {
        graph.arrange(channelsFirst: true, before: name)
        graph.add("MaxPool", "\(name)/pooled", window.attributes(input: graph.shape, output: output))
    }
}
