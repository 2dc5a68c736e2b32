import BigEggs

/// A named way to train: network, augmentation, optimizer with schedule, loss, callbacks and test views.
///
/// ```swift
/// let recipe = try #require(Recipe(named: "best"))
/// let model = try recipe.model(classes: 10, seed: 1)
/// try recipe.compile(model, trainImages: train.count)
/// try model.fit(
///     train, validation: heldOut, batchSize: recipe.batchSize, epochs: recipe.epochs,
///     augmentation: recipe.generator, callbacks: recipe.callbacks())
/// ```
///
/// Two recipes are equal if they train alike and have the same name.
public struct Recipe: Sendable, Equatable {
    /// The name on the command line.
    public let name: String
    /// A short description.
    public let summary: String
    /// The file that the recipe was read from; nil for one of ``named``.
    public let file: String?
    /// The layers as in a recipe file; "classes" stands for the number of classes.
    package let network: [Record]
    /// The heights and widths of images that the network takes, in pixels.
    public let imageSizes: ClosedRange<Int>
    /// Augmentation of the training images; nil for none.
    public let generator: ImageDataGenerator?
    /// The factor for every pixel value, 0 to 255.
    public let rescale: Float
    /// Images per training step.
    public var batchSize: Int
    /// The maximum number of epochs.
    public var epochs: Int
    /// The precision of activations; nil if the recipe does not set it.
    public let givenPrecision: PrecisionChoice?
    /// The optimizer; schedules without a length last as long as the training.
    let optimizer: Component
    let loss: Component
    let watchers: [Component]
    /// The convolution initialized with whitening filters of the training images; nil for none.
    let whitening: RecipeWhitening?
    /// The views of a test image; the prediction is the weighted mean over them.
    public let testViews: [TestView]
    /// The choices that the recipe was made from; nil for recipes from files and for other networks.
    private let ingredients: Ingredients?

    /// A recipe for the report's network.
    init(_ ingredients: Ingredients, _ summary: String) {
        name = ingredients.name
        self.summary = summary
        file = nil
        network = Recipe.reportNetwork
        imageSizes = Recipe.reportImageSizes
        generator = ingredients.generator
        rescale = Recipe.standardRescale
        batchSize = ingredients.settings.batchSize
        epochs = ingredients.settings.epochs
        givenPrecision = nil
        optimizer = ingredients.optimizer
        loss = ingredients.loss
        watchers = ingredients.callbacks
        whitening = nil
        testViews = [TestView()]
        self.ingredients = ingredients
    }

    /// A recipe with its own network and without callbacks.
    init(
        name: String, summary: String, network: [Record], imageSizes: ClosedRange<Int>,
        generator: ImageDataGenerator?, batchSize: Int, epochs: Int, precision: PrecisionChoice,
        optimizer: Component, loss: Component, whitening: RecipeWhitening? = nil,
        testViews: [TestView] = [TestView()]
    ) {
        self.name = name
        self.summary = summary
        file = nil
        self.network = network
        self.imageSizes = imageSizes
        self.generator = generator
        rescale = Recipe.standardRescale
        self.batchSize = batchSize
        self.epochs = epochs
        givenPrecision = precision
        self.optimizer = optimizer
        self.loss = loss
        watchers = []
        self.whitening = whitening
        self.testViews = testViews
        ingredients = nil
    }

    /// Reads a recipe.
    ///
    /// - Parameters:
    ///   - settings: the settings by Keras's names; `bigeggs train --help` has an example.
    ///   - name: the name if the settings have none.
    ///   - file: the file that the settings come from.
    /// - Throws: `SettingsError`.
    init(_ settings: inout Settings, name: String, file: String) throws {
        self.name = try settings.text("name") ?? name
        summary = try settings.text("summary") ?? "the recipe of \(file)"
        self.file = file
        let network = try settings.list("network")
        self.network = network ?? Recipe.reportNetwork
        imageSizes =
            try settings.imageSizes() ?? (network == nil ? Recipe.reportImageSizes : Recipe.allImageSizes)
        generator = try settings.value("augmentation").map {
            var own = try Settings($0, of: "\"augmentation\"")
            let generator = try ImageDataGenerator(&own)
            try own.done()
            return generator
        }
        rescale = try settings.float("rescale") ?? Recipe.standardRescale
        batchSize = try settings.integer("batch_size") ?? 128
        epochs = try settings.required(settings.integer("epochs"), "epochs")
        givenPrecision = try settings.choice("precision")
        optimizer = try Component(settings.value("optimizer") ?? "Adam", of: "\"optimizer\"")
        loss = try Component(settings.value("loss") ?? .string(Recipe.standardLoss), of: "\"loss\"")
        watchers = try (settings.list("callbacks") ?? []).map { try Component($0, of: "a callback") }
        whitening = try settings.value("whitening").map(RecipeWhitening.init)
        ingredients = nil
        for (setting, value) in [("batch_size", batchSize), ("epochs", epochs)] where value < 1 {
            throw settings.wrong(setting, .number(Double(value)), "1 or more")
        }
        testViews = try settings.testViews()
    }

