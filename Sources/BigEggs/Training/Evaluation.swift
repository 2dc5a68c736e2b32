/// How a model does on a data set.
public struct Evaluation: Codable, Sendable, Equatable {
    /// The mean loss an image.
    public let loss: Double
    /// The share of images whose most probable class is their label.
    public let accuracy: Double
    /// What the model was compiled to measure beside, by name; `nil` for nothing.
    public var metrics: [String: Double]?
    /// How many images were evaluated.
    public let images: Int
    /// Wall time.
    public let seconds: Double
}
