import BigEggs
import Foundation

/// Whether a section is up to date, and what its last run found.
public struct SectionStatus: Encodable, Sendable, Equatable {
    /// What the section's results are worth.
    public enum State: String, Encodable, Sendable {
        /// Nothing that they were made from has changed since.
        case fresh
        /// Something has.
        case stale
        /// There are none.
        case neverRun = "never run"
    }

    /// The section's name.
    public let section: String
    /// The section's heading.
    public let title: String
    /// What its results are worth.
    public let state: State
    /// Why they are stale, a few words each.
    public let reasons: [String]
    /// When it last ran to its end, as ISO 8601; nil if never.
    public let date: String?
    /// How long that took.
    public let seconds: Double?
    /// What it found, in one sentence.
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

extension [SectionStatus] {
    /// A line a section, with what it found and why it is not up to date below; times are local.
    public var text: String {
        let table = Table(
            ["section", "state", "when", "took"],
            rows: map { status in
                [
                    status.section, status.state.rawValue, status.date.map(SectionStatus.localTime) ?? "–",
                    status.seconds?.duration ?? "–",
                ]
            })
        var lines = table.text.split(separator: "\n").map(String.init)
        for (row, status) in enumerated().reversed() {
            let details = status.reasons + [status.headline].compactMap { $0 }
            lines.insert(contentsOf: details.map { "    " + $0 }, at: row + 3)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension SectionStatus {
    fileprivate static func localTime(_ iso8601: String) -> String {
        guard let date = try? Date(iso8601, strategy: .iso8601) else { return iso8601 }
        let parts = Calendar.current.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        func padded(_ part: Int?) -> String { String("0\(part ?? 0)".suffix(2)) }
        return "\(parts.year ?? 0)-\(padded(parts.month))-\(padded(parts.day)) "
            + "\(padded(parts.hour)):\(padded(parts.minute))"
    }
}
