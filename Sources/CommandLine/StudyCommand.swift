import ArgumentParser
import BigEggs
import Foundation
import MessagePassing
import Reporting

/// `bigeggs study`: the trainings that tell what the report's recipe gives and what it takes to do better.
struct StudyCommand: TeamCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Train by several recipes with several seeds, and record each.",
        discussion: """
            A run is a recipe and a seed. It trains on 45,000 images and chooses by 5,000 others; the \
            test images have no say. Runs of the fast network choose nothing and train on all images, but for \
            fast-held-out-1. Runs that are recorded are not done again, one that was \
            interrupted goes on where it was, and each is a training of a quarter of an hour or more.

            EXAMPLES
              bigeggs study --list      the runs, and what those that are recorded came to
              bigeggs study             all that have no record
              bigeggs study flip        both of one recipe
              bigeggs study best-1      one of them
              bigeggs study best-9      one more, with a seed of your own
              bigeggs study fast        the fast network with five seeds
              bigeggs study fast-without-muon    and without one of its ingredients
              mpirun -np 4 bigeggs study best-1    one of them on four processes
              bigeggs study wide.json   two of a recipe of your own; wide.json-3 for one seed

            `bigeggs train --help` says what a recipe of your own is. After a change of its file, --restart trains anew. \
            Records are in report/study, in runs/study under an installation, and in runs/study/records those of \
            your own recipes. `bigeggs report` tells \
            what they say: sections 8 and 9.
            """)

    @Argument(
        help: ArgumentHelp("Which: recipes, or recipes with a seed; all if none is named.", valueName: "run"),
        completion: .file(extensions: ["json"]),
        transform: StudyCommand.runs)
    var named: [[StudyRun]] = []
    @Option(help: ArgumentHelp("CIFAR-10: auto, cifar10, or a path.", valueName: "source")) var data = "auto"
    @OptionGroup var team: TeamOptions
    @Option(help: ArgumentHelp("Threads to compute with (default: all).", valueName: "n"))
    var threads: Int?
    @Option(help: PrecisionChoice.help(otherwise: "the recipe's, or else auto"))
    var precision: PrecisionChoice?
    @Flag(help: "Train anew the runs named, even if they are begun or recorded.") var restart = false
    @Flag(help: "Say what there is, and train nothing.") var list = false
    @Flag(help: "With --list, print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(threads, "--threads")
        if restart, named.isEmpty { throw ValidationError("--restart goes with the names of runs") }
        if data.isEmpty { throw ValidationError("--data needs auto, cifar10 or a path") }
        if json, !list { throw ValidationError("--json goes with --list") }
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
            // MPI starts once in a process, and in one child of it: all runs are this process's.
            let here: (([String]) throws -> Int32)? = world.size > 1 ? { try trainHere($0) } : nil
            try study.train(run, options: options(for: run), restart: restart, here: here)
            trained += 1
        }
        print("\n\(trained) trained; the records are in \(shownRecords(runs, study)).")
    }

    private func trainHere(_ arguments: [String]) throws -> Int32 {
        do {
            try TrainCommand.parse(arguments + team.arguments).train()
            return 0
        } catch let stop as TrainingInterrupted {
            StandardError.write("\(stop)\n")
            return stop.exitStatus
        }
    }

    /// The runs that a name means, one at least.
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

    /// What `bigeggs train` is told beside the run itself.
    private func options(for run: StudyRun) -> [String] {
        let precision = precision ?? run.recipe.givenPrecision ?? .auto
        var options = ["--precision", precision.precision.rawValue]
        if let threads { options += ["--threads", "\(threads)"] }
        return options + (data == "auto" ? [] : ["--data", data])
    }
}

/// A run and what it came to.
struct ListedRun: Encodable {
    let name, recipe: String
    let isRecorded: Bool
    let epochs: Int?
    let heldOutAccuracy, testAccuracy, mirroredAccuracy, seconds: Double?
    /// In the recipe's test views; nil where these are the image as it is.
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
                // Said once for all seeds.
                let isNew = number == 0 || runs[number - 1].recipe != run.recipe
                return [run.name, isNew ? run.recipe : "", run.epochs.map { "\($0)" } ?? "–"]
                    + [run.heldOutAccuracy, run.testAccuracy, run.mirroredAccuracy, run.viewsAccuracy]
                    .map { $0?.percent ?? "–" } + [run.seconds?.duration ?? "–"]
            }
        ).text
    }
}

/// The study was to run on other images than those that it is about.
struct NotCIFAR10: Error, CustomStringConvertible {
    let name: String

    var description: String {
        "the study is of CIFAR-10, and the data set here is \(name): name a copy of CIFAR-10 with --data"
    }
}
