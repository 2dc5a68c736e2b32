/// Layers joined to a graph, trained and used as in Keras.
///
/// ```swift
/// let images = Input([32, 32, 3])
/// let stem = Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)(images)
/// let branch = Conv2D(16, kernelSize: 3, padding: .same)(BatchNormalization()(stem))
/// let sum = Activation(.relu)(Add()(stem, branch))
/// let model = try Model(input: images, output: Dense(10, activation: .softmax)(Flatten()(sum)), seed: 7)
/// try model.compile(optimizer: Adam())
/// let history = try model.fit(train.rescaled(), validation: test.rescaled(), batchSize: 128, epochs: 30)
/// ```
///
/// A stack of layers is a ``Sequential`` model, and shorter. A model is used from one thread at a time; its own
/// work runs on ``threads`` threads.
/// Source: https://keras.io/api/models/model/
public class Model {
    /// The layers, each after those it reads.
    public var layers: [any Layer] { network.layers.map(\.layer) }
    /// `[height, width, channels]` or `[features]`.
    public var inputShape: [Int] { network.inputShape }
    /// The shape of one output.
    public var outputShape: [Int] { network.layers.last?.outputShape ?? inputShape }
    /// What initial weights, shuffling, dropout and augmentation are drawn from.
    public let seed: UInt64
    /// The precision of activations.
    public let precision: Precision
    /// How many threads work: by default `OMP_NUM_THREADS`, or else as many as there are processors, and never more
    /// than OpenMP's settings allow (`OMP_THREAD_LIMIT`, `OMP_MAX_ACTIVE_LEVELS`).
    public private(set) var threads: Int
    /// The optimizer's step size in the next step; 0 before `compile`. Callbacks may set it between steps,
    /// which ends a schedule.
    public var learningRate: Double {
        get { optimizer?.learningRate ?? 0 }
        set { optimizer?.learningRate = newValue }
    }
    /// Whether the learning rate follows a schedule, so that callbacks have no business with it.
    public var followsSchedule: Bool { optimizer?.followsSchedule ?? false }
    /// Set by a callback to end the training: after the step, or after the epoch, that it was told of.
    public var stopTraining = false

    let network: Network
    let store: ParameterStore
    let workspace = Workspace()
    private var plans: [Plan.Key: Plan] = [:]
    /// The one that decided how parameters lie in memory.
    private(set) var firstPlan: Plan.Key?
    /// How often weights were set from outside.
    var weightChanges = 0
    /// What this model's trainings have drawn, so that the next one draws anew.
    var drawn = Drawn()
    private(set) var optimizer: OptimizerState?
    private(set) var loss = Loss.sparseCategoricalCrossentropy
    private(set) var metrics: [SparseTopKCategoricalAccuracy] = []
    /// Whether Winograd's convolutions may run where the rule admits them.
    package var allowsWinograd = true

    /// A model of the layers between an input and an output.
    ///
    /// - Parameters:
    ///   - input: what the layers begin with.
    ///   - output: what the last of them puts out.
    ///   - seed: the same seed gives the same weights, on any machine.
    ///   - precision: of the activations.
    ///   - threads: how many threads work; `nil` for `OMP_NUM_THREADS`, or else as many as there are processors.
    /// - Throws: ``LayerError`` if the layers do not fit together, ``TrainingError`` for a bad argument.
    public convenience init(
        input: Input, output: SymbolicTensor, seed: UInt64 = 0, precision: Precision = .float32,
        threads: Int? = nil
    ) throws {
        try self.init(
            input.shape, applications: try output.applications(from: input), seed: seed,
            precision: precision, threads: threads)
    }

    /// Draws the initial weights of layers.
    init(
        _ inputShape: [Int], applications: [LayerApplication], seed: UInt64, precision: Precision,
        threads: Int?
    ) throws {
        guard inputShape.count == 1 || inputShape.count == 3, inputShape.allSatisfy({ $0 > 0 }) else {
            throw TrainingError.invalid(
                argument: "input", value: "\(inputShape)",
                allowed: "[height, width, channels] or [features], each 1 or more")
        }
        guard precision == .float32 || DNNL.instructionSet.hasBFloat16 else {
            throw TrainingError.invalid(
                argument: "precision", value: precision.rawValue,
                allowed: "float32: this processor (\(Machine.instructionSet)) has no bfloat16 instructions")
        }
        network = try Network(applications, inputShape: inputShape)
        self.seed = seed
        self.precision = precision
        store = ParameterStore(
            network.weights,
            values: network.weights.enumerated().map { number, weight in
                weight.initializer.values(of: weight.shape, seed: seed, parameter: number)
            })
        self.threads = Threads.standard
        if let threads { try use(threads: threads) }
    }

