import BigEggs
import EmbeddedPython
import Foundation

/// The differences between two runs, and which of them are noise.
public struct RunComparison: Encodable, Sendable {
    /// A value that differs among the settings, data set, environment or engine of two runs.
    public struct Setting: Encodable, Sendable {
        /// The section's name, or "training", and the path of the setting in its record.
        public let part, key: String
        /// The values as text; "–" for a missing one.
        public let a, b: String
    }

    /// How the difference of two numbers compares with the noise between seeds.
    public enum Meaning: String, Encodable, Sendable {
        /// No larger than differences between two seeds.
        case withinNoise = "within noise"
        /// Larger than differences between two seeds.
        case beyondNoise = "beyond noise"
        /// The noise between seeds is not known for this number.
        case unknown = "noise not known"
        /// A measurement of the machine: time or memory.
        case machine
    }

    /// A number that differs.
    public struct Metric: Encodable, Sendable {
        /// The section's name, or "training", and the path of the number in its record.
        public let part, key: String
        public let a, b: Double
        /// b minus a.
        public let difference: Double
        /// The size that 95 % of the differences between two seeds do not exceed; nil if it is not known.
        public let noise: Double?
        public let meaning: Meaning
    }

    /// A claim of the original report that has different verdicts in the two runs.
    public struct Verdict: Encodable, Sendable {
        public let claim, a, b: String
    }

    /// The names of the runs.
    public let a, b: String
    /// The parts that both runs have, and those that only one has.
    public let parts, onlyA, onlyB: [String]
    public let settings: [Setting]
    public let metrics: [Metric]
    /// How many numbers were compared.
    public let compared: Int
    /// For each network, the test images that the two runs classify differently.
    public let flips: [FlippedImages]
    /// Why some comparisons of predictions are missing.
    public let withoutFlips: [String]
    public let verdicts: [Verdict]
    /// The comparison in sentences.
    public private(set) var summary: [String]

    /// Whether nothing differs but measurements of the machine.
    public var isSame: Bool {
        settings.isEmpty && flips.allSatisfy { $0.changed == 0 } && verdicts.isEmpty && onlyA.isEmpty
            && onlyB.isEmpty && metrics.allSatisfy { $0.meaning == .machine }
    }

    /// Compares two runs.
    ///
    /// - Parameters:
    ///   - images: loads the data set with images of the given height and width, for weights whose predictions were
    ///     not recorded; returns nil if the data set is not available.
    /// - Throws: ``ComparisonError``, and errors from records, weights or Python.
    public init(
        _ a: ComparedRun, _ b: ComparedRun, study: Study, project: Project,
        images: (Int) throws -> LoadedDataset?
    ) throws {
        (self.a, self.b) = (a.name, b.name)
        let pairs = a.parts.compactMap { part in
            b.parts.first { $0.name == part.name }.map { (a: part, b: $0) }
        }
        guard !pairs.isEmpty else { throw ComparisonError.nothingInCommon(a.name, b.name) }
        parts = pairs.map(\.a.name)
        let common = parts
        onlyA = a.parts.map(\.name).filter { !common.contains($0) }
        onlyB = b.parts.map(\.name).filter { !common.contains($0) }
        settings = pairs.flatMap { Self.settings($0.a, $0.b) }
        let noise = try SeedNoise(study)
        var compared = 0
        metrics = pairs.flatMap { Self.metrics($0.a, $0.b, noise, &compared) }
        self.compared = compared
        var reasons: [String] = []
        flips = try pairs.flatMap { try FlippedImages.found($0.a, $0.b, images, &reasons) }
        withoutFlips = reasons
        verdicts = try Self.verdicts(a, b, project)
        summary = []
        summary = sentences
    }

