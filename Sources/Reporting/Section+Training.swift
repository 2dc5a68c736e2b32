import BigEggs
import Foundation
import MessagePassing

extension Section {
    /// Trains so that nothing is lost: the training saves itself after every epoch and when it is
    /// interrupted, and goes on from there, to the same bits, when the section runs again.
    ///
    /// ```swift
    /// let history = try section.train { checkpoints, interruption in
    ///     try model.fit(train, epochs: 60, checkpoints: checkpoints, interruption: interruption)
    /// }
    /// ```
    ///
    /// Under a launcher such as mpirun all its processes train together, without a word of it in the script.
    ///
    /// - Parameter body: calls `fit`.
    /// - Throws: `TrainingInterrupted`, what else `fit` throws, and ``ReportingError`` where a training that
    ///   was begun with another script or library is neither to go on nor to begin again.
    public func train(
        line: Int = #line, _ body: (Checkpoints, Interruption) throws -> History
    ) throws -> History {
        reading?.reach(line: line)
        let world = try Communicator.world
        guard world.isFirst else { takePart(world, body) }
        if world.size > 1 { settings["processes"] = .number(Double(world.size)) }
        let saved = layout.checkpoints(section)
        let now = BegunTraining(script: scriptDigest, library: libraryDigest)
        var resumption = run.resumption
        if resumption.restart { try saved.remove() }
        if saved.files.isEmpty {
            try Record(encoding: now).write(to: layout.begunTraining(section))
        } else if !resumption.resume {
            let differences = now.differences(from: BegunTraining.read(layout.begunTraining(section)))
            guard differences.isEmpty else {
                throw ReportingError.trainingChanged(section: section.name, differences: differences)
            }
            resumption.resume = true
        }
        let announce = { (sentence: String) in Terminal.write(sentence + "\n") }
        do {
            return try resumption.train(
                in: layout.weights, name: layout.checkpointName(section), announce: announce
            ) { checkpoints, interruption in
                self.checkpoints = checkpoints
                return try Communicator.$ofTrainings.withValue(world) { try body(checkpoints, interruption) }
            }
        } catch let error as CheckpointError {
            throw ReportingError.cannotResume(section: section.name, reason: "\(error)")
        }
    }

    /// Trains with the other processes of a launcher, and ends this one: the first of them is the section.
    private func takePart(
        _ world: Communicator, _ body: (Checkpoints, Interruption) throws -> History
    ) -> Never {
        do {
            _ = try TerminationSignals.interrupting { interruption in
                try Communicator.$ofTrainings.withValue(world) {
                    try body(Checkpoints(in: layout.weights), interruption)
                }
            }
            exit(0)
        } catch let stop as TrainingInterrupted {
            exit(stop.exitStatus)
        } catch {
            Follower.end(failing: error)
        }
    }

    /// Removes what the training saved, now that the section's results are safe.
    func endTraining() throws {
        guard let checkpoints else { return }
        try checkpoints.remove()
        unlink(layout.begunTraining(section))
    }
}

/// What decides about a training besides what a checkpoint knows.
private struct BegunTraining: Codable {
    let script, library: String

    static func read(_ path: String) -> BegunTraining? { try? Record.read(path).decoded() }

    /// What is no longer as it was, in words.
    func differences(from begun: BegunTraining?) -> [String] {
        guard let begun else { return ["what it was begun with"] }
        return (script == begun.script ? [] : ["the script"])
            + (library == begun.library ? [] : ["the library"])
    }
}
