/// The results of a model on a data set.
public struct Evaluation: Codable, Sendable, Equatable {
    /// The mean loss per image.
    public let loss: Double
    /// The share of images whose most probable class is their label.
    public let accuracy: Double
    /// The further metrics that the model was compiled with, by name; `nil` if none.
    public var metrics: [String: Double]?
    /// How many images were evaluated.
    public let images: Int
    /// Wall time.
    public let seconds: Double
}
