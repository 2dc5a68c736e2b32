import BigEggs
import Foundation
import Reporting
import Testing

@Suite struct RunComparisonTests {
    private let directory: TemporaryDirectory
    private let project: Project
    private let study: Study

    init() throws {
        directory = try TemporaryDirectory()
        // A project without Python code; the test that calls Python uses the checkout instead.
        project = Project(root: directory.path)
        study = Study(project: project)
        try FileManager.default.createDirectory(atPath: study.records, withIntermediateDirectories: true)
    }

    /// A training's record, as `bigeggs train` and the study write it.
    private func record(
        _ name: String, accuracy: Double, epochs: Double = 10, seconds: Double = 60, images: Double = 45_000
    ) throws -> Record {
        let run = try #require(try StudyRun.named(name).first)
        return [
            "data": ["name": "CIFAR-10", "checksum": "md5:1"],
            "settings": [
                "recipe": try Record(encoding: run.recipe), "seed": .number(Double(run.seed)),
                "heldOutImages": .number(Double(run.heldOut)), "trainImages": .number(images),
            ],
            "engine": ["precision": "float32", "instructionSet": "AVX2"],
            "results": [
                "evaluation": ["accuracy": .number(accuracy + 0.01), "images": 5000],
                "epochsRun": .number(epochs), "trainingSeconds": .number(seconds),
                "history": ["loss": [1, 0.5]],
            ],
            "test": ["accuracy": .number(accuracy)],
        ]
    }

    private func write(_ record: Record, _ name: String) throws -> ComparedRun {
        let file = "\(directory.path)/\(name).json"
        try record.write(to: file)
        return try ComparedRun(file, project: project)
    }

    private func compared(_ a: Record, _ b: Record) throws -> RunComparison {
        try RunComparison(write(a, "a"), write(b, "b"), study: study, project: project, images: { _ in nil })
    }

    /// Writes records of the study, by default of two recipes with two seeds each. Their accuracies' variances are 2e-4
    /// and 0.5e-4.
    private func writeStudy(
        _ runs: [(name: String, accuracy: Double)] = [
            ("plain-1", 0.70), ("plain-2", 0.72), ("flip-1", 0.80), ("flip-2", 0.81),
        ]
    ) throws {
        for (name, accuracy) in runs {
            let run = try #require(try StudyRun.named(name).first)
            try record(name, accuracy: accuracy).write(to: study.record(run))
        }
    }

    private func metric(_ key: String, in comparison: RunComparison) throws -> RunComparison.Metric {
        try #require(comparison.metrics.first { $0.key == key })
    }

    @Test func aRunDoesNotDifferFromItself() throws {
        try writeStudy()
        let same = try compared(record("plain-1", accuracy: 0.7), record("plain-1", accuracy: 0.7))
        #expect(same.isSame && same.metrics.isEmpty && same.settings.isEmpty)
        #expect(same.summary == ["Nothing differs."])
        let slower = try compared(
            record("plain-1", accuracy: 0.7), record("plain-1", accuracy: 0.7, seconds: 61))
        #expect(slower.isSame)
        #expect(slower.summary == ["Nothing differs but time and memory."])
    }

    /// The pooled variance is (2e-4 + 0.5e-4) / 2. For its two degrees of freedom, Student's t is 4.303.
    @Test func noiseIsPooledOverTheStudysRecipes() throws {
        try writeStudy()
        let comparison = try compared(record("plain-1", accuracy: 0.70), record("plain-2", accuracy: 0.74))
        let accuracy = try metric("test.accuracy", in: comparison)
        let width = 4.303 * (2 * 1.25e-4).squareRoot()
        #expect(abs(try #require(accuracy.noise) / width - 1) < 1e-3)
        #expect(accuracy.meaning == .withinNoise)
        #expect(abs(accuracy.difference - 0.04) < 1e-12)
        // In the study, `results.evaluation` is of held-out images, so the noise of `test` is used instead.
        #expect(try metric("results.evaluation.accuracy", in: comparison).noise == accuracy.noise)
        #expect(comparison.settings.map(\.key) == ["settings.seed"])

        let far = try compared(record("plain-1", accuracy: 0.70), record("plain-2", accuracy: 0.80))
        #expect(try metric("test.accuracy", in: far).meaning == .beyondNoise)
        #expect(far.summary.contains { $0.contains("by more than two seeds do") })
    }

