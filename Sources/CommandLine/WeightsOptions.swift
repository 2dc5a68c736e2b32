import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// The option that names trained weights, for every command that uses them.
struct WeightsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Weights as `bigeggs train` writes them (default: the report's, report/weights/augmented.safetensors).",
            valueName: "file"))
    var weights: String?

    /// The file's path.
    var file: String { weights ?? Self.ofReport }

    /// The weights of the committed report, trained on augmented images.
    private static var ofReport: String {
        let file = "report/weights/augmented.safetensors"
        return (try? Project.locate()).map { "\($0.root)/\(file)" } ?? file
    }

    /// Fails before any data is loaded if there is no such file.
    func check() throws {
        guard FileManager.default.isReadableFile(atPath: file) else { throw MissingFile.weights(file) }
    }

    /// The model, with these weights.
    func load(into model: Sequential) throws -> Sequential {
        try model.loadWeights(from: file)
        return model
    }
}

/// A file that a command needs and cannot read.
enum MissingFile: Error, CustomStringConvertible {
    case weights(String)

    var description: String {
        switch self {
        case .weights(let path):
            "there are no weights to read at \(path): `bigeggs train` writes some, for --weights"
        }
    }
}
