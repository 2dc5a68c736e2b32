import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs sweep`: trains a recipe with all combinations of some settings, one after the other.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Train with every combination of some settings, and compare.",
        discussion: """
            Each --set names a setting of the recipe and the values to try. Every combination is trained with every \
            seed. Combinations are compared by held-out training images; test images are measured, but not compared.

            EXAMPLES
              bigeggs sweep --set learning_rate=1e-3,3e-3 --set batch_size=64,128
              bigeggs sweep --set augmentation.rotation_range=0,15,30 --dry-run
              bigeggs sweep --recipe fast --set epochs=4,8 --seeds 3 --out runs/epochs
              bigeggs sweep --recipe wide.json --set optimizer.momentum=0.8,0.9
              bigeggs sweep --recipe plain --set network.Dropout.rate=0.3,0.5 \\
                  --epochs 5 --limit 10000

            A setting's name is its path in a recipe's JSON, joined by dots and without "config"; `bigeggs train \
            --help` shows such a JSON. In a list, a class or a name stands for every element that has it: \
            callbacks.EarlyStopping.patience. learning_rate is the optimizer's; for a schedule it is the highest rate. \
            A value is JSON or text. Values with commas are given as a JSON list: \
            --set 'callbacks=[[], ["EarlyStopping"]]'.

            Ctrl-C ends the current training after its step, saved. The same command continues, and repeats no \
            training; with more values or seeds it trains only the new ones. The directory gets sweep.md, sweep.csv, a \
            figure, the record of each training in records, a directory with the weights of each training, and in \
            recipes a file for each combination, for `bigeggs train --recipe`.
            """)

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var imageSizeOptions: ImageSizeOptions
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A setting and its values; can be repeated.", valueName: "name=a,b"),
        transform: { try SweepSetting($0) })
    var settings: [SweepSetting]
    @Option(
        help: ArgumentHelp(
            "The recipe to vary: a name, or a JSON file (default: augmented).", valueName: "recipe"),
        completion: .file(extensions: ["json"]), transform: { try Recipe($0) })
    var recipe: Recipe = .augmented
    @Option(help: ArgumentHelp("The number of seeds: 1, 2, …", valueName: "n")) var seeds = 1
    @Option(help: ArgumentHelp("The maximum number of epochs (default: the recipe's).", valueName: "n"))
    var epochs: Int?
    @Option(help: ArgumentHelp("Use only the first n training images.", valueName: "n"))
    var limit: Int?
    @Option(
        name: .customLong("hold-out"),
        help: ArgumentHelp(
            "Validate on the last n training images (default: a tenth, at most 5,000).", valueName: "n")
    )
    var heldOut: Int?
    @Option(
        help: ArgumentHelp(
            "Threads to compute with (default: OMP_NUM_THREADS, or else all processors).", valueName: "n"))
    var threads: Int?
    @Option(help: PrecisionChoice.help(otherwise: "float32, or the recipe's")) var precision: PrecisionChoice?
    @Option(help: ArgumentHelp("The directory to write to.", valueName: "dir")) var out = "runs/sweep"
    @Flag(help: "Train everything anew, even if it is begun or recorded.") var restart = false
    @Flag(name: .long, help: "Show how many trainings there are and how long they take, and train nothing.")
    var dryRun = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        for (value, option) in [
            (seeds, "--seeds"), (epochs, "--epochs"), (limit, "--limit"), (heldOut, "--hold-out"),
            (threads, "--threads"),
        ] { try requirePositive(value, option) }
        if settings.isEmpty {
            throw ValidationError("name a setting to vary, as in --set learning_rate=1e-3,3e-3")
        }
        if out.isEmpty { throw ValidationError("--out is empty; give a directory") }
        do {
            _ = try sweep()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private func sweep() throws -> Sweep {
        try Sweep(
            of: recipe, settings, epochs: epochs, seeds: seeds,
            in: URL(fileURLWithPath: out).standardizedFileURL.path)
    }

    private var imageSize: Int { imageSizeOptions.imageSize(for: recipe) }

    func run() throws {
        let sweep = try sweep()
        try recipe.requireImageSize(imageSize)
        let loaded = try dataOptions.load(needing: .train, imageSize: imageSize)
        let plan = try plan(loaded)
        let waiting = try sweep.runs.filter { try restart || sweep.recorded($0, plan) == nil }
        let clock = try SweepClock(waiting, plan, loaded, threads: threads)
        if dryRun {
            try announce(sweep, waiting, clock)
            return
        }
        try AtomicFile.prepareDirectory(sweep.directory)
        let lock = try OutputLock(sweep.directory)
        defer { lock.release() }
        try sweep.writeRecipes()
        let train = { try self.train(waiting, of: sweep, plan, clock) }
        // The results so far are also written when a sweep is interrupted.
        let trained = Result { try json ? StandardError.receivingOutput(train) : train() }
        let results = try SweepResults(sweep, plan, of: loaded.provenance, command: Self.command())
        try results.write(in: sweep.directory, project: Project.locate())
        let failed = try trained.get()
        if json {
            try printJSON(results)
        } else if !results.combinations.isEmpty {
            print("\n" + results.text)
            print(
                "Table and figure are in \(Project.shown(sweep.directory)): sweep.md, sweep.csv, sweep.svg, sweep.png"
            )
        }
        guard failed.isEmpty else { throw SweepFailed(names: failed) }
    }

    /// The settings that all trainings share.
    private func plan(_ loaded: LoadedDataset) throws -> Sweep.Plan {
        let images = min(limit ?? loaded.train.count, loaded.train.count)
        let heldOut = heldOut ?? max(1, min(5000, images / 10))
        guard heldOut < images else { throw NothingToTrainOn(heldOut: heldOut, images: images) }
        var options = precision.map { ["--precision", $0.precision.rawValue] } ?? []
        if let threads { options += ["--threads", "\(threads)"] }
        if dataOptions.data != "auto" { options += ["--data", dataOptions.data] }
        options += dataOptions.pictures.arguments
        if let size = imageSizeOptions.imageSize { options += ["--image-size", "\(size)"] }
        return .init(
            checksum: loaded.provenance.checksum, images: images, heldOut: heldOut,
            imageSize: imageSize,
            precision: precision, options: options)
    }

    /// Trains the runs one after the other. A training that fails, for example because the learning rate is too high,
    /// does not stop the others.
    ///
    /// - Returns: the names of the failed trainings.
    private func train(
        _ runs: [Sweep.Run], of sweep: Sweep, _ plan: Sweep.Plan, _ clock: SweepClock
    ) throws -> [String] {
        var failed: [String] = []
        for (number, run) in runs.enumerated() {
            print(
                """

                Training \(number + 1) of \(runs.count): \(sweep.text(run.combination)), seed \(run.seed) \
                (at most \(clock.left(from: number).duration) for this and the rest)
                """)
            fflush(nil)
            do {
                try clock.time(number) {
                    try sweep.train(run, plan, command: Self.command(), restart: restart)
                }
            } catch ReportingError.runFailed(_, let status) where status < 128 {
                failed.append(run.name)
            }
        }
        return failed
    }

    /// The command to type to continue the sweep.
    private static func command() -> String {
        let arguments = CommandLine.arguments.filter { $0 != "--restart" }
        return ResumeOptions.typed(["bigeggs"] + arguments.dropFirst())
    }

    private func announce(_ sweep: Sweep, _ waiting: [Sweep.Run], _ clock: SweepClock) throws {
        let recorded = sweep.runs.count - waiting.count
        if json {
            try printJSON(
                Planned(trainings: sweep.runs.count, recorded: recorded, seconds: clock.left(from: 0)))
            return
        }
        let names = Set(waiting.map(\.name))
        let rows = sweep.combinations.map { combination in
            let runs = sweep.runs(of: combination)
            let done = runs.count { !names.contains($0.name) }
            return combination.values.map(SweepSetting.text)
                + ["\(runs.count)", "\(done)", "\(combination.recipe.epochs)"]
        }
        print(Table(sweep.settings.map(\.name) + ["trainings", "recorded", "epochs"], rows: rows).text)
        print(
            """
            Trainings: \(sweep.runs.count), of which \(recorded) are recorded. The others take \
            \(clock.left(from: 0).duration) on this machine, if none stops early.
            """)
    }

    /// What `--dry-run --json` prints.
    struct Planned: Encodable {
        let trainings, recorded: Int
        /// The time for the trainings that are not recorded, if none stops early.
        let seconds: Double
    }
}

extension SweepResults {
    /// The combinations as a table, the best first.
    var text: String {
        Table(
            settings + ["seeds", "held out", "±", "held-out loss", "test", "epochs", "took"],
            rows: combinations.map { result in
                result.values + [
                    "\(result.runs.count)", result.heldOutAccuracy.mean.percent,
                    result.heldOutAccuracy.deviation.map { (100 * $0).fixed(1) } ?? "–",
                    result.heldOutLoss.mean.fixed(4), result.testAccuracy?.mean.percent ?? "–",
                    result.epochs.mean.fixed(result.epochs.low == result.epochs.high ? 0 : 1),
                    result.seconds.mean.duration,
                ]
            }
        ).text
    }
}

/// Some trainings of a sweep ended with an error.
struct SweepFailed: Error, CustomStringConvertible {
    let names: [String]

    var description: String {
        "\(names.count == 1 ? "a training" : "\(names.count) trainings") failed, for the reason above: "
            + "\(names.joined(separator: ", ")); the same command tries again"
    }
}
