import BigEggs
import Foundation

/// Readers of files that may be damaged.
enum Loader: String, CaseIterable {
    /// A file of weights.
    case safetensors
    /// A checkpoint's description of a training: the input is its JSON, in an otherwise valid file.
    case checkpoint
    /// A section's recorded results.
    case record
    /// A directory with one batch of CIFAR-10's binary version.
    case batches
    /// The members of CIFAR-10's archive: the input is the tar, in a valid gzip file.
    case tar
    /// CIFAR-10's archive: the input is the compressed file.
    case gzip

    static let chosen = CommandLine.arguments.dropFirst().first.flatMap(Loader.init)

    /// Loads `bytes` as the contents of a file. An error with a description is a valid result.
    func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
        do {
            switch self {
            case .safetensors: try loadSafetensors(bytes)
            case .checkpoint: try loadCheckpoint(bytes)
            case .record: try loadRecord(bytes)
            case .batches: try loadBatches(bytes)
            case .tar: try loadArchive(Gzip.stored(bytes))
            case .gzip: try loadArchive(Array(bytes))
            }
        } catch let error as any Error & CustomStringConvertible {
            precondition(!error.description.isEmpty)
        } catch {
            fatalError("not an error of the library's: \(error)")
        }
    }

    private func loadSafetensors(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        let contents = try Safetensors.contents(of: write(bytes, to: "input.safetensors"))
        for tensor in contents.tensors {
            precondition(tensor.values.count == tensor.shape.reduce(1, *))
        }
        try Safetensors.write(contents.tensors, to: "output.safetensors", metadata: contents.metadata)
        let again = try Safetensors.contents(of: "output.safetensors")
        precondition(again.tensors.map(\.name) == contents.tensors.map(\.name))
        precondition(again.metadata == contents.metadata)
    }

    /// The checksum is computed as the writer does, so that the reader does not reject every changed input.
    private func loadCheckpoint(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        guard let json = String(validating: bytes, as: UTF8.self) else { return }
        let tensor = NamedTensor(name: "weights/kernel", shape: [2], values: [1, 2])
        let values = tensor.values.withUnsafeBytes { Array($0) }
        let described = json + "\n\(tensor.name) \(tensor.shape)\n"
        let summed = try write(Array(described.utf8) + values, to: "summed")
        try Safetensors.write(
            [tensor], to: "input.checkpoint",
            metadata: [
                "format": "BigEggs checkpoint 2", "checkpoint": json,
                "sha256": try Checksum.sha256(of: summed),
            ])
        let checkpoint = try Checkpoint.read("input.checkpoint")
        precondition(checkpoint.weights.map(\.values) == [tensor.values])
    }

    private func loadRecord(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        let record = try Record.read(write(bytes, to: "input.json"))
        let again = try Record(json: record.json())
        precondition(again == record)
    }

    private func loadBatches(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        // The first byte selects the file for the other bytes, so that every kind is tested.
        let names = ["data_batch_1.bin", "test_batch.bin", "batches.meta.txt", "PROVENANCE.txt"]
        for name in names { unlink("input/" + name) }
        mkdir("input", 0o700)
        for name in names.prefix(2) { try write(Array(repeating: 0, count: 3073)[...], to: "input/" + name) }
        let chosen = names[Int(bytes.first ?? 0) % names.count]
        try check(DataSource.path("input").load(), after: write(bytes.dropFirst(), to: "input/" + chosen))
    }

    private func loadArchive(_ bytes: [UInt8]) throws {
        let path = try write(bytes, to: "input.tar.gz")
        try check(DataSource.path(path).load(), after: path)
    }

    private func check(_ dataset: LoadedDataset, after _: String) {
        for split in [dataset.train, dataset.test] {
            precondition(split.images.count == split.count * 3072)
            precondition(split.labels.values.allSatisfy { 0..<10 ~= $0 })
        }
    }

    /// Replaces a file's contents without flushing, which would take time.
    @discardableResult
    private func write(_ bytes: some Collection<UInt8>, to path: String) throws -> String {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let written = Array(bytes).withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        precondition(written == bytes.count, "cannot write \(path)")
        return path
    }
}
