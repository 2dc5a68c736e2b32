import BigEggs
import Foundation

/// Compares a section's results with its earlier ones.
package struct SectionComparison {
    let section: ReportSection
    /// Whether only the first epochs of the training are run and compared.
    let isOfFirstEpochs: Bool
    private let record, earlier: Record
    private let trace, earlierTrace: RecordedTrace?
    private let layout, earlierLayout: OutputLayout

    /// Measurements of the machine, and names of files, which are not results.
    static let measured: Set = [
        "seconds", "trainingSeconds", "imagesPerSecond", "microsecondsPerImage", "peakMemoryBytes", "weights",
    ]
    /// The tolerance of an epoch's training loss where bits may differ: absolute plus a share of the expected loss.
    private static let lossTolerance = (absolute: 0.05, relative: 0.1)
    /// The tolerance of the test accuracy of the kept weights where bits may differ.
    private static let accuracyTolerance = 0.03

    /// Reads the records and traces of both runs.
    ///
    /// - Throws: `RecordError` or `FileError`.
    package init(
        _ section: ReportSection, in layout: OutputLayout, with earlier: OutputLayout, isOfFirstEpochs: Bool
    )
        throws
    {
        self.section = section
        self.isOfFirstEpochs = isOfFirstEpochs
        (self.layout, earlierLayout) = (layout, earlier)
        record = try Record.read(layout.record(section))
        self.earlier = try Record.read(earlier.record(section))
        trace = try RecordedTrace(reading: layout.trace(section))
        earlierTrace = try RecordedTrace(reading: earlier.trace(section))
    }

    /// Why bits may differ, in words; nil if they must be the same.
    var excuse: String? {
        if record[path: "data.checksum"] != earlier[path: "data.checksum"] { return "of other data" }
        let settings = [record, earlier].map { $0["settings"]?.object ?? [:] }
        let different = Set(settings[0].keys).union(settings[1].keys).filter { name in
            name != "threads" && !(isOfFirstEpochs && name == "epochs")
                && settings[0][name] != settings[1][name]
        }
        guard different.isEmpty else {
            return "with other settings (\(different.sorted().joined(separator: ", ")))"
        }
        guard trace == nil || earlierTrace != nil else { return "from before kernels were recorded" }
        if let trace, let earlierTrace, !trace.engine.owesBits(of: earlierTrace.engine) {
            return trace.engine.kind == earlierTrace.engine.kind
                ? "of other kernels" : "of another kind of processor (\(earlierTrace.engine.kind))"
        }
        return nil
    }

    /// The agreement of all results with the earlier ones.
    func items() throws -> [Verification.Item] {
        var items: [Verification.Item] = []
        if let trace, let earlierTrace {
            items += [losses(trace, earlierTrace), weights(trace, earlierTrace)]
        }
        guard !isOfFirstEpochs else { return items + [history] }
        if let kept = try keptWeights() { items.append(kept) }
        return items + results
    }

    /// Differences beyond the tolerance, a phrase each.
    var excesses: [String] {
        var excesses: [String] = []
        let losses = [record, earlier].map { $0[path: "results.history.loss"]?.numbers ?? [] }
        for (epoch, (loss, expected)) in zip(losses[0], losses[1]).enumerated() {
            let limit = Self.lossTolerance.absolute + Self.lossTolerance.relative * expected
            guard abs(loss - expected) > limit else { continue }
            excesses.append(
                "the training loss of epoch \(epoch + 1) is \(loss.fixed(4)) instead of \(expected.fixed(4))")
            break
        }
        let accuracies = [record, earlier].map { $0[path: "results.evaluation.accuracy"]?.number }
        if !isOfFirstEpochs, let accuracy = accuracies[0], let expected = accuracies[1],
            abs(accuracy - expected) > Self.accuracyTolerance
        {
            excesses.append("the test accuracy is \(accuracy.percent) instead of \(expected.percent)")
        }
        return excesses.map { "\(section.name): \($0)" }
    }

    private func item(_ name: String, _ agreement: Agreement, _ detail: String? = nil) -> Verification.Item {
        .init(section: section.name, name: name, agreement: agreement, detail: detail)
    }

    static func inWords(_ epochs: Int) -> String { "\(epochs) \(epochs == 1 ? "epoch" : "epochs")" }

    /// The epochs that both traces have.
    private func epochs(
        _ trace: RecordedTrace, _ earlier: RecordedTrace
    ) -> [(new: TrainingTrace.Epoch, old: TrainingTrace.Epoch)] {
        zip(trace.epochs, earlier.epochs).map { ($0, $1) }
    }

    private func losses(_ trace: RecordedTrace, _ earlier: RecordedTrace) -> Verification.Item {
        var agreement = Agreement.sameBits
        var first: String?
        var steps = 0
        for (epoch, pair) in epochs(trace, earlier).enumerated() {
            if pair.new.losses.count != pair.old.losses.count { agreement = .different }
            for (step, (new, old)) in zip(pair.new.losses, pair.old.losses).enumerated() {
                let here = Agreement(new, old)
                agreement = min(agreement, here)
                steps += 1
                guard here != .sameBits, first == nil else { continue }
                first = "first at epoch \(epoch + 1), step \(step + 1): \(new), was \(old)"
            }
        }
        return item("losses of \(steps) steps", agreement, first)
    }

    private func weights(_ trace: RecordedTrace, _ earlier: RecordedTrace) -> Verification.Item {
        let epochs = epochs(trace, earlier)
        let first = epochs.firstIndex { $0.new.weights != $0.old.weights }
        let isWhole = isOfFirstEpochs || trace.epochs.count == earlier.epochs.count
        return item(
            "weights after \(Self.inWords(epochs.count))", first == nil && isWhole ? .sameBits : .different,
            first.map { "first after epoch \($0 + 1)" }
                ?? (isWhole ? nil : "\(Self.inWords(trace.epochs.count)), were \(earlier.epochs.count)"))
    }

    /// The agreement of the kept weights, or, if one of the files is missing, of their digests.
    private func keptWeights() throws -> Verification.Item? {
        guard let file = record[path: "results.weights.file"]?.string else { return nil }
        let paths = [layout, earlierLayout].map { "\($0.weights)/\(file)" }
        guard paths.allSatisfy(FileManager.default.fileExists) else {
            guard let trace, let earlierTrace else { return nil }
            return item("weights kept", trace.kept == earlierTrace.kept ? .sameBits : .different)
        }
        let tensors = try paths.map { try Safetensors.contents(of: $0).tensors }
        guard tensors[0].map(\.name) == tensors[1].map(\.name) else {
            return item("weights kept", .different)
        }
        let agreement = zip(tensors[0], tensors[1]).map { Agreement($0.values, $1.values) }.min() ?? .sameBits
        return item("weights kept", agreement)
    }

    /// The agreement of the history of the epochs that both records have.
    private var history: Verification.Item {
        let columns = [record, earlier].map { $0[path: "results.history"]?.object ?? [:] }
        let count = columns.compactMap { $0["loss"]?.array?.count }.min() ?? 0
        let firsts = columns.map { columns in
            Record.object(columns.mapValues { .array(Array(($0.array ?? []).prefix(count))) })
        }
        return item(
            "history of \(Self.inWords(count))", Agreement(firsts[0], firsts[1], leavingOut: Self.measured))
    }

    /// The agreement of each result, by name.
    private var results: [Verification.Item] {
        let results = [record, earlier].map { $0["results"]?.object ?? [:] }
        let names = Set(results[0].keys).union(results[1].keys).subtracting(Self.measured)
        return names.sorted().map { name in
            guard let new = results[0][name], let old = results[1][name] else {
                return item(name, .different, "only one of the two has it")
            }
            return item(name, Agreement(new, old, leavingOut: Self.measured))
        }
    }
}
