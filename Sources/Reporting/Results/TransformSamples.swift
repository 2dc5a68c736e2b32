import BigEggs

/// Samples of one kind of augmentation.
public struct TransformSamples: Encodable, Sendable {
    /// The augmentation's name.
    public let name: String
    /// The augmentation's range, in words.
    public let description: String
    /// The sampled parameters.
    public let samples: [TransformParameters]

    /// Samples of the augmentation `name`.
    public init(_ name: String, _ description: String, _ samples: [TransformParameters]) {
        self.name = name
        self.description = description
        self.samples = samples
    }
}
