import BigEggs
import Foundation

extension Section {
    /// Records a result under a name.
    public func record(_ name: String, _ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        results[name] = try Record(encoding: value)
    }

    /// Records every property of `value` under its own name.
    public func record(_ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        guard case .object(let entries) = try Record(encoding: value) else { return }
        results.merge(entries) { _, new in new }
    }

    /// Records a training's results, and its trace in a file of its own, which `bigeggs verify` compares.
    public func record(_ training: TrainingResults, line: Int = #line) throws {
        let results: any Encodable = training
        try record(results, line: line)
        trace = training.trace
    }

    /// Records a setting of the section, such as its batch size.
    public func setting(_ name: String, _ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        settings[name] = try Record(encoding: value)
    }

    /// Records every property of `value` as a setting.
    public func setting(_ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        guard case .object(let entries) = try Record(encoding: value) else { return }
        settings.merge(entries) { _, new in new }
    }

    /// The record of an earlier section. This section then depends on the values that it reads from that record.
    ///
    /// - Throws: ``ReportingError/notRun(section:missing:command:)`` if that section has not run here, and
    ///   ``ReportingError/otherData(section:recorded:used:command:)`` if it ran on another data set.
    public func read(_ other: ReportSection, line: Int = #line) throws -> EarlierRecord {
        reading?.reach(line: line)
        if let known = earlier[other] { return known }
        let path = layout.record(other)
        try requireFile(path, from: other)
        let record = try Record.read(path)
        if let data, let checksum = record[path: "data.checksum"]?.string,
            checksum != data.provenance.checksum
        {
            let name = record[path: "data.name"]?.string ?? "other data"
            throw ReportingError.otherData(
                section: other.name, recorded: "\(name) (\(checksum))",
                used: "\(data.provenance.name) (\(data.provenance.checksum))",
                command: command(for: other, options.arguments))
        }
        let opened = EarlierRecord(record)
        earlier[other] = opened
        return opened
    }

    /// The path of the weights that an earlier section saved.
    ///
    /// - Throws: ``ReportingError/notRun(section:missing:command:)`` if they are not there, and
    ///   ``ReportingError/otherWeights(section:path:command:)`` if their checksum is not that in the
    ///   section's record.
    public func weights(_ file: String, from other: ReportSection, line: Int = #line) throws -> String {
        let path = weights(file)
        try requireFile(path, from: other)
        guard try read(other, line: line)[path: "results.weights.sha256"]?.string == Checksum.sha256(of: path)
        else {
            throw ReportingError.otherWeights(
                section: other.name, path: Project.shown(path),
                command: command(for: other, options.arguments))
        }
        return path
    }

    /// The path of a weights file of this run.
    public func weights(_ file: String) -> String { "\(layout.weights)/\(file)" }

    /// The whole record of the section.
    func recorded() throws -> Record {
        .object([
            "section": .string(section.name),
            "title": .string(title),
            "data": try data.map { try Section.record(of: $0) } ?? .null,
            "settings": .object(settings),
            "environment": try Record(encoding: RunEnvironment.current),
            "run": .object([
                "date": .string(startDate.formatted(.iso8601)),
                "seconds": .number((started.duration(to: .now) / .milliseconds(1)).rounded() / 1000),
                "command": .string(command(for: section, options.recorded)),
            ]),
            "results": .object(results),
        ])
    }

    private func requireFile(_ path: String, from other: ReportSection) throws {
        guard ReportSection.allCases.contains(other) else {
            throw ReportingError.noSuchSection(name: other.name)
        }
        guard !FileManager.default.fileExists(atPath: path) else { return }
        throw ReportingError.notRun(
            section: other.name, missing: Project.shown(path), command: command(for: other, options.arguments)
        )
    }
}
