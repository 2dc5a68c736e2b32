import BigEggs

/// A layer that ONNX has operators for.
protocol ONNXLayer: Layer {
    /// Adds the layer's nodes in inference mode; `name` as in ``GraphBuilder/add(_:reading:named:output:)``.
    func add(to graph: inout GraphBuilder, named name: String) throws
}

extension Activation: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.activate(function, name)
    }
}

extension Add: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        // ONNX's Add takes only two inputs.
        graph.join("Sum", name)
    }
}

extension Concatenate: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.join("Concat", name, [ONNXAttributeProto("axis", integer: 1)])
    }
}

extension AveragePooling2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.arrange(channelsFirst: true, before: name)
        graph.add(
            "AveragePool", "\(name)/pooled",
            window.attributes(input: graph.shape)
                + [ONNXAttributeProto("count_include_pad", integer: 0)])
    }
}

extension BatchNormalization: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) throws {
        if graph.shape.count == 3 { graph.arrange(channelsFirst: true, before: name) }
        let tensors = [
            try graph.weight("\(name)/gamma", ifHeld: scale, otherwise: 1, "\(name)/ones"),
            try graph.weight("\(name)/beta", ifHeld: center, otherwise: 0, "\(name)/zeros"),
            try graph.weight("\(name)/moving_mean"), try graph.weight("\(name)/moving_variance"),
        ]
        graph.add(
            "BatchNormalization", "\(name)/normalized", with: tensors,
            [ONNXAttributeProto("epsilon", epsilon)])
    }
}

extension Conv2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) throws {
        let kernel = try graph.weight("\(name)/kernel", permuted: [3, 2, 0, 1])
        try graph.convolve(name, "convolved", kernel, window, hasBias: self.kernel.useBias)
        graph.activate(activation, name)
    }
}

extension Dense: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) throws {
        let kernel = try graph.weight("\(name)/kernel")
        let bias = self.kernel.useBias ? [try graph.weight("\(name)/bias")] : []
        graph.add("Gemm", "\(name)/product", with: [kernel] + bias)
        graph.activate(activation, name)
    }
}

extension DepthwiseConv2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) throws {
        let kernel = try graph.depthwise("\(name)/kernel", window, depthMultiplier)
        try graph.convolve(
            name, "convolved", kernel, window, hasBias: self.kernel.useBias, groups: graph.shape[2])
        graph.activate(activation, name)
    }
}

extension SeparableConv2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) throws {
        let depthwise = try graph.depthwise("\(name)/depthwise_kernel", window, depthMultiplier)
        try graph.convolve(
            name, "channels", depthwise, window, hasBias: false, groups: graph.shape[2])
        let pointwise = try graph.weight("\(name)/pointwise_kernel", permuted: [3, 2, 0, 1])
        let pixel = Window(square: 1, stride: 1, padding: .valid)
        try graph.convolve(name, "convolved", pointwise, pixel, hasBias: kernel.useBias)
        graph.activate(activation, name)
    }
}

extension GraphBuilder {
    /// The kernel of a depthwise convolution: `[channels · multiplier, 1, height, width]`.
    fileprivate mutating func depthwise(_ name: String, _ window: Window, _ multiplier: Int) throws -> String
    {
        try weight(
            name, permuted: [2, 3, 0, 1], shape: [shape[2] * multiplier, 1] + window.size)
    }

    /// One number per channel: a weight, or a constant if the layer does not have the weight.
    fileprivate mutating func weight(
        _ name: String, ifHeld isHeld: Bool, otherwise number: Float, _ constantName: String
    ) throws -> String {
        let channels = shape[shape.count - 1]
        return isHeld
            ? try weight(name)
            : constant(constantName, shape: [channels], [Float](repeating: number, count: channels))
    }

    fileprivate mutating func convolve(
        _ name: String, _ step: String, _ kernel: String, _ window: Window, hasBias: Bool, groups: Int = 1
    ) throws {
        arrange(channelsFirst: true, before: name)
        let bias = hasBias ? [try weight("\(name)/bias")] : []
        add(
            "Conv", "\(name)/\(step)", with: [kernel] + bias,
            window.attributes(input: shape)
                + (groups == 1 ? [] : [ONNXAttributeProto("group", integer: groups)]))
    }
}

extension Dropout: ONNXLayer {
    /// Adds nothing: there is no dropout in inference.
    func add(to graph: inout GraphBuilder, named name: String) {}
}

extension Flatten: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.arrange(channelsFirst: false, before: name)
        graph.flatten(name)
    }
}

extension MaxPooling2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.arrange(channelsFirst: true, before: name)
        graph.add("MaxPool", "\(name)/pooled", window.attributes(input: graph.shape))
    }
}

extension ELU: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.add("Elu", "\(name)/elu", [ONNXAttributeProto("alpha", alpha)])
    }
}

extension GaussianNoise: ONNXLayer {
    /// Adds nothing: there is no noise in inference.
    func add(to graph: inout GraphBuilder, named name: String) {}
}

extension GlobalAveragePooling2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.arrange(channelsFirst: true, before: name)
        graph.add("GlobalAveragePool", "\(name)/pooled")
        graph.flatten(name)
    }
}

extension GlobalMaxPooling2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.arrange(channelsFirst: true, before: name)
        graph.add("GlobalMaxPool", "\(name)/pooled")
        graph.flatten(name)
    }
}

extension LayerNormalization: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) throws {
        graph.arrange(channelsFirst: false, before: name)
        let gamma = try graph.weight("\(name)/gamma", ifHeld: scale, otherwise: 1, "\(name)/ones")
        let beta = center ? [try graph.weight("\(name)/beta")] : []
        graph.add(
            "LayerNormalization", "\(name)/normalized", with: [gamma] + beta,
            [ONNXAttributeProto("axis", integer: -1), ONNXAttributeProto("epsilon", epsilon)])
    }
}

extension LeakyReLU: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.add("LeakyRelu", "\(name)/leaky_relu", [ONNXAttributeProto("alpha", negativeSlope)])
    }
}

extension Rescaling: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.calculate("Mul", "\(name)/scaled", scale)
        if offset != 0 { graph.calculate("Add", "\(name)/shifted", offset) }
    }
}

extension SpatialDropout2D: ONNXLayer {
    /// Adds nothing: there is no dropout in inference.
    func add(to graph: inout GraphBuilder, named name: String) {}
}

extension ZeroPadding2D: ONNXLayer {
    func add(to graph: inout GraphBuilder, named name: String) {
        graph.arrange(channelsFirst: true, before: name)
        let pads = graph.constant("\(name)/pads", integers: [0, 0, top, left, 0, 0, bottom, right])
        graph.add("Pad", "\(name)/padded", with: [pads])
    }
}
