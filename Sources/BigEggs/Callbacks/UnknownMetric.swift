/// A callback monitors a metric that is not measured.
public struct UnknownMetric: Error, CustomStringConvertible {
    /// The metric to monitor.
    public let metric: String
    let callback: String
    let available: [String]

    public var description: String {
        "\(callback) watches \(metric), which is not measured: there are \(available.sorted().joined(separator: ", "))"
    }
}
