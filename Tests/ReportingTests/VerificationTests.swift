import BigEggs
import Foundation
import Reporting
import Testing

/// Handmade records of a training, so that every kind of difference is tested.
@Suite struct VerificationTests {
    /// The record and the trace of a run; tests change the values.
    private struct Run {
        var data = "md5:1"
        var processor = "Intel(R) Xeon(R) Processor"
        var kernel = "jit:avx512_core"
        var seed = 7.0
        var losses = [[2.5, 2.25], [1.5, 1.25]]
        var weights = ["aa", "bb"]
        var kept = "bb"
        var accuracy = 0.75
        var overfitsFrom: Record = nil
        var seconds = 3.0
        var hasTrace = true

        func write(
            to directory: String, _ section: ReportSection = VerificationTests.section
        ) throws -> OutputLayout {
            let layout = OutputLayout(directory: directory)
            try FileManager.default.createDirectory(
                atPath: layout.records, withIntermediateDirectories: true)
            let record: Record = [
                "data": ["checksum": .string(data)],
                "settings": ["seed": .number(seed), "threads": .number(seconds), "epochs": 2],
                "results": [
                    "history": [
                        "loss": .numbers(losses.map { $0.reduce(0, +) / 2 }), "seconds": .number(seconds),
                    ],
                    "evaluation": ["accuracy": .number(accuracy), "images": 10],
                    "weights": ["file": "plain.safetensors", "sha256": .number(seconds)],
                    "overfitsFrom": overfitsFrom, "trainingSeconds": .number(seconds),
                ],
            ]
            try record.write(to: layout.record(section))
            guard hasTrace else { return layout }
            let epochs = zip(losses, weights).map { TrainingTrace.Epoch(losses: $0, weights: $1) }
            let trace: Record = [
                "engine": [
                    "processor": .string(processor), "instructionSet": "AVX-512 BF16",
                    "threads": .number(seconds), "precision": "float32", "oneDNN": "2.6.3",
                    "algorithms": [
                        ["layer": "conv2d", "pass": "forward", "algorithm": .string(kernel)]
                    ],
                ],
                "kept": .string(kept), "epochs": try Record(encoding: epochs),
            ]
            try trace.write(to: "\(layout.records)/\(section.name).trace.json")
            return layout
        }
    }

    private static let section = ReportSection.allCases[3]
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Verifies a run, changed by `change`, against the recorded one.
    private func verify(
        firstEpochs: Bool = false, recorded: (inout Run) -> Void = { _ in }, _ change: (inout Run) -> Void
    ) throws -> Verification {
        var (run, record) = (Run(), Run())
        change(&run)
        recorded(&record)
        let layouts = try (run.write(to: directory.path + "/new"), record.write(to: directory.path + "/old"))
        return try Verification(
            of: [
                SectionComparison(
                    Self.section, in: layouts.0, with: layouts.1, isOfFirstEpochs: firstEpochs)
            ],
            records: "old")
    }

    private func agreements(_ verification: Verification) -> [String: String] {
        Dictionary(uniqueKeysWithValues: verification.items.map { ($0.name, $0.agreement.description) })
    }

