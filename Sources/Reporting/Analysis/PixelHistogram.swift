import BigEggs

/// How often each pixel value occurs in each channel.
public struct PixelHistogram: Sendable, Codable, Equatable {
    /// The name of each channel.
    public let channels: [String]
    /// For each channel, the number of pixels with the value 0, 1, … 255.
    public let counts: [[Int]]
    /// How many images were counted.
    public let images: Int

    /// Counts all pixels of a data set whose images have their channels last.
    public init(_ dataset: ImageDataset) {
        let names = ["red", "green", "blue"]
        let channelCount = dataset.imageShape.last ?? 1
        channels = channelCount == 3 ? names : (0..<channelCount).map { "channel \($0)" }
        var flat = Array(repeating: 0, count: channelCount * 256)
        var channel = 0
        for image in 0..<dataset.count {
            for value in dataset.image(at: image) {
                flat[channel * 256 + Int(value)] += 1
                channel = channel + 1 == channelCount ? 0 : channel + 1
            }
        }
        counts = (0..<channelCount).map { Array(flat[$0 * 256..<($0 + 1) * 256]) }
        images = dataset.count
    }

    /// The range and the mean of the pixels, multiplied by `factor`.
    public func statistics(rescale factor: Double) -> PixelStatistics {
        let totals = (0..<256).map { value in counts.reduce(0) { $0 + $1[value] } }
        let pixels = totals.reduce(0, +)
        let sum = totals.indices.reduce(0) { $0 + $1 * totals[$1] }
        return PixelStatistics(
            minimum: Double(totals.firstIndex { $0 > 0 } ?? 0) * factor,
            maximum: Double(totals.lastIndex { $0 > 0 } ?? 0) * factor,
            mean: pixels == 0 ? 0 : Double(sum) / Double(pixels) * factor)
    }
}
