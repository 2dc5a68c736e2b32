import FoundationEssentials
import Glibc

/// A training between two steps: everything needed to continue it with bit-identical results.
///
/// The file is in the safetensors format. Tensors are named and shaped as in Keras. Their names have the prefix
/// `weights/`, `optimizer/STATE/` with the name of a state, or `callbacks/NUMBER/` with the number of a callback.
/// Everything else is JSON in the metadata. A SHA-256 covers the JSON and all tensors.
public struct Checkpoint: Sendable {
    /// A callback's state and the name of its type.
    struct SavedCallback: Sendable {
        let name: String
        let state: CallbackState
    }

    /// How far the training has come.
    public let progress: TrainingProgress
    /// The metrics of the finished epochs.
    public let history: History
    /// The settings that determine the bits of the result, as text by name: network, data, batch size, seed,
    /// precision, instruction set and so on. A training resumes only with the same settings.
    public let settings: [String: String]
    /// Weights and moving statistics, as ``Model/setWeights(_:source:)`` takes them.
    public let weights: [NamedTensor]
    /// The optimizer's state, in the shapes of the weights; names begin with `optimizer/` and the state's name.
    let optimizer: [NamedTensor]
    let callbacks: [SavedCallback]

    /// What the metadata stores as JSON.
    private struct Description: Codable {
        struct Callback: Codable {
            let name: String
            let settings: [String: String]
            let values: [String: Double]
        }
        let progress: TrainingProgress
        let history: History
        let settings: [String: String]
        let callbacks: [Callback]
    }

    private static let kind = "BigEggs checkpoint "
    private static let format = kind + "3"

    /// Writes the checkpoint atomically.
    ///
    /// - Throws: ``FileError``; an existing file at `path` is then unchanged.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let description = String(
            decoding: try encoder.encode(
                Description(
                    progress: progress, history: history, settings: settings,
                    callbacks: callbacks.map {
                        .init(name: $0.name, settings: $0.state.settings, values: $0.state.values)
                    })), as: UTF8.self)
        var tensors = weights.prefixed("weights/")
        tensors += optimizer
        for (number, callback) in callbacks.enumerated() {
            tensors += callback.state.tensors.prefixed("callbacks/\(number)/")
        }
        try Safetensors.write(
            tensors, to: path,
            metadata: [
                "format": Checkpoint.format, "checkpoint": description,
                "sha256": try Checkpoint.digest(description, tensors),
            ])
    }

    /// Reads a checkpoint and checks its digest.
    ///
    /// - Throws: ``FileError``, ``SafetensorsError``, or ``CheckpointError`` if the file is no checkpoint,
    ///   has the format of another version of the library, or has changed since it was written.
    public static func read(_ path: String) throws -> Checkpoint {
        let contents = try Safetensors.contents(of: path)
        if let found = contents.metadata["format"], found != format, found.hasPrefix(kind) {
            throw CheckpointError.otherVersion(file: path, format: found)
        }
        guard contents.metadata["format"] == format, let json = contents.metadata["checkpoint"] else {
            throw CheckpointError.noCheckpoint(file: path)
        }
        guard try contents.metadata["sha256"] == digest(json, contents.tensors) else {
            throw CheckpointError.damaged(file: path)
        }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let description: Description
        do {
            description = try decoder.decode(Description.self, from: Data(json.utf8))
        } catch {
            throw CheckpointError.noCheckpoint(file: path)
        }
        let tensors = contents.tensors.withoutPrefix
        return Checkpoint(
            progress: description.progress, history: description.history, settings: description.settings,
            weights: tensors("weights/"),
            optimizer: contents.tensors.filter { $0.name.hasPrefix("optimizer/") },
            callbacks: description.callbacks.enumerated().map { number, callback in
                SavedCallback(
                    name: callback.name,
                    state: CallbackState(
                        settings: callback.settings, values: callback.values,
                        tensors: tensors("callbacks/\(number)/")))
            })
    }

    /// The differences between settings, sorted by name, with one phrase for each difference.
    static func differences(from old: [String: String], to new: [String: String]) -> [String] {
        Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }
            .map { "\($0) was \(old[$0] ?? "none"), now \(new[$0] ?? "none")" }
    }

    /// The SHA-256 of the JSON and all tensors.
    private static func digest(_ description: String, _ tensors: [NamedTensor]) throws -> String {
        let digest = try Digest(.sha256)
        digest.update(description)
        digest.update(tensors)
        return digest.finish()
    }
}
