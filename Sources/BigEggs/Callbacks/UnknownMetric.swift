/// A callback was told to watch something that is not measured.
public struct UnknownMetric: Error, CustomStringConvertible {
    /// What was to be watched, by whom, and what there is.
    public let metric: String
    let callback: String
    let available: [String]

    public var description: String {
        "\(callback) watches \(metric), which is not measured: there are \(available.sorted().joined(separator: ", "))"
    }
}
