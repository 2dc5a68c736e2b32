import BigEggs
import Foundation
import MessagePassing

extension Section {
    /// Trains with checkpoints, and resumes an interrupted training.
    ///
    /// The training is saved after every epoch and when it is interrupted. When the section runs again, the training
    /// is resumed and gives the same bits as without the interruption.
    ///
    /// ```swift
    /// let history = try section.train { checkpoints, interruption in
    ///     try model.fit(train, epochs: 60, checkpoints: checkpoints, interruption: interruption)
    /// }
    /// ```
    ///
    /// Under a launcher such as mpirun all processes train together; the script needs no change.
    ///
    /// - Parameter body: calls `fit`.
    /// - Throws: `TrainingInterrupted`, other errors of `fit`, and ``ReportingError`` for a training that was begun
    ///   with another script or library, if neither `--resume` nor `--restart` is given.
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

    /// Trains together with the launcher's first process, then ends this process. Only the first process runs the
    /// rest of the section.
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

    /// Removes the training's checkpoints; to be called after the section's results are written.
    func endTraining() throws {
        guard let checkpoints else { return }
        try checkpoints.remove()
        unlink(layout.begunTraining(section))
    }
}

/// The inputs of a training that its checkpoints do not hold.
private struct BegunTraining: Codable {
    let script, library: String

    static func read(_ path: String) -> BegunTraining? { try? Record.read(path).decoded() }

    /// What has changed, in words.
    func differences(from begun: BegunTraining?) -> [String] {
        guard let begun else { return ["what it was begun with"] }
        return (script == begun.script ? [] : ["the script"])
            + (library == begun.library ? [] : ["the library"])
    }
}