    private static let reportImageSizes = 32...32
    /// The image sizes that own pictures can be scaled to.
    public static let allImageSizes = 32...256
    private static let standardRescale: Float = 1 / 255
    private static let standardLoss = "SparseCategoricalCrossentropy"

    /// The layers of the report's network.
    private static let reportNetwork: [Record] = {
        var layers = ReportNetwork.layers(classes: 10).map(\.description.record)
        layers[layers.count - 1]["config"]?["units"] = "classes"
        return layers
    }()

    /// All settings of the training, by Keras's names. Defaults are left out.
    var record: Record {
        var record: Record = [
            "name": .string(name), "batch_size": .number(Double(batchSize)),
            "epochs": .number(Double(epochs)), "optimizer": optimizer.record,
        ]
        if network != Recipe.reportNetwork { record["network"] = .array(network) }
        if ![Recipe.reportImageSizes, Recipe.allImageSizes].contains(imageSizes) {
            record["image_sizes"] = .numbers([imageSizes.lowerBound, imageSizes.upperBound])
        }
        record["augmentation"] = generator?.settings
        if rescale != Recipe.standardRescale { record["rescale"] = Record(rescale) }
        record["precision"] = (givenPrecision?.rawValue).map(Record.string)
        if loss != Component(Recipe.standardLoss) { record["loss"] = loss.record }
        if !watchers.isEmpty { record["callbacks"] = .array(watchers.map(\.record)) }
        record["whitening"] = whitening?.record
        if looksTwice { record["test_views"] = .array(testViews.map(\.record)) }
        return record
    }

    public static func == (left: Recipe, right: Recipe) -> Bool { left.record == right.record }

    /// The precision of activations, unless the caller chooses another.
    public var precision: PrecisionChoice { givenPrecision ?? .float32 }

    /// Whether the prediction uses any view but the unchanged image.
    public var looksTwice: Bool { testViews != [TestView()] }

    /// Throws if the network does not take images of this size, in pixels.
    ///
    /// - Throws: ``RecipeError``.
    public func requireImageSize(_ imageSize: Int) throws {
        guard !imageSizes.contains(imageSize) else { return }
        let (least, most) = (imageSizes.lowerBound, imageSizes.upperBound)
        let others = Recipe.forPictures.filter { $0.imageSizes.contains(imageSize) }.map(\.name)
        throw RecipeError(
            file: file ?? name,
            problem:
                "its network takes images of \(least)×\(least)\(least < most ? " to \(most)×\(most)" : "") pixels, "
                + "and not \(imageSize)×\(imageSize): give another --image-size"
                + (others.isEmpty ? "" : ", or --recipe \(others.joined(separator: " or "))"))
    }

    /// The network, with weights drawn from `seed`.
    ///
    /// - Parameter imageSize: the height and width of the images, one of ``imageSizes``.
    /// - Throws: ``RecipeError`` for an image size that the network does not take, an invalid layer, or a wrong
    ///   number of outputs; `LayerError`, `TrainingError`.
    public func model(
        classes: Int, imageSize: Int = 32, seed: UInt64, precision: Precision = .float32, threads: Int? = nil
    ) throws -> Model {
        try requireImageSize(imageSize)
        var architecture = Architecture(inputShape: [imageSize, imageSize, 3])
        for (number, layer) in network.enumerated() {
            do {
                try architecture.add(Recipe.layer(layer, classes: classes))
            } catch {
                throw RecipeError(file: file ?? name, problem: "layer \(number + 1) of \"network\": \(error)")
            }
        }
        let model = try architecture.model(seed: seed, precision: precision, threads: threads)
        guard model.outputShape == [classes] else {
            throw RecipeError(
                file: file ?? name,
                problem:
                    "\"network\" ends in \(model.outputShape) and not in the number of classes: end it with a "
                    + "Dense whose \"units\" are \"classes\" and whose \"activation\" is \"softmax\"")
        }
        return model
    }

    /// A layer as in a recipe file.
    static func layer(_ className: String, _ config: Record = [:]) -> Record {
        Component(className, config).record
    }

    /// A layer with "classes" replaced by the number of classes.
    private static func layer(_ described: Record, classes: Int) -> Record {
        guard let config = described["config"]?.object else { return described }
        var layer = described
        layer["config"] = .object(config.mapValues { $0 == "classes" ? .number(Double(classes)) : $0 })
        return layer
    }

