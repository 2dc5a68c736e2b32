import BigEggs
import Foundation

/// A section's saved training that has not ended: it is running or was interrupted.
public struct TrainingUnderWay: Encodable, Sendable {
    /// The section's name.
    public let section: String
    /// The number of completed epochs.
    public let epoch: Int
    /// Their metrics, such as `loss`, `accuracy`, `val_loss`, `val_accuracy`, one value per epoch.
    public let history: [String: [Double]]

    /// The training with the newest checkpoint; nil if there is none.
    init?(in layout: OutputLayout) {
        func date(_ file: String) -> Date {
            (try? FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
                ?? .distantPast
        }
        let newest = ReportSection.allCases.compactMap { section in
            layout.checkpoints(section).files.first.map { (section: section, date: date($0)) }
        }.max { $0.date < $1.date }
        guard let section = newest?.section,
            let saved = try? layout.checkpoints(section).newest()?.checkpoint
        else { return nil }
        self.section = section.name
        epoch = saved.progress.epoch
        history = saved.history.columns
    }
}
