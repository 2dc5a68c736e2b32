/// The range of zoom factors, which are drawn separately for each direction.
///
/// As in Keras, a number `z` stands for the factors from `1 - z` to `1 + z`; a factor below one enlarges the image. In
/// JSON a range is the number `z` or the list `[lower, upper]`.
public enum ZoomRange: Sendable, Equatable {
    /// Factors from `1 - z` to `1 + z`.
    case around(Double)
    /// Factors from the first to the second.
    case between(Double, Double)

    /// Factors from `1 - zoom` to `1 + zoom`.
    public init(_ zoom: Double) { self = .around(zoom) }

    /// Factors within explicit limits.
    public init(_ factors: ClosedRange<Double>) { self = .between(factors.lowerBound, factors.upperBound) }

    /// The smallest factor.
    public var lower: Double {
        switch self {
        case .around(let zoom): 1 - zoom
        case .between(let lower, _): lower
        }
    }

    /// The largest factor.
    public var upper: Double {
        switch self {
        case .around(let zoom): 1 + zoom
        case .between(_, let upper): upper
        }
    }
}

extension ZoomRange: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// `zoomRange: 0.1`: factors from 0.9 to 1.1.
    public init(floatLiteral zoom: Double) { self = .around(zoom) }
    /// `zoomRange: 0`: no zoom.
    public init(integerLiteral zoom: Int) { self = .around(Double(zoom)) }
}

extension ZoomRange: Codable {
    /// Reads a number or two limits.
    public init(from decoder: any Decoder) throws {
        if let zoom = try? decoder.singleValueContainer().decode(Double.self) {
            self = .around(zoom)
            return
        }
        let limits = try decoder.singleValueContainer().decode([Double].self)
        guard limits.count == 2 else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "a zoom range is a number or two limits, not \(limits.count) numbers"))
        }
        self = .between(limits[0], limits[1])
    }

    /// Writes a number for ``around(_:)``, two limits for ``between(_:_:)``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .around(let zoom): try container.encode(zoom)
        case .between(let lower, let upper): try container.encode([lower, upper])
        }
    }
}
