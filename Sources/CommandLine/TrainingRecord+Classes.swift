import BigEggs
import Foundation
import Reporting

extension TrainingRecord {
    /// The classes that weights were trained on, in the order of the labels, as the record beside them says:
    /// that of `bigeggs train`, or that of a report's section.
    ///
    /// - Returns: nil where there is no record of these very weights.
    static func classNames(ofWeights path: String) throws -> [String]? {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        let report = OutputLayout(directory: directory.deletingLastPathComponent().path)
        let records =
            [directory.appendingPathComponent("training.json").path]
            + [.plainTraining, .augmentedTraining].map(report.record)
        let digest = try Checksum.sha256(of: path)
        return records.lazy.compactMap { try? Record.read($0) }
            .first { $0[path: "results.weights.sha256"]?.string == digest }
            .flatMap { $0[path: "data.classNames"]?.array?.compactMap(\.string) }
    }
}
