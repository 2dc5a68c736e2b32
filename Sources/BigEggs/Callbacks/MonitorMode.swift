/// Whether a metric is better when it is smaller or when it is larger.
public enum MonitorMode: String, Sendable, Codable, CaseIterable {
    /// Larger for an accuracy, smaller for everything else.
    case auto
    /// Smaller is better.
    case min
    /// Larger is better.
    case max

    /// Whether `value` is better than `reference` by more than `minDelta`.
    ///
    /// Any value is better than `nil`; NaN is never better than a number. As in Keras, no
    /// number is better than NaN, so a NaN in the first epoch remains the best value.
    func improves(_ value: Double, on reference: Double?, metric: String, minDelta: Double) -> Bool {
        guard let reference else { return true }
        let larger = self == .max || self == .auto && metric.hasSuffix("accuracy")
        return larger ? value - abs(minDelta) > reference : value + abs(minDelta) < reference
    }
}
