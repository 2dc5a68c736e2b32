import Glibc

/// Validates with an exponential moving average of the weights, and leaves the average in the model.
///
/// ```swift
/// try model.fit(train, validation: heldOut, epochs: 30, callbacks: [WeightAveraging(momentum: 0.999)])
/// ```
///
/// From the last step of an epoch until the next epoch begins, the model holds the average, also that of the
/// moving statistics. Other callbacks therefore save and measure the average too. After the last epoch the
/// average stays in the model. The training itself is not affected.
///
/// The average starts as the weights at the first update. An update at step t uses the momentum
/// min(`momentum`, (1 + t) / (10 + t)), to the power of the number of steps since the previous update. This
/// minimum is smaller in early steps, so that the first weights fade quickly.
///
/// Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; TensorFlow's
/// `tf.train.ExponentialMovingAverage` with `num_updates`.
public final class WeightAveraging: Callback {
    /// The share of the average that is kept in each step.
    public let momentum: Double
    /// The number of steps between updates of the average.
    ///
    /// The average is also updated after the last step of an epoch. An update costs a few milliseconds.
    public let interval: Int

    private var average: [NamedTensor] = []
    /// The trained weights, while the model holds their average.
    private var current: [NamedTensor] = []
    /// The current or last epoch, counted from 0.
    private var epoch = 0
    private var steps = 0
    /// The step of the last update of the average.
    private var lastLook = 0

    /// A callback for a momentum from 0 up to but not including 1.
    public init(momentum: Double = 0.999, interval: Int = 8) {
        self.momentum = momentum
        self.interval = max(1, interval)
    }

    public func onTrainBegin(_ run: TrainingRun) throws {
        guard momentum >= 0, momentum < 1 else {
            throw TrainingError.invalid(
                argument: "momentum", value: "\(momentum)",
                allowed: "a number from 0 up to but not including 1")
        }
        (average, current) = ([], [])
        (epoch, steps, lastLook) = (0, 0, 0)
    }

    /// Restores the trained weights. A training that resumes in an epoch's validation keeps the average.
    public func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws {
        if !current.isEmpty, epoch != self.epoch {
            try run.model.setWeights(current)
            current = []
        }
        self.epoch = epoch
    }

    public func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        steps += 1
        let isLast = batch == run.steps - 1
        guard isLast || steps.isMultiple(of: interval) else { return }
        let weights = try run.model.weights()
        include(weights)
        guard isLast else { return }
        current = weights
        try run.model.setWeights(average)
    }

    public func onTrainEnd(_ run: TrainingRun) throws {
        // The training was stopped within an epoch, before its last step.
        if current.isEmpty, !average.isEmpty {
            if steps > lastLook { include(try run.model.weights()) }
            try run.model.setWeights(average)
        }
        (average, current) = ([], [])
    }

    private func include(_ weights: [NamedTensor]) {
        let kept = min(momentum, Double(1 + steps) / Double(10 + steps))
        let share = Float(1 - pow(kept, Double(steps - lastLook)))
        lastLook = steps
        guard !average.isEmpty else {
            average = weights
            return
        }
        for (index, tensor) in weights.enumerated() {
            average[index].values.withUnsafeMutableBufferPointer { values in
                for (element, value) in tensor.values.enumerated() {
                    values[element] += share * (value - values[element])
                }
            }
        }
    }

    public var state: CallbackState? {
        CallbackState(
            settings: ["momentum": "\(momentum)", "interval": "\(interval)"],
            values: ["epoch": Double(epoch), "steps": Double(steps), "lastLook": Double(lastLook)],
            tensors: average.prefixed("average/") + current.prefixed("current/"))
    }

    public func restore(_ state: CallbackState) {
        average = state.tensors.withoutPrefix("average/")
        current = state.tensors.withoutPrefix("current/")
        epoch = state.count("epoch") ?? 0
        steps = state.count("steps") ?? 0
        lastLook = state.count("lastLook") ?? 0
    }
}

extension WeightAveraging: ConfigurableCallback {
    package convenience init(_ settings: inout Settings) throws {
        self.init(
            momentum: try settings.number("momentum") ?? 0.999,
            interval: try settings.integer("interval") ?? 8)
    }
}
