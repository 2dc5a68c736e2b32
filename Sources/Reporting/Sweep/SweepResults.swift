import BigEggs
import EmbeddedPython

/// The results of a sweep, the best combination first.
public struct SweepResults: Encodable, Sendable {
    /// One training.
    public struct Run: Encodable, Sendable {
        /// The seed.
        public let seed: UInt64
        /// The file of its record, relative to the sweep's directory.
        public let record: String
        /// The score of the kept weights on the held-out images.
        public let heldOut: PredictionScore
        /// The score of the kept weights on the test images; nil for a data set without test images.
        public let test: PredictionScore?
        /// The number of epochs.
        public let epochs: Int
        /// The seconds of training.
        public let seconds: Double
    }

    /// All trainings of a combination.
    public struct Result: Encodable, Sendable {
        /// Its values, in the order of the settings.
        public let values: [String]
        /// The recipe's file, relative to the sweep's directory.
        public let recipe: String
        /// The recorded trainings, by seed.
        public let runs: [Run]
        /// Scores on the held-out images, which combinations are compared by.
        public let heldOutAccuracy, heldOutLoss: StudyResults.Spread
        /// Scores on the test images, which do not affect the comparison; nil for a data set without test images.
        public let testAccuracy, testLoss: StudyResults.Spread?
        /// Epochs, and seconds of training.
        public let epochs, seconds: StudyResults.Spread
    }

    /// The data set: its name, and whether it is official or a stand-in.
    public struct Data: Encodable, Sendable {
        /// The name, such as CIFAR-10.
        public let name: String
        /// Whether these are the published files, and whether they stand in for CIFAR-10.
        public let isOfficial, isStandIn: Bool
    }

    /// The name of the recipe that was varied.
    public let base: String
    /// The names of the settings.
    public let settings: [String]
    /// The data set.
    public let data: Data
    /// How many of its training images are used, and how many of these are held out.
    public let images, heldOutImages: Int
    /// How many trainings the sweep has.
    public let planned: Int
    /// The seeds.
    public let seeds: [UInt64]
    /// The combinations with a recorded training, the highest mean accuracy on held-out images first.
    public let combinations: [Result]
    /// The command that ran the sweep.
    public let command: String

    /// Reads the records of a sweep.
    ///
    /// - Throws: ``SweepError``; `RecordError` or `FileError` for a record that cannot be read or lacks a value.
    public init(_ sweep: Sweep, _ plan: Sweep.Plan, of data: DataProvenance, command: String) throws {
        base = sweep.base
        settings = sweep.settings.map(\.name)
        self.data = Data(name: data.name, isOfficial: data.isOfficial, isStandIn: data.isStandIn)
        images = plan.images
        heldOutImages = plan.heldOut
        planned = sweep.runs.count
        seeds = Set(sweep.runs.map(\.seed)).sorted()
        self.command = command
        let results = try sweep.combinations.compactMap { combination in
            try Result(
                combination,
                sweep.runs(of: combination).compactMap { run in
                    try sweep.recorded(run, plan).map { try Run(run, $0) }
                })
        }
        combinations = results.sorted { $0.heldOutAccuracy.mean > $1.heldOutAccuracy.mean }
    }
}

extension SweepResults {
    /// Writes sweep.json; Python makes the table and the figure from it.
    ///
    /// - Throws: `FileError`, `PythonError`.
    public func write(in directory: String, project: Project) throws {
        try Record(encoding: self).write(to: "\(directory)/sweep.json")
        try Python.start(searchPaths: project.pythonPaths)
        _ = try Python.call("write", in: "bigeggs_report.sweep", [.string(directory)])
    }
}

extension SweepResults.Run {
    fileprivate init(_ run: Sweep.Run, _ found: Record) throws {
        seed = run.seed
        record = "records/\(run.name).json"
        heldOut = try found.value(at: "results.evaluation")
        test = found["test"] == nil ? nil : try found.value(at: "test")
        epochs = try found.value(at: "results.epochsRun")
        seconds = try found.value(at: "results.trainingSeconds")
    }
}

extension SweepResults.Result {
    /// Nil without a recorded training.
    fileprivate init?(_ combination: Sweep.Combination, _ runs: [SweepResults.Run]) throws {
        guard !runs.isEmpty else { return nil }
        values = combination.values.map(SweepSetting.text)
        recipe = "recipes/\(combination.recipe.name).json"
        self.runs = runs
        heldOutAccuracy = .init(runs.map(\.heldOut.accuracy))
        heldOutLoss = .init(runs.map(\.heldOut.loss))
        let tests = runs.compactMap(\.test)
        testAccuracy = tests.isEmpty ? nil : .init(tests.map(\.accuracy))
        testLoss = tests.isEmpty ? nil : .init(tests.map(\.loss))
        epochs = .init(runs.map { Double($0.epochs) })
        seconds = .init(runs.map(\.seconds))
    }
}
