import ArgumentParser
import CBigEggs
import EmbeddedPython
import Foundation

/// The command `bigeggs`: what its subcommands do is in a file each.
struct BigEggsCommand: ParsableCommand {
    /// The variables that are for people to set, a line for each.
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
              bigeggs report              the whole report, small, into runs/quick
              bigeggs step                the report one section at a time
              bigeggs figures             its figures again, without training
              bigeggs preview             its page, which follows what you edit
              bigeggs verify              the same digits again?
              bigeggs train --epochs 5    the network alone, into runs/train
              bigeggs evaluate --weights runs/train/weights.safetensors
              bigeggs predict photo.jpg   what the network takes a picture for
              bigeggs bench               images per second on this machine

            The data set is found by itself: see `bigeggs help data`. A failure is one line \
            on standard error and status 1; a command that was typed wrongly has status 64.

            ENVIRONMENT
            \(environment)

            Whatever else it holds, figures and report are the same: settings of Python, \
            matplotlib and the language are set aside.
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
