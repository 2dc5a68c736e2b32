import BigEggs
import Foundation

/// Runs sections again, beside what they found before, and compares.
public struct Verifier {
    private let pipeline: Pipeline
    private let project: Project
    private let options: SectionOptions
    private let isOfFirstEpochs: Bool

    /// Where sections run again, unless another directory is given.
    private static let directory = "runs/verify"
    /// Epochs of a training that is only begun.
    private static let firstEpochs = 2

    /// - Parameters:
    ///   - options: what the sections are started with; `out` is where they run.
    ///   - isQuick: whether trainings are only begun.
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
    ///   - named: which; empty for all that have a record, of trainings that are only begun those that train.
    ///   - directory: where the records are; nil for the profile's.
    /// - Throws: ``ReportingError``, what a section throws, and `RecordError` or `FileError` for records.
    public func verify(_ named: [ReportSection], against directory: String?) throws -> Verification {
        let data = try pipeline.loadedDataChecksum()
        let reference = try reference(in: directory, data)
        let sections = try sections(named, of: reference)
        let isSameData = try sections.allSatisfy { try checksum($0, in: reference) == data }
        try pipeline.layout.create()
        // What the first one reads is what was recorded, where that is of the same data and all there.
        let recorded = recorded(in: reference)
        let before = recorded.prefix { $0 != sections[0] }
        let copied = isSameData ? try before.filter { try copy($0, from: reference) } : []
        let run = recorded.filter { section in
            sections.contains(section)
                || (section.name < sections[sections.count - 1].name && !copied.contains(section))
        }
        announce(run, reference)
        try pipeline.run(run, always: run)
        return try Verification(
            of: try sections.map {
                try SectionComparison(
                    $0, in: pipeline.layout, with: reference, isOfFirstEpochs: isOfFirstEpochs)
            }, records: Project.shown(reference.records))
    }
}

extension Verifier {
    /// The records to compare with: of this data and this kind of processor if there are such, of the quick profile
    /// those that come with the project included.
    private func reference(in directory: String?, _ data: String) throws -> OutputLayout {
        if let directory {
            let layout = OutputLayout(project: project, profile: options.profile, out: directory)
            guard !recorded(in: layout).isEmpty else {
                throw ReportingError.nothingToVerify(records: Project.shown(layout.records), data: nil)
            }
            return layout
        }
        // The committed report, which comes with an installation as well.
        guard options.profile == .quick else { return OutputLayout(directory: project.path("report")) }
        let usual = OutputLayout(project: project, profile: .quick)
        let known = try knownRuns() + [usual]
        let sameData = try known.filter { layout in
            try recorded(in: layout).contains { try checksum($0, in: layout) == data }
        }
        let here = EngineDescription.kind(of: Machine.processor, Machine.instructionSet)
        let best = try sameData.first { layout in
            try recorded(in: layout).contains {
                try RecordedTrace(reading: layout.trace($0))?.engine.kind == here
            }
        }
        guard let reference = best ?? sameData.first else {
            throw ReportingError.nothingToVerify(records: Project.shown(usual.records), data: data)
        }
        return reference
    }

    /// The quick runs that come with the project, one for each kind of processor.
    private func knownRuns() throws -> [OutputLayout] {
        let directory = project.path("report/quick")
        let kinds = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return kinds.sorted().map { OutputLayout(directory: "\(directory)/\($0)") }
    }

    private func recorded(in layout: OutputLayout) -> [ReportSection] {
        ReportSection.allCases.filter { FileManager.default.fileExists(atPath: layout.record($0)) }
    }

    private func checksum(_ section: ReportSection, in layout: OutputLayout) throws -> String? {
        try Record.read(layout.record(section))[path: "data.checksum"]?.string
    }

    /// The sections to compare, in their order.
    private func sections(_ named: [ReportSection], of reference: OutputLayout) throws -> [ReportSection] {
        let recorded = recorded(in: reference)
        if let missing = named.first(where: { !recorded.contains($0) }) {
            throw ReportingError.notVerifiable(
                section: missing.name, records: Project.shown(reference.records))
        }
        guard isOfFirstEpochs else { return named.isEmpty ? recorded : recorded.filter(named.contains) }
        let trainings = try recorded.filter {
            try Record.read(reference.record($0))[path: "results.history"] != nil
        }
        if let other = named.first(where: { !trainings.contains($0) }) {
            throw ReportingError.noTraining(section: other.name)
        }
        return named.isEmpty ? trainings : trainings.filter(named.contains)
    }

    /// Copies what a section found, its weights included.
    ///
    /// - Returns: whether all of it is there.
    private func copy(_ section: ReportSection, from reference: OutputLayout) throws -> Bool {
        guard let record = try? Record.read(reference.record(section)) else { return false }
        var files = [(reference.record(section), pipeline.layout.record(section))]
        if let weights = record[path: "results.weights.file"]?.string {
            files.append(("\(reference.weights)/\(weights)", "\(pipeline.layout.weights)/\(weights)"))
        }
        guard files.allSatisfy({ FileManager.default.fileExists(atPath: $0.0) }) else { return false }
        for (source, target) in files {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: source))
            try AtomicFile.write([Array(bytes)], to: target)
        }
        return true
    }

    /// Says what runs, and how long that took when it was recorded.
    private func announce(_ sections: [ReportSection], _ reference: OutputLayout) {
        let seconds = sections.map { (try? Record.read(reference.record($0)))?[path: "run.seconds"]?.number }
        let took = seconds.compactMap(\.self).reduce(0, +)
        let names = sections.map(\.name).joined(separator: ", ")
        let length =
            isOfFirstEpochs
            ? "\(SectionComparison.inWords(options.epochs ?? Self.firstEpochs)) of each training"
            : "which took \(took.duration) when it was recorded"
        Terminal.write("Running again in \(Project.shown(pipeline.layout.records)): \(names), \(length).\n")
    }
}
