import FoundationEssentials
import Glibc

/// Where a training saves checkpoints: at its beginning, after every epoch and on interruption.
///
/// ```swift
/// let checkpoints = Checkpoints(in: "runs/train", unfinished: .resume)
/// let history = try model.fit(train, validation: test, epochs: 60, checkpoints: checkpoints)
/// try model.saveWeights(to: "runs/train/weights.safetensors")
/// try checkpoints.remove()
/// ```
///
/// A resumed training ends with the same bits as an uninterrupted one. It may be given more epochs than before;
/// every other setting must be the same. The last two checkpoints are kept, in case the newest is damaged.
///
/// Keras's counterpart is `BackupAndRestore`, <https://keras.io/api/callbacks/backup_and_restore/>.
public struct Checkpoints {
    /// What to do with the checkpoints of an unfinished training.
    public enum Unfinished: Sendable {
        /// Throw ``CheckpointError/unfinished(file:epoch:step:)``, so that nothing is lost.
        case refuse
        /// Resume the training where it stopped.
        case resume
        /// Remove the checkpoints and start from the beginning.
        case discard
    }

    /// The directory, which must exist.
    public let directory: String
    /// The prefix of the file names.
    public let name: String
    /// What to do with an unfinished training.
    public let unfinished: Unfinished
    private let announce: (String) -> Void

    /// A place for checkpoints: files `name-0001.safetensors` and so on.
    ///
    /// - Parameters:
    ///   - directory: an existing directory that no other process writes to; see ``OutputLock``.
    ///   - name: distinguishes trainings that share a directory.
    ///   - unfinished: what to do with an unfinished training.
    ///   - announce: receives a sentence when a training resumes and when a checkpoint is damaged.
    public init(
        in directory: String, name: String = "checkpoint", unfinished: Unfinished = .refuse,
        announce: @escaping (String) -> Void = { _ in }
    ) {
        self.directory = directory
        self.name = name
        self.unfinished = unfinished
        self.announce = announce
    }

    /// The existing files, newest first.
    public var files: [String] { numbers.map(path) }

    private var numbers: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { file in
            guard file.hasPrefix(name + "-"), file.hasSuffix(".safetensors") else { return nil }
            // Skip names that `fileName` does not give: for 12 it gives "0012", not "12" or "00012". The
            // limit of nine digits keeps the next number from overflowing.
            let number = file.dropFirst(name.count + 1).dropLast(".safetensors".count)
            guard number.count < 10, let number = Int(number), fileName(number) == file else { return nil }
            return number
        }.sorted(by: >)
    }

    private func path(_ number: Int) -> String { "\(directory)/\(fileName(number))" }

    private func fileName(_ number: Int) -> String {
        let digits = "\(number)"
        let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
        return "\(name)-\(zeros)\(digits).safetensors"
    }

    /// The newest readable checkpoint, or `nil` if no checkpoint exists. If newer ones are damaged, announces
    /// the newest of them.
    ///
    /// - Throws: ``CheckpointError/noneReadable(files:reason:)``;
    ///   ``CheckpointError/otherVersion(file:format:)`` or ``FileError`` if a newer checkpoint is of another
    ///   version or if the permission to read it is missing. The newer checkpoint may be intact, and resuming
    ///   from an older one would lose it.
    public func newest() throws -> (file: String, checkpoint: Checkpoint)? {
        var reason: (any Error)?
        let files = self.files
        for file in files {
            do {
                let checkpoint = try Checkpoint.read(file)
                if let reason { announce("\(reason); going on from the one before, \(file)") }
                return (file, checkpoint)
            } catch  where Checkpoints.isWhole(error) {
                throw error
            } catch {
                reason = reason ?? error
            }
        }
        if let reason { throw CheckpointError.noneReadable(files: files, reason: "\(reason)") }
        return nil
    }

    /// Whether the unreadable file may be intact.
    private static func isWhole(_ error: any Error) -> Bool {
        switch error {
        case CheckpointError.otherVersion, FileError.permissionDenied: true
        default: false
        }
    }

    /// Removes all checkpoints. Call it once the training's result is saved.
    ///
    /// - Throws: ``FileError``.
    public func remove() throws { try remove(numbers) }

    private func remove(_ numbers: [Int]) throws {
        for number in numbers {
            let file = path(number)
            guard unlink(file) == 0 || errno == ENOENT else {
                throw FileError(code: errno, file: file, action: "remove")
            }
        }
    }

    /// The checkpoint to resume from, if any.
    func begin() throws -> (file: String, checkpoint: Checkpoint)? {
        if unfinished == .discard {
            try remove()
            return nil
        }
        guard let found = try newest() else { return nil }
        let progress = found.checkpoint.progress
        guard unfinished == .resume else {
            throw CheckpointError.unfinished(file: found.file, epoch: progress.epoch, step: progress.step)
        }
        announce(
            "going on from \(found.file): epoch \(progress.epoch + 1), after step \(progress.step)")
        return found
    }

    /// Writes a checkpoint, reads it back, and only then removes all earlier checkpoints except `previous`.
    ///
    /// - Parameter previous: the file to keep, which is known to be readable.
    /// - Returns: the path of the new file.
    func save(_ checkpoint: Checkpoint, keeping previous: String?) throws -> String {
        let existing = numbers
        let file = path((existing.first ?? 0) + 1)
        try checkpoint.write(to: file)
        do {
            AtomicFile.forgetCached(file)
            _ = try Checkpoint.read(file)
        } catch {
            unlink(file)
            throw CheckpointError.notReadBack(file: file, reason: "\(error)")
        }
        try remove(existing.filter { path($0) != previous })
        return file
    }
}
