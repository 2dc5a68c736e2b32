import BigEggs
import CBigEggs
import Foundation

/// A model that handles name. Its layers are collected until it is used; then they are fixed.
///
/// Who uses it holds its lock; the callback of a training uses it on the training's own thread.
final class ModelObject: NamedByHandle, @unchecked Sendable {
    static let kind = "a model"

    /// The model's input, or what a layer puts out.
    private struct Value {
        let name: String
        let tensor: SymbolicTensor
        let shape: [Int]
    }

    /// What stands for the model's input where layers say what they read.
    private static let inputName = "input"

    private let options: ModelOptions
    private let lock = NSRecursiveLock()
    private let input: Input
    private var values: [Value]
    private var naming = LayerNaming()
    /// What makes the layers again.
    private var layers: [Record] = []
    private var model: Model?
    private var compilation: Compilation?
    private var isTraining = false

    init(_ options: ModelOptions, layers: [any Layer] = []) throws {
        self.options = options
        input = Input(options.input)
        values = [Value(name: ModelObject.inputName, tensor: input, shape: options.input)]
        for layer in layers { try add(layer) }
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
            var naming = naming
            let name = try naming.name(of: layer)
            guard name != ModelObject.inputName else {
                throw Failure.invalidArgument(
                    "a layer is called \(name), which stands for the model's input: give it another name")
            }
            let read =
                try inputs.map { try $0.map { try value($0, for: name) } } ?? [values[values.count - 1]]
            let shape = try ModelObject.shape(after: layer, name, read)
            self.naming = naming
            values.append(Value(name: name, tensor: layer(read.map(\.tensor)), shape: shape))
            var description = layer.description
            if let inputs { description["inputs"] = .array(inputs.map { .string($0) }) }
            layers.append(description)
        }
    }

    /// Adds the layers that an ``architecture`` has.
    func add(_ architecture: Record?) throws {
        for described in architecture?["layers"]?.array ?? [] {
            try add(
                try LayerTypes.layer(described),
                inputs: described["inputs"]?.array.map { $0.map { $0.string ?? "" } })
        }
    }

    private func value(_ name: String, for reader: String) throws -> Value {
        guard let value = values.first(where: { $0.name == name }) else {
            throw Failure.notFound(
                "\(reader) reads \(name), and no layer of that name was added before it: there are "
                    + values.map(\.name).joined(separator: ", "))
        }
        return value
    }

    /// The shape after a layer, if it and the layer's weights have a size that a machine can have.
    ///
    /// - Throws: ``LayerError`` if the layer cannot take such inputs.
    private static func shape(after layer: any Layer, _ name: String, _ inputs: [Value]) throws -> [Int] {
        let shapes = inputs.map(\.shape)
        let output = try layer.outputShape(for: shapes, named: name, reading: inputs.map(\.name))
        let sizes = [output] + layer.lowering.described.weights(for: shapes[0]).map(\.shape)
        guard let tooLarge = sizes.first(where: { elementCount($0) == nil }) else { return output }
        throw Failure.invalidArgument(
            "\(name) would have outputs or weights of \(tooLarge): that is too large")
    }

    /// Calls `body` with the model, alone.
    func use<Result>(_ body: (Model) throws -> Result) throws -> Result {
        try Fork.work {
            lock.lock()
            defer { lock.unlock() }
            if let model { return try body(model) }
            let built = try options.model(input, values[values.count - 1].tensor)
            let used = Set(built.summary.map(\.name))
            if let unused = values.dropFirst().first(where: { !used.contains($0.name) }) {
                throw Failure.invalidArgument(
                    "the output, of \(values[values.count - 1].name), does not depend on \(unused.name): leave it out"
                )
            }
            model = built
            return try body(built)
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
    var architecture: Record {
        lock.lock()
        defer { lock.unlock() }
        return [
            "input": .numbers(options.input), "rescale": Record(options.rescale),
            "layers": .array(layers),
        ]
    }

    /// The same as a file of weights has it.
    var architectureMetadata: [String: String] {
        get throws { [modelKey: String(decoding: try architecture.compactJSON(), as: UTF8.self)] }
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
            var description: Record = ["architecture": architecture, "options": options.record]
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
        try self.init(options)
        try add(description["architecture"])
        if let compilation = description["compilation"] { try compile(Compilation(compilation)) }
        guard let numbers = description["state"]?.object else { return }
        let state = Model.State(
            tensors: snapshot.tensors, numbers: numbers.compactMapValues(\.number))
        try use { try $0.restore(state, source: "the copy of the model") }
    }
}

/// Where a file of weights has the layers they belong to.
let modelKey = "bigeggs_model"

/// What a model is compiled with: kept, for a copy is compiled with the same.
struct Compilation {
    private let optimizer: String
    private let settings: Record
    private let loss: String
    private let chosen: any Optimizer
    /// Optimizers of parameters whose names end in a certain way; the first that fits counts.
    private let groups: [(ending: String, optimizer: any Optimizer)]

    init(optimizer: String, settings: Record, loss: String) throws {
        guard ["sparse_categorical_crossentropy", "categorical_crossentropy"].contains(loss) else {
            throw Failure.notFound(
                "there is no loss \(loss): there are sparse_categorical_crossentropy, categorical_crossentropy"
            )
        }
        var given = try Settings(settings, of: optimizer)
        chosen = try OptimizerTypes.optimizer(optimizer, &given)
        groups = try Compilation.groups(&given)
        try given.done()
        (self.optimizer, self.settings, self.loss) = (optimizer, settings, loss)
    }

    private static func groups(
        _ settings: inout Settings
    ) throws -> [(ending: String, optimizer: any Optimizer)] {
        guard let value = settings.value("groups") else { return [] }
        guard let list = value.array else { throw settings.wrong("groups", value, "a list of objects") }
        return try list.map { described in
            var group = try Settings(described, of: "a group of parameters")
            let ending = try group.required(group.text("ending"), "ending")
            let kind = try group.required(group.text("optimizer"), "optimizer")
            var own = try Settings(group.value("settings") ?? [:], of: kind)
            let optimizer = try OptimizerTypes.optimizer(kind, &own)
            try own.done()
            try group.done()
            return (ending, optimizer)
        }
    }

    init(_ record: Record) throws {
        try self.init(
            optimizer: record["optimizer"]?.string ?? "", settings: record["settings"] ?? [:],
            loss: record["loss"]?.string ?? "")
    }

    var record: Record { ["optimizer": .string(optimizer), "settings": settings, "loss": .string(loss)] }

    func compile(_ model: Model) throws {
        // Labels are whole numbers in either case.
        try model.compile(optimizer: chosen, loss: .sparseCategoricalCrossentropy) { [groups] name in
            groups.first { name.hasSuffix($0.ending) }?.optimizer
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

    func model(_ input: Input, _ output: SymbolicTensor) throws -> Model {
        let model = try Model(
            input: input, output: output, seed: seed, precision: precision, threads: threads)
        model.allowsWinograd = convolution == .automatic
        return model
    }
}
