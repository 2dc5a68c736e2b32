import ArgumentParser
import Foundation
import Reporting

/// `bigeggs status`: shows which sections are up to date.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show which sections are up to date, and why the others are not.",
        discussion: """
            A section is fresh if none of its inputs has changed: its script, the library, the \
            data set, the options, and the results of earlier sections that it reads. In a script \
            every character counts; in the library comments do not. Give the same options as for \
            a run: they are compared.

            EXAMPLES
              bigeggs status                   of runs/quick
              bigeggs status --profile full    of the committed report
              bigeggs status --out runs/try --epochs 2
              bigeggs status --json            for another program
            """)

    @OptionGroup var options: SectionOptions
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let pipeline = Pipeline(project: try Project.locate(), options: options)
        let statuses = try pipeline.status()
        if json {
            try printJSON(
                Output(
                    profile: options.profile, sections: statuses, next: statuses.next?.name,
                    training: pipeline.trainingUnderWay))
        } else {
            print(statuses.text)
            print(statuses.sentence(options: options.arguments))
        }
    }

    /// What `--json` prints.
    struct Output: Encodable {
        let profile: Profile
        let sections: [SectionStatus]
        let next: String?
        /// Nil if no training is under way.
        let training: TrainingUnderWay?
    }
}

extension [SectionStatus] {
    /// One line per section, then the reasons why it is not up to date, and its results; times are local.
    fileprivate var text: String {
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
