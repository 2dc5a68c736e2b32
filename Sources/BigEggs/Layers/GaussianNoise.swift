/// Adds normally distributed noise of mean 0 in training; any shape to the same shape.
///
/// Source: https://keras.io/api/layers/regularization_layers/gaussian_noise/
public struct GaussianNoise: Layer {
    public let name: String?
    public static let kind = "gaussian_noise"
    /// The standard deviation of the noise.
    public let stddev: Float

    /// Noise with a standard deviation of `stddev`.
    public init(_ stddev: Float, name: String? = nil) {
        self.stddev = stddev
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        guard stddev >= 0, stddev.isFinite else {
            throw LayerError.invalid(
                layer: label, argument: "stddev", value: "\(stddev)",
                allowed: "0 or more")
        }
        return inputShape
    }
}

extension GaussianNoise: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.float("stddev"), "stddev"), name: try settings.text("name"))
    }

    package var settings: Record { ["stddev": Record(stddev)] }
}
