import ArgumentParser
import BigEggs
import Foundation

/// The option that names trained weights, for every command that uses them.
struct WeightsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Weights as `bigeggs train` writes them.", valueName: "file"))
    var weights: String

    /// Fails before any data is loaded if there is no such file.
    func check() throws {
        guard FileManager.default.isReadableFile(atPath: weights) else { throw MissingFile.weights(weights) }
    }

    /// The model, with these weights.
    func load(into model: Sequential) throws -> Sequential {
        try model.loadWeights(from: weights)
        return model
    }
}

/// A file that a command needs and cannot read.
enum MissingFile: Error, CustomStringConvertible {
    case weights(String)

    var description: String {
        switch self {
        case .weights(let path):
            "there are no weights to read at \(path): `bigeggs train` writes some, and names the file"
        }
    }
}
