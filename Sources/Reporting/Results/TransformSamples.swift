import BigEggs

/// Some draws of one kind of change.
public struct TransformSamples: Encodable, Sendable {
    /// The change's name.
    public let name: String
    /// How far it goes.
    public let description: String
    /// The draws.
    public let samples: [TransformParameters]

    /// Draws of the change `name`.
    public init(_ name: String, _ description: String, _ samples: [TransformParameters]) {
        self.name = name
        self.description = description
        self.samples = samples
    }
}
