import FoundationEssentials

/// A training's losses and weight digests, bit for bit: enough to find the step at which another training diverged.
public struct TrainingTrace: Codable, Sendable, Equatable {
    /// One epoch.
    public struct Epoch: Sendable, Equatable {
        /// The mean loss of each step's images, with the weights before the step.
        public let losses: [Double]
        /// The ``Model/digest()`` after the last step.
        public let weights: String

        /// An epoch.
        public init(losses: [Double], weights: String) {
            self.losses = losses
            self.weights = weights
        }
    }

    /// The epochs in their order.
    public internal(set) var epochs: [Epoch] = []

    /// A trace of some epochs.
    public init(_ epochs: [Epoch] = []) { self.epochs = epochs }
}

/// Encodes losses in base 64, eight bytes each, little-endian, because a training has thousands of them.
extension TrainingTrace.Epoch: Codable {
    private enum CodingKeys: String, CodingKey { case losses, weights }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let bits = losses.map(\.bitPattern.littleEndian)
        try container.encode(bits.withUnsafeBytes { Data($0) }.base64EncodedString(), forKey: .losses)
        try container.encode(weights, forKey: .weights)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        weights = try container.decode(String.self, forKey: .weights)
        guard let data = Data(base64Encoded: try container.decode(String.self, forKey: .losses)),
            data.count % 8 == 0
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .losses, in: container,
                debugDescription: "losses are not a list of doubles in base 64")
        }
        losses = stride(from: 0, to: data.count, by: 8).map { start in
            Double(
                bitPattern: (0..<8).reduce(0) { $0 | UInt64(data[data.startIndex + start + $1]) << (8 * $1) })
        }
    }
}

extension Model {
    /// The SHA-256 of the weights and moving statistics, in hexadecimal digits.
    ///
    /// It covers names, shapes and bits, in the order and the layout of ``weights()``.
    ///
    /// - Throws: errors of ``weights()``.
    public func digest() throws -> String {
        let digest = try Digest(.sha256)
        digest.update(try weights())
        return digest.finish()
    }
}
