import BigEggs

/// What running sections again gave, held against their records.
public struct Verification: Sendable, Encodable {
    /// One result of one section.
    public struct Item: Sendable, Encodable {
        /// The section's name.
        public let section: String
        /// What it is.
        public let name: String
        /// How far it is what was recorded.
        public let agreement: Agreement
        /// Where it differs first, as far as that is known.
        public let detail: String?
    }

    /// What the comparison came to.
    public enum Outcome: String, Sendable, Encodable {
        /// Every result is the recorded one, bit for bit.
        case sameBits = "same bits"
        /// Bits differ where they were to be the same, or results by more than is to be expected.
        case differs
        /// The same bits were not due, and results are as near as is to be expected.
        case withinTolerance = "within tolerance"
    }

    /// All results.
    public let items: [Item]
    /// Where the records are that they are held against.
    public let records: String
    /// What keeps the same bits from being due; nil where they are.
    public let excuse: String?
    /// What is off by more than that excuses.
    public let excesses: [String]
    /// What they come to.
    public let outcome: Outcome

    package init(of comparisons: [SectionComparison], records: String) throws {
        items = try comparisons.flatMap { try $0.items() }
        excuse = comparisons.compactMap(\.excuse).first
        excesses = comparisons.flatMap(\.excesses)
        self.records = records
        outcome =
            items.allSatisfy { $0.agreement == .sameBits }
            ? .sameBits : excuse != nil && excesses.isEmpty ? .withinTolerance : .differs
    }

    /// 0 for the same bits, 1 for a difference, 2 for results within tolerance where no more is due.
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

    /// What the comparison came to, in one sentence.
    public var sentence: String {
        let all = "\(items.count) results"
        let different = items.filter { $0.agreement != .sameBits }
        switch outcome {
        case .sameBits:
            return "All \(all) are those of \(records), bit for bit."
        case .withinTolerance:
            return """
                \(different.count) of \(all) differ from those of \(records) in their bits, which are not due: its \
                records are \(excuse ?? ""). Losses and accuracies are within tolerance.
                """
        case .differs:
            let first = different[0]
            let place = "\(first.section), \(first.name)" + (first.detail.map { " (\($0))" } ?? "")
            guard let excuse else {
                return "\(different.count) of \(all) differ from those of \(records); the first is \(place)."
            }
            return """
                Results differ from those of \(records) by more than is to be expected though its records are \
                \(excuse): \(excesses.joined(separator: "; ")).
                """
        }
    }
}
