import BigEggs
import CBigEggs

/// A model with a handle. Layers can be added until its first use.
///
/// Every use holds the model's lock. The lock is recursive, because the callback of a training runs on the
/// thread of the training and may use the model.
final class ModelObject: NamedByHandle, @unchecked Sendable {
    static let kind = "a model"

    /// The factor for every value of an input. It is read without the lock: in a process that was forked
    /// during a training, the lock is never released, and waiting for it would not end.
    let rescale: Float
    private let options: ModelOptions
    private let lock = RecursiveLock()
    private var built: Architecture
    private var model: Model?
    private var compilation: Compilation?
    private var isTraining = false

    init(_ options: ModelOptions, _ architecture: Architecture) {
        self.options = options
        built = architecture
        rescale = architecture.rescale
    }

    /// - Parameter inputs: the names of the layers that `layer` reads, "input" for the model's input; `nil` for the
    ///   layer that was added last.
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

    /// Calls `body` with the model while holding the lock.
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

    /// Like ``use(_:)``, for trainings. Throws if called from within a training of this model.
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

    /// The images of a handle, scaled for the model.
    func images(_ handle: be_handle) throws -> ImageDataset {
        scaled(try object(handle, as: Images.self).dataset)
    }

    /// Like ``images(_:)``, for images that must have labels.
    ///
    /// - Parameter argument: the name of the argument in the header.
    func labelledImages(_ handle: be_handle, _ argument: String) throws -> ImageDataset {
        scaled(try object(handle, as: Images.self).labelled(argument))
    }

    private func scaled(_ images: ImageDataset) -> ImageDataset {
        let rescale = rescale
        return rescale == 1 ? images : images.rescaled(images.rescale * rescale)
    }

    /// The model's input and layers, from which it can be built again.
    var architecture: Architecture {
        get throws {
            try Fork.work {
                lock.lock()
                defer { lock.unlock() }
                return built
            }
        }
    }

    /// A snapshot of the whole model. A copy made from it continues training exactly as this model does.
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
