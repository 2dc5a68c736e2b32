import BigEggs

/// Initializes a convolution of a recipe's network with whitening filters of the training images.
///
/// In JSON `{"layer": "whitening", "images": 5000, "epsilon": 0.0005}`; the last two may be left out.
struct RecipeWhitening: Sendable {
    let layer: String
    var images = 5_000
    var epsilon = 5e-4

    /// Whitening of a convolution by the first 5,000 images.
    init(layer: String) { self.layer = layer }

    /// Reads a ``record``.
    ///
    /// - Throws: `SettingsError`.
    init(_ record: Record) throws {
        var settings = try Settings(record, of: "\"whitening\"")
        layer = try settings.required(settings.text("layer"), "layer")
        images = try settings.integer("images") ?? 5_000
        epsilon = try settings.number("epsilon") ?? 5e-4
        try settings.done()
        guard images > 0 else { throw settings.wrong("images", .number(Double(images)), "1 or more") }
        guard epsilon > 0 else { throw settings.wrong("epsilon", .number(epsilon), "more than 0") }
    }

    /// The JSON description.
    var record: Record {
        ["layer": .string(layer), "images": .number(Double(images)), "epsilon": .number(epsilon)]
    }

    /// - Throws: `TrainingError` if the network has no such convolution.
    func apply(to model: Model, _ train: ImageDataset) throws {
        let kernel = try model.weights().first { $0.name == "\(layer)/kernel" }?.shape.first ?? 2
        try model.whiten(layer, try Whitening(of: train, images: images, size: kernel, epsilon: epsilon))
    }
}
