import BigEggs
import Foundation

/// Runs sections again in another directory, and compares their results.
public struct Verifier {
    private let pipeline: Pipeline
    private let project: Project
    private let options: SectionOptions
    private let isOfFirstEpochs: Bool

    /// Where sections run again, unless another directory is given.
    private static let directory = "runs/verify"
    /// The epochs of a quick verification.
    private static let firstEpochs = 2

    /// - Parameters:
    ///   - options: the options of the sections, which run in `out`.
    ///   - isQuick: whether to train only the first epochs.
    public init(project: Project, options: SectionOptions, run: RunOptions, isQuick: Bool) {
        var options = options
        options.out = options.out ?? "\(project.outputRoot)/\(Self.directory)"
        isOfFirstEpochs = isQuick || options.epochs != nil
        if isQuick { options.epochs = options.epochs ?? Self.firstEpochs }
        self.project = project
        self.options = options
        pipeline = Pipeline(project: project, options: options, run: run)
    }

    /// Runs sections again and compares what they find with their records.
    ///
    /// - Parameters:
    ///   - named: the sections. If empty: all sections that have a record, or, if only first epochs are compared, those
    ///     of them that train.
    ///   - directory: where the records are; nil for the profile's.
    /// - Throws: ``ReportingError``, what a section throws, and `RecordError` or `FileError` for records.
    public func verify(_ named: [ReportSection], against directory: String?) throws -> Verification {
        let data = try pipeline.loadedDataChecksum()
        let reference = try reference(in: directory, data)
        let sections = try sections(named, of: reference)
        guard let first = sections.first, let last = sections.last else {
            throw ReportingError.nothingToVerify(records: Project.shown(reference.layout.records), data: nil)
        }
        guard reference.layout.records != pipeline.layout.records else {
            throw ReportingError.recordsInTheWay(records: Project.shown(reference.layout.records))
        }
        try pipeline.layout.create()
        // Sections before the first one are copied instead of run, if the data is the same and their files
        // are complete.
        let isSameData = sections.allSatisfy { reference.isOf(data: data, $0) }
        let before = reference.sections.prefix { $0 != first }
        let copied = isSameData ? try before.filter { try reference.copy($0, to: pipeline.layout) } : []
        let run = reference.sections.filter { section in
            sections.contains(section) || (section.name < last.name && !copied.contains(section))
        }
        announce(run, reference)
        try pipeline.run(run, always: run)
        return try Verification(
            of: try sections.map {
                try SectionComparison(
                    $0, in: pipeline.layout, with: reference.layout, isOfFirstEpochs: isOfFirstEpochs)
            }, records: Project.shown(reference.layout.records))
    }
}

extension Verifier {
    /// The records to compare with.
    ///
    /// For the quick profile, these are the records of a run that comes with the project, or those in
    /// `runs/quick`. They must be of the same data set; records from this kind of processor are preferred.
    private func reference(in directory: String?, _ data: String) throws -> RecordedRun {
        if let directory {
            return try RecordedRun(
                in: OutputLayout(project: project, profile: options.profile, out: directory))
        }
        // The committed report, which comes with an installation as well.
        guard options.profile == .quick else {
            return try RecordedRun(in: OutputLayout(directory: project.path("report")))
        }
        let usual = OutputLayout(project: project, profile: .quick)
        let sameData = try (knownRuns() + [usual]).map(RecordedRun.init).filter { $0.has(data: data) }
        let here = EngineDescription.kind(of: Machine.processor, Machine.instructionSet)
        guard let reference = try sameData.first(where: { try $0.has(kind: here) }) ?? sameData.first else {
            throw ReportingError.nothingToVerify(records: Project.shown(usual.records), data: data)
        }
        return reference
    }

    /// The quick runs that come with the project, one for each kind of processor.
    private func knownRuns() -> [OutputLayout] {
        let directory = project.path("report/quick")
        let kinds = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return kinds.sorted().map { OutputLayout(directory: "\(directory)/\($0)") }
    }

    /// The sections to compare, in their order.
    private func sections(_ named: [ReportSection], of reference: RecordedRun) throws -> [ReportSection] {
        let recorded = reference.sections
        if !recorded.isEmpty, let missing = named.first(where: { !recorded.contains($0) }) {
            throw ReportingError.notVerifiable(
                section: missing.name, records: Project.shown(reference.layout.records))
        }
        let possible =
            isOfFirstEpochs ? recorded.filter { reference[$0, path: "results.history"] != nil } : recorded
        if let other = named.first(where: { recorded.contains($0) && !possible.contains($0) }) {
            throw ReportingError.noTraining(section: other.name)
        }
        return named.isEmpty ? possible : possible.filter(named.contains)
    }

    /// Prints what runs, and how long it took when it was recorded.
    private func announce(_ sections: [ReportSection], _ reference: RecordedRun) {
        let names = sections.map(\.name).joined(separator: ", ")
        let length =
            isOfFirstEpochs
            ? "\(SectionComparison.inWords(options.epochs ?? Self.firstEpochs)) of each training"
            : "which took \(reference.seconds(sections).duration) when it was recorded"
        Terminal.write("Running again in \(Project.shown(pipeline.layout.records)): \(names), \(length).\n")
    }
}
