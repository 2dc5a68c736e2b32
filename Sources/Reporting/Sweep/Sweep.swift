import BigEggs
import Foundation

/// Trainings of a recipe with every combination of some settings' values, each with several seeds.
///
/// Each combination is a recipe in a file that `bigeggs train` can read as well. Combinations are compared on
/// held-out training images; the test images do not affect the comparison.
public struct Sweep: Sendable {
    /// A value for each setting, and the recipe that has these values.
    public struct Combination: Sendable {
        /// The values, in the order of the settings.
        public let values: [Record]
        /// The recipe, whose file is in the sweep's directory.
        public let recipe: Recipe
    }

    /// One training.
    public struct Run: Sendable {
        /// The combination that is trained.
        public let combination: Combination
        /// The seed of its random numbers.
        public let seed: UInt64

        /// The recipe's name and the seed.
        public var name: String { "\(combination.recipe.name)-\(seed)" }
    }

    /// What all trainings have in common besides the recipe.
    public struct Plan: Sendable, Equatable {
        /// The data set's checksum.
        public var checksum: String
        /// The number of training images used, held-out ones included.
        public var images: Int
        /// How many of these are held out for validation.
        public var heldOut: Int
        /// The height and width of the images, in pixels.
        public var imageSize: Int
        /// The precision of activations; nil for that of the recipe.
        public var precision: PrecisionChoice?
        /// Arguments of `bigeggs train` for data set, precision, threads and image size.
        public var options: [String]

        public init(
            checksum: String, images: Int, heldOut: Int, imageSize: Int = 32, precision: PrecisionChoice?,
            options: [String]
        ) {
            self.checksum = checksum
            self.images = images
            self.heldOut = heldOut
            self.imageSize = imageSize
            self.precision = precision
            self.options = options
        }

        /// The precision of a recipe's activations.
        public func precision(of recipe: Recipe) -> Precision { (precision ?? recipe.precision).precision }
    }

    /// The name of the recipe that is varied.
    public let base: String
    /// The settings that are varied.
    public let settings: [SweepSetting]
    /// The directory of the sweep.
    public let directory: String
    /// All combinations; the first setting changes slowest.
    public let combinations: [Combination]
    /// Every combination with the first seed, then with the second, and so on.
    public let runs: [Run]

    /// Makes and checks all recipes; writes nothing.
    ///
    /// - Parameters:
    ///   - base: the recipe that is varied.
    ///   - epochs: the maximum number of epochs, instead of the recipe's.
    ///   - seeds: the number of seeds, which are 1, 2, …
    /// - Throws: ``SweepError``.
    public init(
        of base: Recipe, _ settings: [SweepSetting], epochs: Int? = nil, seeds: Int, in directory: String
    ) throws {
        for (index, setting) in settings.enumerated() {
            guard !settings[..<index].contains(where: { $0.name == setting.name }) else {
                throw SweepError.settingTwice(setting.name)
            }
        }
        self.base = base.name
        self.settings = settings
        self.directory = directory
        var whole = base.wholeRecord
        if let epochs { whole["epochs"] = .number(Double(epochs)) }
        combinations = try settings.reduce([[]]) { values, setting in
            values.flatMap { values in setting.values.map { values + [$0] } }
        }
        .map { values in
            var described = whole
            for (setting, value) in zip(settings, values) {
                described = try setting.set(value, in: described)
            }
            let name = Sweep.name(base.name, settings, values)
            described["name"] = .string(name)
            described["summary"] = .string(Sweep.text(settings, values))
            do {
                let file = "\(directory)/recipes/\(name).json"
                return Combination(values: values, recipe: try Recipe(described: described, file: file))
            } catch let error as RecipeError {
                throw SweepError.noRecipe(values: Sweep.text(settings, values), problem: error.problem)
            }
        }
        for (index, setting) in settings.enumerated() {
            try Sweep.requireDifference(combinations, setting, index)
        }
        let combinations = combinations
        runs = (1...max(seeds, 1)).flatMap { seed in
            combinations.map { Run(combination: $0, seed: UInt64(seed)) }
        }
    }

