/// What a layer does at the edges of an image.
public enum Padding: String, Sendable, Codable, CaseIterable {
    /// Nothing: the window stays inside the image.
    case valid
    /// Zeros, as many as make the output as large as the input divided by the stride, the odd one out
    /// at the bottom and on the right, as in Keras.
    case same
}

/// A window that slides over an image: the geometry that convolution and pooling share.
package struct Window: Sendable, Equatable {
    package let size: [Int]
    package let strides: [Int]
    package let padding: Padding

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

    /// Zeros above and to the left, below and to the right.
    func zeros(for input: [Int]) -> (before: [Int], after: [Int]) {
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
}
