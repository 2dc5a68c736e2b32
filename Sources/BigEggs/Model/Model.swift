/// A graph of layers, trained and used as in Keras.
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
/// For a stack of layers, ``Sequential`` is shorter. Use a model from one thread at a time; its own work runs on
/// ``threads`` threads.
/// Source: https://keras.io/api/models/model/
public class Model {
    /// The layers, each after the layers that it reads.
    public var layers: [any Layer] { network.layers.map(\.layer) }
    /// `[height, width, channels]` or `[features]`.
    public var inputShape: [Int] { network.inputShape }
    /// The shape of one output.
    public var outputShape: [Int] { network.layers.last?.outputShape ?? inputShape }
    /// The seed of initial weights, shuffling, dropout and augmentation.
    public let seed: UInt64
    /// The precision of activations.
    public let precision: Precision
    /// The number of threads.
    ///
    /// By default `OMP_NUM_THREADS` or, if that is not set, the number of processors; processes that a
    /// launcher starts on one machine share its processors evenly. Never more than OpenMP's settings allow
    /// (`OMP_THREAD_LIMIT`, `OMP_MAX_ACTIVE_LEVELS`).
    public private(set) var threads: Int
    /// The learning rate of the next step; 0 before `compile`. Callbacks may set it between steps; the optimizer then
    /// no longer follows a schedule.
    public var learningRate: Double {
        get { optimizer?.learningRate ?? 0 }
        set { optimizer?.learningRate = newValue }
    }
    /// Whether the learning rate follows a schedule. Callbacks such as ``LearningRateScheduler`` then throw.
    public var followsSchedule: Bool { optimizer?.followsSchedule ?? false }
    /// Set by a callback to end the training after the current step or epoch.
    public var stopTraining = false

    let network: Network
    let store: ParameterStore
    let workspace = Workspace()
    private var plans: [Plan.Key: Plan] = [:]
    /// The plan that decided the parameters' layout in memory.
    private(set) var firstPlan: Plan.Key?
    /// How often ``setWeights(_:source:)`` has changed the weights.
    var weightChanges = 0
    /// The random draws that this model's trainings have used, so that the next training makes new draws.
    var drawn = Drawn()
    private(set) var optimizer: OptimizerState?
    private(set) var loss = Loss.sparseCategoricalCrossentropy
    private(set) var metrics: [SparseTopKCategoricalAccuracy] = []
    /// The number of fixed parts of every batch; nil if sums depend on the number of processes. See
    /// ``use(fixedParts:)``.
    public private(set) var fixedParts: Int?
    /// Whether the engine may use its own convolutions, such as Winograd's algorithm, instead of oneDNN's.
    package var allowsWinograd = true

    /// A model of the layers between an input and an output.
    ///
    /// - Parameters:
    ///   - input: the model's input.
    ///   - output: the output of the last layer.
    ///   - seed: the same seed gives the same weights, on any machine.
    ///   - precision: the precision of the activations.
    ///   - threads: the number of threads; `nil` for the default of ``threads``.
    /// - Throws: ``LayerError`` if the layers do not fit together, ``TrainingError`` for a bad argument.
    public convenience init(
        input: Input, output: SymbolicTensor, seed: UInt64 = 0, precision: Precision = .float32,
        threads: Int? = nil
    ) throws {
        try self.init(
            input.shape, applications: try output.applications(from: input), seed: seed,
            precision: precision, threads: threads)
    }

    /// Makes a model of layers and draws their initial weights.
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
    /// - Throws: ``TrainingError`` unless the number is 1 to 1,024.
    public func use(threads: Int) throws {
        guard (1...1024).contains(threads) else {
            throw TrainingError.invalid(
                argument: "threads", value: "\(threads)", allowed: "a number from 1 to 1024")
        }
        self.threads = min(threads, Threads.most)
    }

