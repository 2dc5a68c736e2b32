import BigEggs
import CBigEggs
import Foundation

/// A model that handles name. Its layers are collected until it is used; then they are fixed.
///
/// Who uses it holds its lock; the callback of a training uses it on the training's own thread.
final class ModelObject: NamedByHandle, @unchecked Sendable {
    static let kind = "a model"

    private let options: ModelOptions
    private let lock = NSRecursiveLock()
    private var built: Architecture
    private var model: Model?
    private var compilation: Compilation?
    private var isTraining = false

    init(_ options: ModelOptions, _ architecture: Architecture? = nil) {
        self.options = options
        built = architecture ?? Architecture(inputShape: options.input, rescale: options.rescale)
    }

    /// - Parameter inputs: the names of the layers that it reads, "input" for the model's input; `nil` for the layer
    ///   that was added last.
    func add(_ layer: any Layer, inputs: [String]? = nil) throws {
        try Fork.work {
            lock.lock()
            defer { lock.unlock() }
            guard model == nil else {
                throw Failure.wrongState("the model was used already: add layers before that")
            }
            try built.add(layer, inputs: inputs)
        }
    }

    /// Calls `body` with the model, alone.
    func use<Result>(_ body: (Model) throws -> Result) throws -> Result {
        try Fork.work {
            lock.lock()
            defer { lock.unlock() }
            if let model { return try body(model) }
            let made = try options.model(built)
            model = made
            return try body(made)
        }
    }

    func compile(_ compilation: Compilation) throws {
        try train { model in
            try compilation.compile(model)
            self.compilation = compilation
        }
    }

    /// The same for what changes the weights step by step, and so must not happen within itself.
    func train<Result>(_ body: (Model) throws -> Result) throws -> Result {
        try use { model in
            guard !isTraining else {
                throw Failure.wrongState(
                    "the model is being trained: its own callback cannot train it as well")
            }
            isTraining = true
            defer { isTraining = false }
            return try body(model)
        }
    }

    /// Images as the model is to see them.
    func scaled(_ images: ImageDataset) -> ImageDataset {
        options.rescale == 1 ? images : images.rescaled(images.rescale * options.rescale)
    }

    /// What every value of an input is multiplied by on its way into the model.
    var rescale: Float { options.rescale }

    /// What makes the model again: its input and its layers.
    var architecture: Architecture {
        lock.lock()
        defer { lock.unlock() }
        return built
    }

    /// The whole model: one made from it goes on as this one does.
    func snapshot() throws -> Snapshot {
        try Fork.work {
            lock.lock()
            defer { lock.unlock() }
            guard !isTraining else {
                throw Failure.wrongState("the model is being trained: copy it before or after that")
            }
            let state = try model?.state()
            var description: Record = ["architecture": built.record, "options": options.record]
            if let compilation { description["compilation"] = compilation.record }
            if let state { description["state"] = .object(state.numbers.mapValues { .number($0) }) }
            return try Snapshot(description, state?.tensors ?? [])
        }
    }

    convenience init(_ snapshot: Snapshot.Contents) throws {
        let description = snapshot.description
        var settings = try Settings(description["options"] ?? [:], of: "a model")
        let options = try ModelOptions(&settings)
        try settings.done()
        self.init(options, try Architecture(description["architecture"] ?? [:]))
        if let compilation = description["compilation"] { try compile(Compilation(compilation)) }
        guard let numbers = description["state"]?.object else { return }
        let state = Model.State(
            tensors: snapshot.tensors, numbers: numbers.compactMapValues(\.number))
        try use { try $0.restore(state, source: "the copy of the model") }
    }
}

/// What a model is compiled with: kept, for a copy is compiled with the same.
struct Compilation {
    private let optimizer: String
    private let settings: Record
    private let loss: String
    private let chosen: any Optimizer
    private let groups: OptimizerGroups

    init(optimizer: String, settings: Record, loss: String) throws {
        guard ["sparse_categorical_crossentropy", "categorical_crossentropy"].contains(loss) else {
            throw Failure.notFound(
                "there is no loss \(loss): there are sparse_categorical_crossentropy, categorical_crossentropy"
            )
        }
        var given = try Settings(settings, of: optimizer)
        chosen = try OptimizerTypes.table.make(optimizer, &given)
        groups = try OptimizerGroups(&given)
        try given.done()
        (self.optimizer, self.settings, self.loss) = (optimizer, settings, loss)
    }

    init(_ record: Record) throws {
        try self.init(
            optimizer: record["optimizer"]?.string ?? "", settings: record["settings"] ?? [:],
            loss: record["loss"]?.string ?? "")
    }

    var record: Record { ["optimizer": .string(optimizer), "settings": settings, "loss": .string(loss)] }

    func compile(_ model: Model) throws {
        // Labels are whole numbers in either case.
        try model.compile(optimizer: chosen, loss: .sparseCategoricalCrossentropy) { [groups] in
            groups.optimizer(of: $0)
        }
    }
}

/// What a model is made with beside its layers.
struct ModelOptions {
    var input: [Int]
    /// What every value of the input is multiplied by.
    var rescale: Float
    var seed: UInt64
    var precision: Precision
    var threads: Int?
    var convolution: ConvolutionChoice

    enum ConvolutionChoice: String, CaseIterable { case automatic, direct }

    enum PrecisionChoice: String, CaseIterable {
        case float32, bfloat16, auto

        var precision: Precision {
            switch self {
            case .float32: .float32
            case .bfloat16: .bfloat16
            case .auto: .fastest
            }
        }
    }

    /// - Parameters:
    ///   - input: the shape of an input where the settings have none; nil if they must have one.
    ///   - rescale: the factor where the settings have none.
    init(_ settings: inout Settings, input: [Int]? = nil, rescale: Float = 1) throws {
        self.input = try settings.required(settings.shape("input") ?? input, "input")
        self.rescale = try settings.float("rescale") ?? rescale
        seed = try settings.seed("seed") ?? 0
        precision = try settings.choice("precision", of: PrecisionChoice.self)?.precision ?? .float32
        threads = try settings.integer("threads")
        convolution = try settings.choice("convolution") ?? .automatic
        guard self.input.count == 1 || self.input.count == 3 else {
            throw Failure.invalidArgument(
                "a model's \"input\" is \(self.input): give [height, width, channels] or [features]")
        }
    }

    /// The settings that make these options again.
    var record: Record {
        [
            "input": .numbers(input), "rescale": Record(rescale), "seed": .number(Double(seed)),
            "precision": .string(precision.rawValue), "threads": threads.map { .number(Double($0)) } ?? .null,
            "convolution": .string(convolution.rawValue),
        ]
    }

    func model(_ architecture: Architecture) throws -> Model {
        let model = try architecture.model(seed: seed, precision: precision, threads: threads)
        model.allowsWinograd = convolution == .automatic
        return model
    }
}