    /// For one degree of freedom, Student's t is 12.706.
    @Test func aTrainingWithHeldOutImagesIsNoSeedOfTheSameRecipe() throws {
        try writeStudy([("fast-1", 0.90), ("fast-2", 0.92), ("fast-held-out-1", 0.50)])
        let comparison = try compared(record("fast-1", accuracy: 0.90), record("fast-2", accuracy: 0.92))
        let width = 12.706 * (2 * 2e-4).squareRoot()
        #expect(abs(try #require(metric("test.accuracy", in: comparison).noise) / width - 1) < 1e-3)
    }

    @Test func withoutComparableStudyRunsTheNoiseIsUnknown() throws {
        let without = try compared(record("plain-1", accuracy: 0.7), record("plain-2", accuracy: 0.8))
        #expect(try metric("test.accuracy", in: without).meaning == .unknown)
        try writeStudy()
        // The study has records of another network only.
        let other = try compared(record("fast-1", accuracy: 0.9), record("fast-2", accuracy: 0.91))
        #expect(try metric("test.accuracy", in: other).meaning == .unknown)
        let small = try compared(
            record("plain-1", accuracy: 0.7, images: 5000), record("plain-2", accuracy: 0.8, images: 5000))
        #expect(try metric("test.accuracy", in: small).meaning == .unknown)
    }

    @Test func missingFlipsAreExplained() throws {
        let comparison = try compared(record("plain-1", accuracy: 0.7), record("plain-1", accuracy: 0.8))
        #expect(comparison.flips.isEmpty)
        #expect(comparison.withoutFlips.count == 1 && comparison.withoutFlips[0].contains("weights"))
    }

    @Test func flippedImagesAreCounted() throws {
        let names: Record = ["cat", "dog", "ship"]
        func results(_ predicted: [Int], _ data: String = "md5:1") throws -> ComparedRun {
            let out = "\(directory.path)/\(predicted.map(String.init).joined())\(data.count)"
            try FileManager.default.createDirectory(
                atPath: out + "/records", withIntermediateDirectories: true)
            func network(_ predicted: [Int]) -> Record {
                [
                    "predicted": .numbers(predicted), "confidence": [0.5, 0.5, 0.5, 0.5, 0.5], "loss": 1,
                    "accuracy": 0.5, "images": 5,
                ]
            }
            let record: Record = [
                "data": [
                    "checksum": .string(data), "classNames": names, "name": "CIFAR-10", "isStandIn": false,
                    "isOfficial": false,
                ],
                "section": "06-results", "title": "Results", "settings": ["seed": 1, "profile": "full"],
                "results": [
                    "truth": [0, 1, 2, 0, 1], "plain": network(predicted),
                    "augmented": network([0, 1, 2, 0, 1]),
                ],
            ]
            try record.write(to: out + "/records/06-results.json")
            return try ComparedRun(out, project: project)
        }
        let checkout = Project(root: try Checkout.root)
        let comparison = try RunComparison(
            results([0, 0, 0, 0, 2]), results([1, 1, 1, 0, 1]), study: study, project: checkout,
            images: { _ in nil })
        #expect(comparison.flips.map(\.network) == ["plain", "augmented"])
        let plain = comparison.flips[0]
        #expect(plain.images == 5 && plain.changed == 4 && plain.gained == 2 && plain.lost == 1)
        #expect(!plain.isBeyondChance)
        #expect(plain.first.map(\.index) == [0, 1, 4])
        #expect(plain.first[0].truth == "cat" && plain.first[0].a == "cat" && plain.first[0].b == "dog")
        #expect(comparison.flips[1].changed == 0)
        let other = try RunComparison(
            results([0, 0, 0, 0, 2]), results([1, 1, 1, 0, 1], "md5:other"), study: study, project: checkout,
            images: { _ in nil })
        #expect(
            other.flips.isEmpty
                && other.withoutFlips == ["06-results: the two runs were tested on different images."])
    }

    @Test func aPathWithoutARunIsReported() throws {
        #expect(throws: ComparisonError.noRun("/nowhere")) { try ComparedRun("/nowhere", project: project) }
        try Record.object(["what": "ever"]).write(to: directory.path + "/training.json")
        #expect(throws: ComparisonError.noRun(directory.path)) {
            try ComparedRun(directory.path, project: project)
        }
    }
}
