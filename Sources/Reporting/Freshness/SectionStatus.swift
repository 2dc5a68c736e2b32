/// Whether a section is up to date, and what its last run found.
public struct SectionStatus: Encodable, Sendable, Equatable {
    /// Whether a section's results are up to date.
    public enum State: String, Encodable, Sendable {
        /// Neither the inputs nor the outputs of the run have changed.
        case fresh
        /// An input or output has changed, or the inputs were not noted.
        case stale
        /// There are no results.
        case neverRun = "never run"
    }

    /// The section's name.
    public let section: String
    /// The section's heading.
    public let title: String
    /// Whether its results are up to date.
    public let state: State
    /// Why the section must run, a few words each.
    public let reasons: [String]
    /// When the recorded run started, as ISO 8601; nil if there is none.
    public let date: String?
    /// How long that run took, in seconds.
    public let seconds: Double?
    /// What the run found, in one sentence.
    public let headline: String?

    /// The state with its reasons, in one line.
    public var explanation: String {
        reasons.isEmpty ? state.rawValue : "\(state.rawValue): \(reasons.joined(separator: "; "))"
    }
}

extension [SectionStatus] {
    /// The first section that is not up to date; nil if all are.
    public var next: ReportSection? {
        first { $0.state != .fresh }.flatMap { ReportSection(name: $0.section) }
    }

    /// What to type next.
    ///
    /// - Parameter arguments: the options that the command needs.
    public func sentence(options arguments: [String]) -> String {
        let options = arguments.map { " " + $0 }.joined()
        guard let next = first(where: { $0.state != .fresh }) else {
            return "Every section is up to date: `bigeggs report\(options)` writes the report."
        }
        return "Next is \(next.section) (\(next.explanation)): `bigeggs step\(options)` runs it."
    }
}
