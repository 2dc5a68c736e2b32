/// A window that slides over an image: the geometry that convolution and pooling share.
package struct Window: Sendable, Equatable {
    package let size: [Int]
    package let strides: [Int]
    package let padding: Padding

    package init(size: [Int], strides: [Int], padding: Padding) {
        (self.size, self.strides, self.padding) = (size, strides, padding)
    }

    /// A square window with the same stride in both directions.
    package init(square size: Int, stride: Int, padding: Padding) {
        self.init(size: [size, size], strides: [stride, stride], padding: padding)
    }

    /// The output's height and width.
    func outputSize(for input: [Int], layer: String) throws -> [Int] {
        try zip(input, zip(size, strides)).map { input, window in
            let (size, stride) = window
            switch padding {
            case .same: return (input + stride - 1) / stride
            case .valid:
                guard input >= size else {
                    throw LayerError.tooSmall(layer: layer, input: [input], window: self.size)
                }
                return (input - size) / stride + 1
            }
        }
    }

    /// The padding in pixels: above and to the left (`before`), below and to the right (`after`).
    package func zeros(for input: [Int]) -> (before: [Int], after: [Int]) {
        guard padding == .same else { return ([0, 0], [0, 0]) }
        let total = (0..<2).map { axis in
            let output = (input[axis] + strides[axis] - 1) / strides[axis]
            return max((output - 1) * strides[axis] + size[axis] - input[axis], 0)
        }
        return (total.map { $0 / 2 }, total.map { $0 - $0 / 2 })
    }

    func check(layer: String, sizeArgument: String) throws {
        for (argument, values) in [(sizeArgument, size), ("strides", strides)]
        where values.contains(where: { $0 < 1 }) {
            throw LayerError.invalid(
                layer: layer, argument: argument, value: "\(values)", allowed: "1 or more")
        }
    }

    /// The output shape of pooling.
    ///
    /// - Throws: ``LayerError``.
    func pooledShape(for inputShape: [Int], layer: String) throws -> [Int] {
        try LayerError.checkImage(inputShape, layer: layer)
        try check(layer: layer, sizeArgument: "poolSize")
        return try outputSize(for: Array(inputShape[0..<2]), layer: layer) + [inputShape[2]]
    }

    /// The height and width of a convolution's output.
    ///
    /// - Parameter positive: the layer's arguments that must be 1 or more.
    /// - Throws: ``LayerError``.
    func convolvedSides(
        of inputShape: [Int], positive: [(argument: String, value: Int)], _ activation: ActivationFunction,
        _ kernel: KernelSettings, layer: String
    ) throws -> [Int] {
        try LayerError.checkImage(inputShape, layer: layer)
        for (argument, value) in positive where value < 1 {
            throw LayerError.invalid(
                layer: layer, argument: argument, value: "\(value)", allowed: "1 or more")
        }
        guard activation != .softmax else {
            throw LayerError.unsupported(
                layer: layer, reason: "a softmax is allowed only at the end of a model")
        }
        try kernel.regularizer?.check(layer: layer)
        try check(layer: layer, sizeArgument: "kernelSize")
        return try outputSize(for: Array(inputShape[0..<2]), layer: layer)
    }

    /// The settings. `name` is the layer's name for the window's size, such as "pool_size".
    func settings(size name: String) -> [String: Record] {
        [
            name: .number(Double(size[0])), "strides": .number(Double(strides[0])),
            "padding": .string(padding.rawValue),
        ]
    }
}

extension Window {
    /// Reads the settings of a convolution.
    init(convolution settings: inout Settings) throws {
        let size = try settings.required(settings.integer("kernel_size"), "kernel_size")
        let stride = try settings.integer("strides") ?? 1
        self.init(
            square: size, stride: stride, padding: try settings.choice("padding") ?? .valid)
    }

    /// Reads the settings of a pooling layer.
    init(pooling settings: inout Settings) throws {
        let size = try settings.integer("pool_size") ?? 2
        let stride = try settings.integer("strides") ?? size
        self.init(
            square: size, stride: stride, padding: try settings.choice("padding") ?? .valid)
    }
}
