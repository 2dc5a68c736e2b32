/// The range and the mean of pixel values.
public struct PixelStatistics: Sendable, Codable, Equatable {
    /// The smallest value.
    public let minimum: Double
    /// The largest value.
    public let maximum: Double
    /// The mean over all pixels and channels.
    public let mean: Double
}
