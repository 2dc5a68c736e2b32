/// The callbacks of a training: calls each in order, and saves and restores their states.
struct CallbackList {
    private let callbacks: [any Callback]
    /// Whether a callback ends the training on a loss that is not finite.
    let terminatesOnNaN: Bool

    init(_ callbacks: [any Callback]) {
        self.callbacks = callbacks
        terminatesOnNaN = callbacks.contains { $0.terminatesOnNaN }
    }

    func onTrainBegin(_ run: TrainingRun) throws {
        for callback in callbacks { try callback.onTrainBegin(run) }
    }

    func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws {
        for callback in callbacks { try callback.onEpochBegin(epoch, run) }
    }

    func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        for callback in callbacks { try callback.onBatchEnd(batch, logs, run) }
    }

    func onTestBatchEnd(_ batch: Int, _ run: TrainingRun) throws {
        for callback in callbacks { try callback.onTestBatchEnd(batch, run) }
    }

    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        for callback in callbacks { try callback.onEpochEnd(epoch, logs, run) }
    }

    func onTrainEnd(_ run: TrainingRun) throws {
        for callback in callbacks { try callback.onTrainEnd(run) }
    }

    /// The states of the callbacks that have one.
    var states: [Checkpoint.SavedCallback] {
        callbacks.compactMap { callback in
            callback.state.map { .init(name: "\(type(of: callback))", state: $0) }
        }
    }

    /// Restores the callbacks' states.
    ///
    /// - Parameter saved: the ``states`` of the same callbacks.
    func restore(_ saved: [Checkpoint.SavedCallback]) throws {
        for (callback, saved) in zip(callbacks.filter { $0.state != nil }, saved) {
            try callback.restore(saved.state)
        }
    }

    /// How the callbacks and their settings differ from those of a checkpoint, with one phrase for each difference.
    func differences(from saved: [Checkpoint.SavedCallback]) -> [String] {
        let given = states
        guard saved.map(\.name) == given.map(\.name) else {
            func list(_ callbacks: [Checkpoint.SavedCallback]) -> String {
                callbacks.isEmpty ? "none" : callbacks.map(\.name).joined(separator: ", ")
            }
            return ["callbacks were \(list(saved)), now \(list(given))"]
        }
        return zip(saved, given).flatMap { saved, given in
            Checkpoint.differences(from: saved.state.settings, to: given.state.settings)
                .map { "\(saved.name)'s \($0)" }
        }
    }
}
