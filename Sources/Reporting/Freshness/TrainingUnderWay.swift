import BigEggs
import Foundation

/// A section's training that has saved itself and not ended: it runs, or was interrupted.
public struct TrainingUnderWay: Encodable, Sendable {
    /// The section's name.
    public let section: String
    /// Epochs that have ended.
    public let epoch: Int
    /// What they measured: `loss`, `accuracy`, `val_loss`, `val_accuracy`, a number an epoch.
    public let history: [String: [Double]]

    /// The one that saved itself last; nil if there is none.
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