    /// Changes the number of threads. Results do not depend on it.
    ///
    /// - Throws: ``TrainingError`` unless it is 1 to 1,024.
    public func use(threads: Int) throws {
        guard (1...1024).contains(threads) else {
            throw TrainingError.invalid(
                argument: "threads", value: "\(threads)", allowed: "a number from 1 to 1024")
        }
        self.threads = min(threads, Threads.most)
    }

    /// Chooses what `fit` does: the optimizer, the loss it makes small, and what it measures beside loss and
    /// accuracy.
    ///
    /// - Parameters:
    ///   - optimizer: the way from gradients to new weights.
    ///   - loss: what is made small.
    ///   - metrics: what is measured beside loss and accuracy.
    ///   - groups: another optimizer for the parameter of a name, such as "conv2d/kernel"; `nil` for `optimizer`. A
    ///     learning rate that a callback sets is `optimizer`'s; those of groups change in proportion.
    /// - Throws: ``TrainingError/noSoftmax`` if the loss needs one and the model has none, or for an
    ///   argument of the optimizer that makes no sense.
    public func compile(
        optimizer: any Optimizer = Adam(), loss: Loss = .sparseCategoricalCrossentropy,
        metrics: [SparseTopKCategoricalAccuracy] = [],
        groups: @escaping @Sendable (_ parameter: String) -> (any Optimizer)? = { _ in nil }
    ) throws {
        guard endsInSoftmax else { throw TrainingError.noSoftmax }
        try loss.check()
        try SparseTopKCategoricalAccuracy.check(metrics)
        let state = try OptimizerState(optimizer, groups: groups, for: network.weights)
        drawn.steps += self.optimizer?.step ?? 0
        self.optimizer = state
        self.loss = loss
        self.metrics = metrics
    }

    var endsInSoftmax: Bool {
        network.layers.last?.layer.activationFunction == .softmax
    }

    /// What each batch normalization keeps.
    var statistics: [BatchStatistics] { network.layers.compactMap(\.statistics) }

    var classes: Int { outputShape.reduce(1, *) }

    /// The layers, and which values each reads.
    package var applications: [LayerApplication] {
        network.layers.map { LayerApplication(layer: $0.layer, inputs: $0.inputs) }
    }

    /// The number of trainable numbers.
    public var trainableParameterCount: Int {
        store.entries.reduce(0) { $0 + ($1.weight.isTrained ? $1.weight.count : 0) }
    }

    /// All numbers that the model holds, moving statistics included, as Keras counts.
    public var parameterCount: Int { summary.reduce(0) { $0 + $1.parameterCount } }

    /// A row for each layer.
    public var summary: [LayerSummary] {
        network.layers.map { layer in
            let trainable = layer.parameters.reduce(0) { $0 + store.entries[$1].weight.count }
            return LayerSummary(
                name: layer.name, kind: "\(type(of: layer.layer))", inputs: network.inputNames(of: layer),
                outputShape: layer.outputShape,
                parameterCount: trainable + 2 * (layer.statistics?.channels ?? 0),
                activation: layer.layer.activationFunction?.rawValue)
        }
    }

    /// What runs the model. The algorithms are known once a plan for training exists.
    public var engineDescription: EngineDescription {
        EngineDescription(
            processor: Machine.processor, instructionSet: Machine.instructionSet, threads: threads,
            precision: precision, oneDNN: DNNL.version,
            algorithms: plans.values.filter { $0.key.training && !$0.key.isFrozen }.max {
                $0.key.batch < $1.key.batch
            }?.algorithms
                ?? [])
    }

    /// Makes the plan that decides how parameters lie in memory, unless one has: the same in all processes of a team,
    /// whose shares of a batch may differ.
    func arrange(batch: Int, training: Bool, for team: Team?) throws {
        let most = team?.shares(of: batch).map(\.count).max()
        _ = try plan(batch: most ?? batch, training: training)
    }

    /// The plan for a batch size, made on the first request and bound.
    ///
    /// - Parameter isFrozen: differentiate what inference computes, moving statistics and no dropout.
    func plan(batch: Int, training: Bool, isFrozen: Bool = false) throws -> BoundPlan {
        // The caller may since have entered a parallel region of its own.
        let threads = min(threads, Threads.most)
        let key = Plan.Key(
            batch: batch, training: training, precision: precision, threads: threads, isFrozen: isFrozen,
            allowsWinograd: allowsWinograd)
        try Fork.check()
        Threads.use(threads)
        let plan =
            try plans[key]
            ?? Plan(
                key, network: network, seed: seed, store: store, workspace: workspace)
        plans[key] = plan
        firstPlan = firstPlan ?? key
        return try plan.bind()
    }
}
