import BigEggs

/// The options of a model besides its ``Architecture``.
struct ModelOptions {
    let seed: UInt64
    let precision: Precision
    let threads: Int?
    let convolution: ConvolutionChoice

    enum ConvolutionChoice: String, CaseIterable { case automatic, direct }

    init(_ settings: inout Settings) throws {
        seed = try settings.seed("seed") ?? 0
        precision = try settings.choice("precision", of: PrecisionChoice.self)?.precision ?? .float32
        threads = try settings.integer("threads")
        convolution = try settings.choice("convolution") ?? .automatic
    }

    /// The settings that create the same options.
    var record: Record {
        [
            "seed": .number(Double(seed)), "precision": .string(precision.rawValue),
            "threads": threads.map { .number(Double($0)) } ?? .null,
            "convolution": .string(convolution.rawValue),
        ]
    }

    func model(_ architecture: Architecture) throws -> Model {
        let model = try architecture.model(seed: seed, precision: precision, threads: threads)
        model.allowsWinograd = convolution == .automatic
        return model
    }
}
