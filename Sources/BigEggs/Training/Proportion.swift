/// A share of images, with the interval in which the true share lies with 95 % confidence.
///
/// The interval is Wilson's score interval. It stays within 0 and 1 and is usable for shares near 0 and 1.
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// JASA 22 (1927).
public struct Proportion: Sendable, Codable, Equatable {
    /// `correct / count`; 0 without images.
    public let accuracy: Double
    /// The interval's lower end.
    public let low: Double
    /// The interval's upper end.
    public let high: Double
    /// The number of images that were classified correctly.
    public let correct: Int
    /// The number of images.
    public let count: Int

    /// The 97.5th percentile of the standard normal distribution: 95 % of it lies within ± this number.
    private static let quantile = 1.959963984540054

    /// The share of `correct` images among `count`. Without images the interval is all of 0 to 1.
    public init(correct: Int, of count: Int) {
        self.correct = correct
        self.count = count
        guard count > 0 else {
            (accuracy, low, high) = (0, 0, 1)
            return
        }
        let z = Proportion.quantile
        let n = Double(count)
        let share = Double(correct) / n
        let center = (share + z * z / (2 * n)) / (1 + z * z / n)
        let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
        accuracy = share
        // With no correct image the lower end is exactly 0, and with only correct images the upper end is
        // exactly 1; the formula might miss both by a rounding error.
        low = correct == 0 ? 0 : max(0, center - reach)
        high = correct == count ? 1 : min(1, center + reach)
    }
}
