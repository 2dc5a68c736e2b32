import BigEggs

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
