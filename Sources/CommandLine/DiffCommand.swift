import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs diff`: the differences between two runs, and which of them are noise.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two runs: settings, results, curves, images, claims.",
        discussion: """
            A run is the output directory of a report or of `bigeggs train`, or the record of a training. If only \
            one run is given, it is B, and the committed report is A.

            EXAMPLES
              bigeggs diff runs/quick runs/other     two reports
              bigeggs diff report runs/full          the committed report and another
              bigeggs diff runs/try                  the committed report and runs/try
              bigeggs diff runs/train runs/augmented
              bigeggs diff report/study/plain-1.json report/study/plain-2.json

            Different seeds give different results. For numbers that the study's trainings have, too, the comparison \
            says whether they differ by more than two seeds do: 95 % of the differences between trainings that differ \
            only in the seed are within the noise shown. For test images it says whether one network gets more right \
            than chance explains (McNemar's test).

            The directory gets diff.md, diff.html, a figure with the curves of both runs, and diff.json, which --json \
            prints.
            """)

    @Argument(help: ArgumentHelp("The first run.", valueName: "a"), completion: .directory) var first: String
    @Argument(help: ArgumentHelp("The second run.", valueName: "b"), completion: .directory)
    var second: String?
    @OptionGroup var dataOptions: DataOptions
    @Option(help: ArgumentHelp("The directory to write to.", valueName: "dir")) var out = "runs/diff"
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if out.isEmpty { throw ValidationError("--out is empty; give a directory") }
    }

    func run() throws {
        let project = try Project.locate()
        let committed = project.root + "/report"
        let names = second.map { [first, $0] } ?? [committed, first]
        let runs = try names.map { try ComparedRun($0, project: project) }
        let comparison = try RunComparison(
            runs[0], runs[1], study: Study(project: project), project: project,
            images: images)
        let directory = URL(fileURLWithPath: out).standardizedFileURL.path
        try comparison.write(runs[0], runs[1], in: directory, project: project)
        if json {
            try printJSON(comparison)
        } else {
            print(comparison.text)
            print("The whole comparison is \(Project.shown(directory))/diff.md, and for a browser diff.html.")
        }
    }

    /// The data set with images of `size` pixels, or nil if it would have to be downloaded.
    private func images(_ size: Int) throws -> LoadedDataset? {
        guard try dataOptions.source(imageSize: size).isAtHand else { return nil }
        return try dataOptions.load(needing: .test, imageSize: size)
    }
}

extension RunComparison {
    /// The text for the terminal: the numbers that are judged, then sentences.
    fileprivate var text: String {
        let judged = metrics.filter { $0.noise != nil }
        let table =
            judged.isEmpty
            ? ""
            : Table(
                ["part", "number", "A", "B", "B − A", "noise", ""],
                rows: judged.map { metric in
                    [
                        metric.part, metric.key.replacing("results.", with: ""), metric.a.fixed(4),
                        metric.b.fixed(4), metric.difference.fixed(4), metric.noise?.fixed(4) ?? "–",
                        metric.meaning.rawValue,
                    ]
                }
            ).text + "\n"
        return "A  \(a)\nB  \(b)\n\n" + table + summary.joined(separator: "\n")
    }
}