    /// Throws if two values of a setting give the same recipe, for example because the setting's name is
    /// misspelt.
    private static func requireDifference(
        _ combinations: [Combination], _ setting: SweepSetting, _ index: Int
    ) throws {
        var seen: [(value: Record, recipe: Record)] = []
        let first = combinations[0].values
        for combination in combinations {
            var others = combination.values
            others[index] = first[index]
            guard others == first else { continue }
            var recipe = combination.recipe.record
            recipe["name"] = nil
            if let same = seen.first(where: { $0.recipe == recipe }) {
                let values = [same.value, combination.values[index]].map(SweepSetting.text)
                throw SweepError.noDifference(setting: setting.name, values: values)
            }
            seen.append((combination.values[index], recipe))
        }
    }

    /// A name for files. A value that is too long or unsuitable for file names is replaced by its number.
    private static func name(_ base: String, _ settings: [SweepSetting], _ values: [Record]) -> String {
        zip(settings, values).reduce(into: base) { name, pair in
            let (setting, value) = pair
            let text = SweepSetting.text(value)
            let isPlain = text.count <= 24 && text.wholeMatch(of: /[\p{L}\p{N}._-]+/) != nil
            let number = (setting.values.firstIndex(of: value) ?? 0) + 1
            name += ".\(setting.name)-\(isPlain ? text : "\(number)")"
        }
    }

    /// The values in a line: "learning_rate 0.001, batch_size 64".
    private static func text(_ settings: [SweepSetting], _ values: [Record]) -> String {
        zip(settings, values).map { "\($0.name) \(SweepSetting.text($1))" }.joined(separator: ", ")
    }

    /// The runs of a combination, by seed.
    public func runs(of combination: Combination) -> [Run] {
        runs.filter { $0.combination.recipe.name == combination.recipe.name }
    }

    /// A combination in a line.
    public func text(_ combination: Combination) -> String { Sweep.text(settings, combination.values) }

    /// The file of a run's record.
    public func record(_ run: Run) -> String { "\(directory)/records/\(run.name).json" }

    /// The directory that a run trains in and leaves its weights in.
    public func directory(of run: Run) -> String { "\(directory)/\(run.name)" }

    /// The record of a run; nil if it has not been trained.
    ///
    /// - Throws: ``SweepError/otherTraining(record:differences:)`` for a record of other settings; `RecordError` or
    ///   `FileError` for a record that cannot be read.
    public func recorded(_ run: Run, _ plan: Plan) throws -> Record? {
        let file = record(run)
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let record = try Record.read(file)
        let held = record[path: "settings.heldOutImages"]?.integer ?? 0
        let compared: [(name: String, isSame: Bool)] = [
            ("data set", record[path: "data.checksum"]?.string == plan.checksum),
            (
                "number of training images",
                (record[path: "settings.trainImages"]?.integer ?? 0) + held == plan.images
            ),
            ("number of images held out", held == plan.heldOut),
            ("size of images", record[path: "settings.imageSize"]?.integer ?? 32 == plan.imageSize),
            (
                "precision",
                record[path: "engine.precision"]?.string
                    == plan.precision(of: run.combination.recipe).rawValue
            ),
            ("recipe", record[path: "settings.recipe"] == run.combination.recipe.record),
        ]
        let differences = compared.filter { !$0.isSame }.map(\.name)
        guard differences.isEmpty else {
            throw SweepError.otherTraining(record: Project.shown(file), differences: differences)
        }
        return record
    }

    /// Writes the recipes' files.
    ///
    /// - Throws: `FileError`.
    public func writeRecipes() throws {
        try AtomicFile.prepareDirectory("\(directory)/recipes")
        for combination in combinations {
            guard let file = combination.recipe.file else { continue }
            var described = combination.recipe.record
            described["summary"] = .string(combination.recipe.summary)
            try described.write(to: file)
        }
    }

    /// Trains or resumes a run in a child process, and keeps its record.
    ///
    /// - Parameter command: the command that resumes the sweep.
    /// - Throws: ``ReportingError``, and errors of writing the record.
    public func train(_ run: Run, _ plan: Plan, command: String, restart: Bool) throws {
        let recipe = run.combination.recipe
        try TrainingProcess(
            name: run.name, command: command,
            arguments: ["--recipe", recipe.file ?? recipe.name, "--seed", "\(run.seed)"]
                + ["--hold-out", "\(plan.heldOut)", "--limit", "\(plan.images)"] + plan.options,
            directory: directory(of: run), record: record(run)
        ).run(restart: restart)
    }
}

extension Recipe {
    /// The ``record`` with the network and the loss, even if they are the defaults.
    fileprivate var wholeRecord: Record {
        var whole = record
        whole["network"] = .array(network)
        whole["loss"] = loss.record
        return whole
    }
}
