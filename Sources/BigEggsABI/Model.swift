import BigEggs
import CBigEggs
import Foundation

/// A model that handles name. Its layers are collected until it is used; then they are fixed.
///
/// Who uses it holds its lock; the callback of a training uses it on the training's own thread.
final class Model: NamedByHandle, @unchecked Sendable {
    static let kind = "a model"

    private let options: ModelOptions
    private let lock = NSRecursiveLock()
    private var layers: [any Layer]
    private var shape: [Int]
    private var sequential: Sequential?
    private var isTraining = false

    init(_ options: ModelOptions, layers: [any Layer] = []) throws {
        self.options = options
        self.layers = []
        shape = options.input
        for layer in layers { try add(layer) }
    }

    func add(_ layer: any Layer) throws {
        lock.lock()
        defer { lock.unlock() }
        guard sequential == nil else {
            throw Failure.wrongState("the model was used already: add layers before that")
        }
        shape = try LayerSettings.shape(after: layer, input: shape)
        layers.append(layer)
    }

    /// Calls `body` with the model, alone.
    func use<Result>(_ body: (Sequential) throws -> Result) throws -> Result {
        lock.lock()
        defer { lock.unlock() }
        if let sequential { return try body(sequential) }
        let built = try options.model(layers)
        sequential = built
        return try body(built)
    }

    /// The same for what changes the weights step by step, and so must not happen within itself.
    func train<Result>(_ body: (Sequential) throws -> Result) throws -> Result {
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
            "layers": .array(
                layers.map {
                    ["kind": .string("\(type(of: $0))"), "settings": LayerSettings.settings(of: $0)]
                }),
        ]
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

    func model(_ layers: [any Layer]) throws -> Sequential {
        let model = try Sequential(input: input, seed: seed, precision: precision, threads: threads) {
            layers
        }
        model.allowsWinograd = convolution == .automatic
        return model
    }
}
