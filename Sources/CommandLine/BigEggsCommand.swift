import ArgumentParser
import CBigEggs
import EmbeddedPython
import Foundation

/// The command `bigeggs`; each subcommand has its own file.
struct BigEggsCommand: ParsableCommand {
    /// The help on the environment variables that users may set, one line each.
    private static let environment: String = {
        let variables = EnvironmentVariable.all.filter { $0.treatment == .honoured }
        let width = variables.map(\.name.count).max() ?? 0
        return variables.map {
            "  \($0.name.padding(toLength: width, withPad: " ", startingAt: 0))  \($0.reason)"
        }
        .joined(separator: "\n")
    }()

    static let configuration = CommandConfiguration(
        commandName: "bigeggs",
        abstract: "Train the report's image classifier, and write the report.",
        discussion: """
            EXAMPLES
              bigeggs report              a small version of the report, in runs/quick
              bigeggs step                the next section of the report
              bigeggs figures             the report's figures again, without training
              bigeggs preview             the report's page, updated while you edit
              bigeggs verify              run again, and compare with the records
              bigeggs train --epochs 5    train the network alone, in runs/train
              bigeggs evaluate --weights runs/train/weights.safetensors
              bigeggs predict photo.jpg   classify a picture
              bigeggs bench               images per second on this machine

            The data set is found automatically: see `bigeggs help data`. An error is one line \
            on standard error and status 1; a wrong command line has status 64.

            ENVIRONMENT
            \(environment)

            No other variable changes figures or report: settings of Python, matplotlib and the \
            language are ignored.
            """,
        version: BE_VERSION,
        subcommands: [
            DataCommand.self, ReportCommand.self, StepCommand.self, StatusCommand.self, FiguresCommand.self,
            PreviewCommand.self,
            VerifyCommand.self, DiffCommand.self, TrainCommand.self, StudyCommand.self, SweepCommand.self,
            EvaluateCommand.self,
            PredictCommand.self, ExportCommand.self, BenchCommand.self,
        ])
}