    /// Divides every batch into fixed parts, so that results do not depend on the number of processes.
    ///
    /// A part consists of consecutive images of the batch. Sums over a batch are computed for each part; the
    /// parts' sums are then added in pairs, these sums in pairs again and so on. Every number of processes
    /// that divides `parts` gives the same bits, since each process computes one subtree of this sum. Some
    /// passes of a process use no more threads than the process has parts, and each part needs memory for the
    /// gradient of a `Dense` kernel.
    ///
    /// The number of parts affects the last bits of a result, so a training must be resumed with the same
    /// number. The setting applies to all trainings, evaluations and predictions of the model.
    ///
    /// - Parameter parts: a power of two up to 1,024; nil for sums that depend on the number of processes.
    /// - Throws: ``TrainingError`` for any other number, or if the model has already run with a different
    ///   setting.
    public func use(fixedParts parts: Int?) throws {
        if let parts, !(1...1024).contains(parts) || parts.nonzeroBitCount != 1 {
            throw TrainingError.invalid(
                argument: "fixedParts", value: "\(parts)", allowed: "a power of two from 1 to 1024")
        }
        guard parts == fixedParts || firstPlan == nil else {
            throw TrainingError.invalid(
                argument: "fixedParts", value: "\(parts.map { "\($0)" } ?? "nil") after the model has run",
                allowed: "it before, because the arrangement of the weights in memory depends on it")
        }
        fixedParts = parts
    }

    /// Sets the optimizer, the loss and further metrics for `fit`.
    ///
    /// - Parameters:
    ///   - optimizer: updates the weights from gradients.
    ///   - loss: what training minimizes.
    ///   - metrics: measured in addition to loss and accuracy.
    ///   - groups: takes a parameter's name, such as "conv2d/kernel", and returns the parameter's optimizer;
    ///     `nil` stands for `optimizer`. A learning rate that a callback sets applies to `optimizer`; the
    ///     groups' rates change in proportion.
    /// - Throws: ``TrainingError/noSoftmax`` if the model does not end in a softmax, ``TrainingError`` for an invalid
    ///   argument of the optimizer, the loss or a metric.
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

    /// The moving statistics of each batch normalization.
    var statistics: [BatchStatistics] { network.layers.compactMap(\.statistics) }

    var classes: Int { outputShape.reduce(1, *) }

    /// The layers, each with the numbers of the values that it reads.
    package var applications: [LayerApplication] {
        network.layers.map { LayerApplication(layer: $0.layer, inputs: $0.inputs) }
    }

    /// The number of trainable parameters.
    public var trainableParameterCount: Int {
        store.entries.reduce(0) { $0 + ($1.weight.isTrained ? $1.weight.count : 0) }
    }

    /// The number of parameters, moving statistics included, as Keras counts.
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

    /// The engine that runs the model. The algorithms are known once a plan for training exists.
    public var engineDescription: EngineDescription {
        EngineDescription(
            processor: Machine.processor, instructionSet: Machine.instructionSet, threads: threads,
            precision: precision, oneDNN: DNNL.version,
            algorithms: plans.values.filter { $0.key.training && !$0.key.isFrozen }.max {
                $0.key.batch < $1.key.batch
            }?.algorithms
                ?? [])
    }

    /// Makes the plan for a batch size. A model's first plan decides the parameters' layout in memory.
    ///
    /// The processes of a team may have shares of different sizes. All make the plan for the largest share, so that
    /// their layouts are equal. With fixed parts, the layouts are those for the largest part.
    ///
    /// - Throws: ``TrainingError`` if the number of processes does not divide the number of fixed parts, or
    ///   for fixed parts with local statistics; ``EngineError``.
    func arrange(batch: Int, training: Bool, for team: Team?) throws {
        if let team, let fixedParts { try team.check(fixedParts: fixedParts) }
        guard var parts = parts(of: batch, for: team) else {
            let most = team?.shares(of: batch).map(\.count).max()
            _ = try plan(batch: most ?? batch, training: training)
            return
        }
        // The layouts depend only on the size of the largest part. A process without samples makes a plan for that part.
        if parts.samples == 0 { parts = SampleParts(fixed: 1, of: parts.typicalCount) }
        _ = try plan(batch: parts.samples, training: training, fixedParts: parts)
    }

    /// The plan for these arguments. The first call makes it; every call gives its buffers their addresses.
    ///
    /// - Parameters:
    ///   - isFrozen: whether to differentiate the inference pass, with moving statistics and without dropout.
    ///   - fixedParts: the fixed parts that the plan computes; nil without fixed parts.
    func plan(
        batch: Int, training: Bool, isFrozen: Bool = false, fixedParts: SampleParts? = nil
    ) throws -> BoundPlan {
        // If the caller has entered its own parallel region since `threads` was set, fewer threads may be
        // allowed.
        let threads = min(threads, Threads.most)
        let key = Plan.Key(
            batch: batch, training: training, precision: precision, threads: threads, isFrozen: isFrozen,
            allowsWinograd: allowsWinograd, fixedParts: fixedParts)
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
