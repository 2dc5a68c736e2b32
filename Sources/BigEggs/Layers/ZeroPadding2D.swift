/// Zeros around an image: `[height, width, channels]` to `[height + top + bottom, width + left + right, channels]`.
///
/// Source: https://keras.io/api/layers/reshaping_layers/zero_padding2d/
public struct ZeroPadding2D: Layer {
    public let name: String?
    public static let kind = "zero_padding2d"
    /// The number of rows of zeros above and below the image.
    public let top, bottom: Int
    /// The number of columns of zeros left and right of the image.
    public let left, right: Int

    /// The same number of zeros on every side.
    public init(_ padding: Int = 1, name: String? = nil) {
        self.init(top: padding, bottom: padding, left: padding, right: padding, name: name)
    }

    /// A number of zeros for each side.
    public init(top: Int, bottom: Int, left: Int, right: Int, name: String? = nil) {
        (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try LayerError.checkImage(inputShape, layer: label)
        for (argument, value) in [("top", top), ("bottom", bottom), ("left", left), ("right", right)]
        where !(0...65536).contains(value) {
            throw LayerError.invalid(
                layer: label, argument: argument, value: "\(value)", allowed: "0 to 65536")
        }
        return [inputShape[0] + top + bottom, inputShape[1] + left + right, inputShape[2]]
    }
}

extension ZeroPadding2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        // Keras's form: [[top, bottom], [left, right]].
        let padding = settings.value("padding")
        let name = try settings.text("name")
        let sides = padding?.array?.map { $0.integers ?? [] } ?? []
        switch (padding, padding?.integer) {
        case (nil, _): self.init(name: name)
        case (_, let width?): self.init(width, name: name)
        default:
            guard sides.count == 2, sides.allSatisfy({ $0.count == 2 }) else {
                throw settings.wrong(
                    "padding", padding ?? .null, "a number or [[top, bottom], [left, right]]")
            }
            self.init(
                top: sides[0][0], bottom: sides[0][1], left: sides[1][0], right: sides[1][1], name: name)
        }
    }

    package var settings: Record {
        ["padding": .array([.numbers([top, bottom]), .numbers([left, right])])]
    }
}