    private var sentences: [String] {
        var sentences: [String] = []
        for (name, parts) in [("A", onlyA), ("B", onlyB)] where !parts.isEmpty {
            sentences.append("Only \(name) has \(parts.joined(separator: ", ")).")
        }
        func number(_ count: Int, _ thing: String) -> String {
            "\(count.grouped) \(thing)\(count == 1 ? "" : "s")"
        }
        if !settings.isEmpty {
            let names = Set(settings.map { $0.key }).sorted()
            sentences.append(
                "\(number(names.count, "setting")) differ\(names.count == 1 ? "s" : ""): "
                    + names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "") + ".")
        }
        let results = metrics.filter { $0.meaning != .machine }
        let kinds: [(Meaning, String)] = [
            (.beyondNoise, "by more than two seeds do"),
            (.withinNoise, "by no more than two seeds do, which means nothing"),
            (.unknown, "where the noise of seeds is not known"),
        ]
        let counts = kinds.compactMap { kind, words -> String? in
            let count = results.count { $0.meaning == kind }
            return count == 0 ? nil : "\(count.grouped) \(words)"
        }
        if !counts.isEmpty {
            sentences.append(
                "Of \(number(compared, "number")), \(results.count.grouped) "
                    + "\(results.count == 1 ? "differs" : "differ"): \(counts.joined(separator: "; ")).")
        }
        for flip in flips where flip.changed > 0 {
            sentences.append(
                "\(flip.network): \(flip.changed.grouped) of \(number(flip.images, "test image")) changed class; "
                    + "\(flip.gained.grouped) are right only in B, \(flip.lost.grouped) only in A, "
                    + (flip.isBeyondChance ? "more than chance explains." : "no more than chance explains."))
        }
        if !verdicts.isEmpty {
            sentences.append("\(number(verdicts.count, "claim")) with different verdicts.")
        }
        if isSame {
            let isTimed = metrics.contains { $0.meaning == .machine }
            sentences.append(isTimed ? "Nothing differs but time and memory." : "Nothing differs.")
        }
        return sentences
    }

    /// The parts of a record that hold a run's inputs.
    private static let groups = ["settings", "data", "environment", "engine"]
    /// Inputs that are not compared: a text that affects no result, and the list of the layers' algorithms.
    private static let besides: Set = ["data.statement", "engine.algorithms"]

    private static func settings(_ a: ComparedRun.Part, _ b: ComparedRun.Part) -> [Setting] {
        let found = [a, b].map { part in
            groups.reduce(into: [:]) { $0.merge(leaves(part.record[$1], $1)) { one, _ in one } }
        }
        return Set(found[0].keys).union(found[1].keys).subtracting(besides).sorted()
            .filter { found[0][$0] != found[1][$0] }
            .map { key in
                let texts = found.map { $0[key].map(text) ?? "–" }
                return Setting(part: a.name, key: key, a: texts[0], b: texts[1])
            }
    }

    private static func metrics(
        _ a: ComparedRun.Part, _ b: ComparedRun.Part, _ noise: SeedNoise, _ compared: inout Int
    ) -> [Metric] {
        let found = [a, b].map { part in
            ["results", "test"].reduce(into: [:]) {
                $0.merge(leaves(part.record[$1], $1).compactMapValues(\.number)) { one, _ in one }
            }
        }
        let keys = Set(found[0].keys).intersection(found[1].keys).sorted()
        compared += keys.count
        return keys.compactMap { key in
            guard let one = found[0][key], let other = found[1][key], one != other else { return nil }
            let difference = other - one
            if SectionComparison.measured.contains(String(key.split(separator: ".").last ?? "")) {
                return Metric(
                    part: a.name, key: key, a: one, b: other, difference: difference, noise: nil,
                    meaning: .machine)
            }
            let width = Self.isComparable(a, b) ? width(key, a, b, noise) : nil
            let meaning = width.map { abs(difference) <= $0 ? Meaning.withinNoise : .beyondNoise }
            return Metric(
                part: a.name, key: key, a: one, b: other, difference: difference, noise: width,
                meaning: meaning ?? .unknown)
        }
    }

    /// Whether both trained on at least 45,000 images of CIFAR-10, as the study's trainings did.
    private static func isComparable(_ a: ComparedRun.Part, _ b: ComparedRun.Part) -> Bool {
        [a, b].allSatisfy { part in
            let images =
                part.record[path: "data.trainImages"] ?? part.record[path: "settings.trainImages"]
            return part.record[path: "data.name"] == "CIFAR-10" && (images?.number ?? 0) >= 45_000
        }
    }

    /// The noise of a number: that of the recipe that its key names. If it names none, the larger noise of
    /// the recipes that a and b trained.
    private static func width(
        _ key: String, _ a: ComparedRun.Part, _ b: ComparedRun.Part, _ noise: SeedNoise
    ) -> Double? {
        if let (recipe, studied) = ofBoth(key) { return noise.width(of: studied, recipe: recipe) }
        let widths = [a, b].map { part in part.recipe.flatMap { noise.width(of: key, recipe: $0) } }
        guard let one = widths[0], let other = widths[1] else { return nil }
        return max(one, other)
    }

    /// The recipe that a key such as `results.plain.accuracy` names, and the key of the same result in the
    /// record of a single training.
    private static func ofBoth(_ key: String) -> (recipe: String, key: String)? {
        guard let match = key.wholeMatch(of: /results\.(plain|augmented)\.(accuracy|loss)/) else {
            return nil
        }
        return (String(match.1), "results.evaluation.\(match.2)")
    }

    /// All values that are not objects, by path. A list counts as one value.
    private static func leaves(_ record: Record?, _ path: String) -> [String: Record] {
        guard let record else { return [:] }
        guard case .object(let members) = record else { return [path: record] }
        return members.reduce(into: [:]) { found, member in
            found.merge(leaves(member.value, "\(path).\(member.key)")) { one, _ in one }
        }
    }

    private static func text(_ value: Record) -> String {
        let text = SweepSetting.text(value)
        return text.count > 60 ? text.prefix(59) + "…" : text
    }

    private static func verdicts(_ a: ComparedRun, _ b: ComparedRun, _ project: Project) throws -> [Verdict] {
        guard let one = a.records, let other = b.records else { return [] }
        try Python.start(searchPaths: project.pythonPaths)
        let found = try Python.call(
            "verdicts", in: "bigeggs_report.diff", [.string(one), .string(other), project.namedSections()])
        return (found.list ?? []).compactMap { verdict in
            guard let claim = verdict["claim"]?.string, let a = verdict["a"]?.string,
                let b = verdict["b"]?.string
            else { return nil }
            return Verdict(claim: claim, a: a, b: b)
        }
    }

    /// Writes diff.json; Python makes diff.md, diff.html and the figure from it and the records.
    ///
    /// - Throws: `FileError`, `PythonError`.
    public func write(_ a: ComparedRun, _ b: ComparedRun, in directory: String, project: Project) throws {
        try AtomicFile.prepareDirectory(directory)
        try Record(encoding: self).write(to: "\(directory)/diff.json")
        let files = parts.compactMap { name -> PythonValue? in
            guard let one = a.parts.first(where: { $0.name == name })?.file,
                let other = b.parts.first(where: { $0.name == name })?.file
            else { return nil }
            return .list([.string(name), .string(one), .string(other)])
        }
        try Python.start(searchPaths: project.pythonPaths)
        _ = try Python.call("write", in: "bigeggs_report.diff", [.string(directory), .list(files)])
    }
}