    /// Compiles a model with the recipe's loss, and its optimizer for this number of training images.
    ///
    /// - Throws: `SettingsError`, `TrainingError`.
    public func compile(_ model: Model, trainImages: Int) throws {
        let (optimizer, groups) = try optimizers(trainImages: trainImages)
        try model.compile(
            optimizer: optimizer, loss: try Loss.table.make(loss), groups: { groups.optimizer(of: $0) })
    }

    /// The optimizer for a number of training images, and the optimizers of parameter groups.
    package func optimizers(trainImages: Int) throws -> (any Optimizer, OptimizerGroups) {
        let steps = epochs * BatchOrder.steps(through: trainImages, batchSize: batchSize)
        return try OptimizerTypes.make(Recipe.lasting(optimizer, steps))
    }

    /// For each schedule, the name of the setting for its length in steps.
    private static let lengths = [
        "CosineDecay": "decay_steps", "PolynomialDecay": "decay_steps", "OneCycle": "total_steps",
    ]

    /// The optimizer with a length for every schedule, also for those of its groups. A schedule without a length lasts
    /// for all steps, or for its `decay_part` of them, warm-up included.
    private static func lasting(_ optimizer: Component, _ steps: Int) -> Component {
        var lasting = optimizer
        if let rate = optimizer.config["learning_rate"], rate.object != nil,
            var schedule = try? Component(rate, of: "a schedule"),
            let length = lengths[schedule.className], schedule.config[length] == nil
        {
            // The share of the training that the schedule lasts. If it is not a number, it is kept, so that
            // making the schedule throws.
            let part = schedule.config["decay_part"]?.number
            if part != nil { schedule.config["decay_part"] = nil }
            // Without a target, Keras ignores the warm-up.
            let hasWarmup = schedule.config["warmup_target"]?.number != nil
            let warmup = hasWarmup ? schedule.config["warmup_steps"]?.number ?? 0 : 0
            schedule.config[length] = .number(max(1, (Double(steps) * (part ?? 1)).rounded() - warmup))
            lasting.config["learning_rate"] = schedule.record
        }
        if let groups = optimizer.config["groups"]?.array {
            lasting.config["groups"] = .array(
                groups.map { group in
                    guard let described = group["optimizer"],
                        let own = try? Component(described, of: "an optimizer")
                    else { return group }
                    var group = group
                    group["optimizer"] = Recipe.lasting(own, steps).record
                    return group
                })
        }
        return lasting
    }

    /// Initializes the whitening convolution, if there is one, from the training images. Call this before
    /// training.
    ///
    /// - Parameter train: the training images, scaled for the network.
    /// - Throws: `TrainingError`.
    public func prepare(_ model: Model, for train: ImageDataset) throws {
        try whitening?.apply(to: model, train)
    }

    /// New callbacks for one training.
    ///
    /// - Throws: `SettingsError`.
    public func callbacks() throws -> [any Callback] {
        try watchers.map { described in
            let callback = try CallbackTypes.table.make(described)
            if let checkpoint = callback as? ModelCheckpoint, !checkpoint.savesWeightsOnly {
                checkpoint.write = { [rescale] in
                    try $0.saveWeights(to: $1, metadata: Architecture(of: $0, rescale: rescale).metadata)
                }
            }
            return callback
        }
    }

    /// The recipe adapted to the number of training images; see ``ReportSettings/fitting(_:images:)``.
    ///
    /// Recipes from files, ``fast``, its variants and ``strong`` stay unchanged.
    public func fitting(_ provenance: DataProvenance, images: Int) -> Recipe {
        if Recipe.forPictures.contains(where: { $0.name == name }) {
            var recipe = self
            recipe.batchSize = ReportSettings.fittingBatchSize(batchSize, images: images)
            return recipe
        }
        return changed { $0.settings = $0.settings.fitting(provenance, images: images) } ?? self
    }

    /// The recipe with a constant learning rate and without early stopping.
    ///
    /// Nil for recipes from files and for other networks, whose schedules can be of any kind.
    public var withConstantRate: Recipe? { changed { $0.rate = .constant } }

    private func changed(_ change: (inout Ingredients) -> Void) -> Recipe? {
        guard var ingredients else { return nil }
        change(&ingredients)
        return Recipe(ingredients, summary)
    }
}

extension Recipe: Encodable {
    /// Writes the ``record``.
    public func encode(to encoder: any Encoder) throws { try record.encode(to: encoder) }
}

extension Settings {
    /// The image sizes that a recipe's network takes, `[least, most]`.
    fileprivate mutating func imageSizes() throws -> ClosedRange<Int>? {
        guard let value = value("image_sizes") else { return nil }
        guard let limits = value.numbers?.map(Int.init), limits.count == 2, limits[0] <= limits[1],
            limits.allSatisfy(Recipe.allImageSizes.contains)
        else { throw wrong("image_sizes", value, "[least, most], each from 32 to 256") }
        return limits[0]...limits[1]
    }
}
