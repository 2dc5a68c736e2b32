import BigEggs
import Foundation

/// The bit-exact trace of a section's training, kept beside the record as `NN-name.trace.json`.
public struct RecordedTrace: Codable, Sendable, Equatable {
    /// The engine that ran it.
    public let engine: EngineDescription
    /// The digest of the weights that were kept.
    public let kept: String
    /// Each epoch's losses and digest of the weights.
    public let epochs: [TrainingTrace.Epoch]

    init(engine: EngineDescription, kept: String, trace: TrainingTrace) {
        self.engine = engine
        self.kept = kept
        epochs = trace.epochs
    }

    /// Reads a trace.
    ///
    /// - Returns: nil if there is no file.
    /// - Throws: `RecordError` or `FileError` for a file that cannot be read or is no trace.
    init?(reading path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        self = try Record.read(path).decoded()
    }
}

extension EngineDescription {
    /// The processor's maker and its instruction set: "Intel, AVX-512 BF16".
    var kind: String { Self.kind(of: processor, instructionSet) }

    static func kind(of processor: String, _ instructionSet: String) -> String {
        "\(Machine.maker(of: processor)), \(instructionSet)"
    }

    /// Whether trainings by two engines must give the same bits. They must if the kind of processor, the precision and
    /// the kernels are the same. The number of threads does not matter.
    func owesBits(of other: EngineDescription) -> Bool {
        kind == other.kind && precision == other.precision && algorithms == other.algorithms
    }
}
