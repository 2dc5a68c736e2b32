import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// The option that names trained weights, for every command that uses them.
struct WeightsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Weights from `bigeggs train` (default: the report's, report/weights/augmented.safetensors).",
            valueName: "file"))
    var weights: String?

    /// Reads the file. Call it before loading data.
    ///
    /// - Throws: ``MissingFile`` if the file cannot be read, and the errors of
    ///   `TrainedWeights.init(reading:)`.
    func read() throws -> TrainedWeights {
        let file = weights ?? Self.ofReport
        guard FileManager.default.isReadableFile(atPath: file) else { throw MissingFile.weights(file) }
        return try TrainedWeights(reading: file)
    }

    /// The weights of the committed report, trained on augmented images.
    private static var ofReport: String {
        let file = "report/weights/augmented.safetensors"
        return (try? Project.locate()).map { "\($0.root)/\(file)" } ?? file
    }
}

/// A file that a command needs and cannot read.
enum MissingFile: Error, CustomStringConvertible {
    case weights(String)

    var description: String {
        switch self {
        case .weights(let path):
            "there are no weights to read at \(path): `bigeggs train --augment` writes some, for --weights"
        }
    }
}