    @Test func equalResultsAreTheSameBitsRegardlessOfTime() throws {
        let found = try verify { $0.seconds = 99 }
        #expect(found.outcome == .sameBits && found.exitStatus == 0)
        #expect(
            agreements(found) == [
                "losses of 4 steps": "same bits", "weights after 2 epochs": "same bits",
                "weights kept": "same bits", "history": "same bits", "evaluation": "same bits",
                "overfitsFrom": "same bits",
            ])
        #expect(found.sentence == "All 6 results are those of old, bit for bit.")
    }

    /// The loss of one step differs in its last bit.
    @Test func theFirstDifferingStepIsReported() throws {
        let found = try verify {
            $0.losses[1][0] = $0.losses[1][0].nextUp
            $0.weights[1] = "cc"
        }
        #expect(found.outcome == .differs && found.exitStatus == 1)
        #expect(found.items[0].agreement.description == "same to 15 digits")
        #expect(found.items[0].detail == "first at epoch 2, step 1: 1.5000000000000002, was 1.5")
        #expect(found.items[1].detail == "first after epoch 2")
        #expect(
            found.sentence.contains(
                "differ from those of old; the first is 04-plain-training, losses of 4 steps"))
    }

    private static let changes: [(name: String, change: @Sendable (inout Run) -> Void)] = [
        ("weights kept", { $0.kept = "cc" }), ("evaluation", { $0.accuracy = 0.7501 }),
        ("overfitsFrom", { $0.overfitsFrom = 2 }),
    ]

    @Test(arguments: changes.indices)
    func aDifferenceInAnyResultIsFound(_ number: Int) throws {
        let (name, change) = Self.changes[number]
        let found = try verify(change)
        #expect(found.outcome == .differs)
        #expect(found.items.filter { $0.agreement != .sameBits }.map(\.name) == [name])
    }

    /// Reasons why bits may differ, and how the result's sentence names them.
    private static let excuses: [(words: String, excuse: @Sendable (inout Run) -> Void)] = [
        ("of other data", { $0.data = "md5:2" }),
        ("of another kind of processor (AMD, AVX-512 BF16)", { $0.processor = "AMD EPYC" }),
        ("of other kernels", { $0.kernel = "brgemm:avx512_core" }),
        ("with other settings (seed)", { $0.seed = 8 }),
        ("from before kernels were recorded", { $0.hasTrace = false }),
    ]

    @Test(arguments: excuses.indices)
    func withAKnownReasonResultsMayDifferWithinTolerance(_ number: Int) throws {
        let (words, excuse) = Self.excuses[number]
        let near = try verify(recorded: excuse) {
            $0.losses = $0.losses.map { $0.map { $0 * 1.05 } }
            $0.accuracy = 0.73
        }
        #expect(near.outcome == .withinTolerance && near.exitStatus == 2)
        #expect(near.sentence.contains("are \(words)"))
        #expect(try verify(recorded: excuse) { $0.accuracy = 0.71 }.outcome == .differs)
        let far = try verify(recorded: excuse) { $0.losses[1] = [1.9, 1.9] }
        #expect(far.outcome == .differs && far.exitStatus == 1)
        #expect(far.sentence.contains("the training loss of epoch 2 is 1.9000 instead of 1.3750"))
        // If the bits are the same, the reason does not matter.
        let same = try verify(recorded: excuse) { run in
            if words.contains("processor") || words.contains("kernels") || words.contains("before") { return }
            excuse(&run)
        }
        #expect(same.outcome == .sameBits)
    }

    /// The second of two sections has other settings and other results. The first has the same settings.
    @Test(arguments: [0.75, 0.74])
    func aReasonDoesNotCoverEarlierSections(accuracy: Double) throws {
        let sections = [Self.section, ReportSection.allCases[4]]
        let (new, old) = (directory.path + "/new", directory.path + "/old")
        let comparisons = try sections.map { section in
            var (run, record) = (Run(), Run())
            if section == sections[1] {
                (run.accuracy, record.seed) = (0.74, 8)
            } else {
                run.accuracy = accuracy
            }
            return try SectionComparison(
                section, in: run.write(to: new, section), with: record.write(to: old, section),
                isOfFirstEpochs: false)
        }
        let found = try Verification(of: comparisons, records: "old")
        #expect(found.outcome == (accuracy == 0.75 ? .withinTolerance : .differs))
        #expect((found.excuse == nil) == (found.outcome == .differs))
        #expect(
            found.sentence.contains(
                accuracy == 0.75
                    ? "with other settings (seed)" : "the first is 04-plain-training, evaluation"))
    }

    @Test func firstEpochsAreComparedWithTheRecordsFirstEpochs() throws {
        let begun: (inout Run) -> Void = {
            ($0.losses, $0.weights) = ([$0.losses[0]], [$0.weights[0]])
            ($0.kept, $0.accuracy) = ("aa", 0.1)
        }
        let found = try verify(firstEpochs: true, begun)
        #expect(found.outcome == .sameBits)
        #expect(
            Set(agreements(found).keys) == [
                "losses of 2 steps", "weights after 1 epoch", "history of 1 epoch",
            ])
        #expect(try verify(begun).outcome == .differs)
        #expect(
            try verify(firstEpochs: true) {
                begun(&$0)
                $0.losses[0][1] = 2.2499
            }.items[0].detail == "first at epoch 1, step 2: 2.2499, was 2.25")
    }

    @Test(arguments: [
        (1.0, 1.0, "same bits"), (1.0, 1.000001, "same to 6 digits"), (1.0, 2.0, "differs"),
        (0.0, -0.0, "differs"),
        (.nan, .nan, "same bits"), (.nan, 1, "differs"), (100, 101, "same to 2 digits"), (0, 1, "differs"),
        (1, Double(1).nextUp, "same to 15 digits"),
    ])
    func agreementStatesHowManyDigitsAreEqual(_ one: Double, _ other: Double, _ words: String) {
        #expect(Agreement(one, other).description == words)
    }
}
