import BigEggs

/// The results of running sections again, compared with their records.
public struct Verification: Sendable, Encodable {
    /// One result of one section.
    public struct Item: Sendable, Encodable {
        /// The section's name.
        public let section: String
        /// The result's name.
        public let name: String
        /// How far it agrees with the recorded one.
        public let agreement: Agreement
        /// Where it first differs, if that is known.
        public let detail: String?
    }

    /// The outcome of a comparison.
    public enum Outcome: String, Sendable, Encodable {
        /// Every result is the recorded one, bit for bit.
        case sameBits = "same bits"
        /// Bits differ that must be the same, or results differ by more than the tolerance.
        case differs
        /// Bits differ that may differ, and results are within the tolerance.
        case withinTolerance = "within tolerance"
    }

    /// All results.
    public let items: [Item]
    /// The directory of the records compared with.
    public let records: String
    /// Why bits may differ; nil if they must be the same.
    public let excuse: String?
    /// Differences beyond the tolerance.
    public let excesses: [String]
    /// The outcome of the comparison.
    public let outcome: Outcome

    package init(of comparisons: [SectionComparison], records: String) throws {
        let sections = try comparisons.map { (excuse: $0.excuse, items: try $0.items()) }
        items = sections.flatMap(\.items)
        // An excuse holds for its section and for all later sections, because they may read that section's
        // results.
        let strict = sections.prefix { $0.excuse == nil }.flatMap(\.items)
        excuse =
            strict.allSatisfy { $0.agreement == .sameBits } ? sections.compactMap(\.excuse).first : nil
        excesses = comparisons.flatMap(\.excesses)
        self.records = records
        outcome =
            items.allSatisfy { $0.agreement == .sameBits }
            ? .sameBits : excuse != nil && excesses.isEmpty ? .withinTolerance : .differs
    }

    /// The exit status: 0 for the same bits, 1 for a difference, 2 for results within the tolerance whose bits may
    /// differ.
    public var exitStatus: Int32 {
        switch outcome {
        case .sameBits: 0
        case .differs: 1
        case .withinTolerance: 2
        }
    }

    /// A line for each result.
    public var table: Table {
        let rows = items.enumerated().map { number, item in
            let isFirst = number == 0 || items[number - 1].section != item.section
            return [
                isFirst ? item.section : "", item.name, item.agreement.description, item.detail ?? "",
            ]
        }
        return Table(["section", "result", "", ""], rows: rows)
    }

    /// The outcome in one sentence.
    public var sentence: String {
        let all = "\(items.count) results"
        let different = items.filter { $0.agreement != .sameBits }
        switch outcome {
        case .sameBits:
            return "All \(all) are those of \(records), bit for bit."
        case .withinTolerance:
            return """
                \(different.count) of \(all) differ from those of \(records) in their bits, as expected: its \
                records are \(excuse ?? ""). Losses and accuracies are within tolerance.
                """
        case .differs:
            let first = different[0]
            let place = "\(first.section), \(first.name)" + (first.detail.map { " (\($0))" } ?? "")
            guard let excuse else {
                return "\(different.count) of \(all) differ from those of \(records); the first is \(place)."
            }
            return """
                Results differ from those of \(records) by more than expected, although its records are \
                \(excuse): \(excesses.joined(separator: "; ")).
                """
        }
    }
}
