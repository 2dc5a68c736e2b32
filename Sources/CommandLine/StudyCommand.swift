import ArgumentParser
import BigEggs
import Foundation
import MessagePassing
import Reporting

/// `bigeggs study`: trainings that measure the report's recipe and improvements on it.
struct StudyCommand: TeamCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Train several recipes with several seeds, and record each training.",
        discussion: """
            A run is a recipe with a seed. It trains on 45,000 images and validates on 5,000 others; the \
            test images do not affect it. Runs of fast, its variants and strong need no validation and train \
            on all images, except fast-held-out-1. Recorded runs are not repeated, and an interrupted run \
            continues where it was. A run takes ten minutes or more.

            EXAMPLES
              bigeggs study --list      all runs, with the results of recorded ones
              bigeggs study             all runs without a record
              bigeggs study flip        both runs of one recipe
              bigeggs study best-1      one run
              bigeggs study best-9      another run, with a seed of your own
              bigeggs study fast        the fast network with five seeds
              bigeggs study fast-without-muon    without one of its ingredients
              mpirun -np 4 bigeggs study best-1    one run in four processes
              bigeggs study wide.json   your own recipe, seeds 1 and 2
              bigeggs study wide.json-3    your own recipe, seed 3

            `bigeggs train --help` describes recipe files. After a change of a file, --restart trains anew. Records \
            are in report/study; those of recipe files, and all records of an installed bigeggs, are in \
            runs/study/records. Sections 8 and 9 of the report show the results.
            """)

    @Argument(
        help: ArgumentHelp("Recipes, or recipes with a seed; all if none is named.", valueName: "run"),
        completion: .file(extensions: ["json"]),
        transform: StudyCommand.runs)
    var named: [[StudyRun]] = []
    @Option(help: ArgumentHelp("CIFAR-10: auto, cifar10, or a path.", valueName: "source")) var data = "auto"
    @OptionGroup var team: TeamOptions
    @Option(
        help: ArgumentHelp(
            "Threads to compute with (default: OMP_NUM_THREADS, or else all processors).", valueName: "n"))
    var threads: Int?
    @Option(help: PrecisionChoice.help(otherwise: "the recipe's, or else auto"))
    var precision: PrecisionChoice?
    @Flag(help: "Train the named runs anew, even if they are begun or recorded.") var restart = false
    @Flag(help: "List the runs, and train nothing.") var list = false
    @Flag(help: "With --list, print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(threads, "--threads")
        if restart, named.isEmpty { throw ValidationError("--restart needs the names of runs") }
        if data.isEmpty { throw ValidationError("--data needs auto, cifar10 or a path") }
        if json, !list { throw ValidationError("--json needs --list") }
    }

    func run() throws {
        let study = Study(project: try Project.locate())
        let runs = named.isEmpty ? StudyRun.all : named.flatMap { $0 }
        if list {
            let rows = try runs.map { ListedRun($0, try study.recorded($0)) }
            if json { try printJSON(rows) } else { print(ListedRun.text(rows)) }
            return
        }
        let world = try team.communicator()
        let provenance = try world.firstThenOthers { try DataSource(data).load().provenance }
        guard provenance.isCIFAR10 else { throw NotCIFAR10(name: provenance.name) }
        var trained = 0
        for (number, run) in runs.enumerated() {
            if !restart, try world.fromFirst({ try study.recorded(run) != nil }) {
                print("\(run.name) is recorded in \(Project.shown(study.record(run)))")
                continue
            }
            print("\n\(run.name) (run \(number + 1) of \(runs.count)): \(run.recipe.summary)")
            fflush(nil)
            // A process of the launcher can start MPI only once, and its child processes cannot, so with a
            // launcher this process does all runs itself. Without a launcher each run has a child process.
            let here: (([String]) throws -> Int32)? = world.size > 1 ? { try trainHere($0) } : nil
            try study.train(run, options: options(for: run), restart: restart, here: here)
            trained += 1
        }
        print("\n\(trained) trained; the records are in \(shownRecords(runs, study)).")
    }

    private func trainHere(_ arguments: [String]) throws -> Int32 {
        do {
            try TrainCommand.parse(arguments).train()
            return 0
        } catch let stop as TrainingInterrupted {
            StandardError.write("\(stop)\n")
            return stop.exitStatus
        }
    }

    /// The runs that a name stands for; throws if there are none.
    private static func runs(named name: String) throws -> [StudyRun] {
        let runs = try StudyRun.named(name)
        guard runs.isEmpty else { return runs }
        throw ValidationError(
            "there is no run \(name): name one of \(Recipe.forStudy.map(\.name).joined(separator: ", ")), or one "
                + "of them with a seed, such as best-1, or a JSON file with a recipe")
    }

    /// The directories of the runs' records.
    private func shownRecords(_ runs: [StudyRun], _ study: Study) -> String {
        let directories = Set(runs.map(study.directory))
        return directories.map(Project.shown).sorted().joined(separator: " and ")
    }

    /// The options of `bigeggs train` besides the run itself.
    private func options(for run: StudyRun) -> [String] {
        let precision = precision ?? run.recipe.givenPrecision ?? .auto
        var options = ["--precision", precision.precision.rawValue]
        if let threads { options += ["--threads", "\(threads)"] }
        return options + team.arguments + (data == "auto" ? [] : ["--data", data])
    }
}

/// A run and its results.
struct ListedRun: Encodable {
    let name, recipe: String
    let isRecorded: Bool
    let epochs: Int?
    let heldOutAccuracy, testAccuracy, mirroredAccuracy, seconds: Double?
    /// The accuracy with the recipe's test views; nil if the only view is the image itself.
    let viewsAccuracy: Double?
    /// The command that trains it.
    let command: String

    init(_ run: StudyRun, _ found: Record?) {
        func number(_ path: String) -> Double? { found?[path: path]?.number }
        name = run.name
        recipe = run.recipe.summary
        isRecorded = found != nil
        epochs = found?[path: "results.epochsRun"]?.integer
        heldOutAccuracy = run.heldOut > 0 ? number("results.evaluation.accuracy") : nil
        testAccuracy = number("test.accuracy")
        mirroredAccuracy = number("test.mirrored.accuracy")
        viewsAccuracy = number("test.views.accuracy")
        seconds = number("results.trainingSeconds")
        command = run.command
    }

    static func text(_ runs: [ListedRun]) -> String {
        Table(
            ["run", "", "epochs", "held out", "test", "test, mirrored", "test views", "took"],
            rows: runs.enumerated().map { number, run in
                // The recipe is shown once for all seeds.
                let isNew = number == 0 || runs[number - 1].recipe != run.recipe
                return [run.name, isNew ? run.recipe : "", run.epochs.map { "\($0)" } ?? "–"]
                    + [run.heldOutAccuracy, run.testAccuracy, run.mirroredAccuracy, run.viewsAccuracy]
                    .map { $0?.percent ?? "–" } + [run.seconds?.duration ?? "–"]
            }
        ).text
    }
}

/// The study was started on images other than CIFAR-10's.
struct NotCIFAR10: Error, CustomStringConvertible {
    let name: String

    var description: String {
        "the study is of CIFAR-10, and the data set here is \(name): name a copy of CIFAR-10 with --data"
    }
}
