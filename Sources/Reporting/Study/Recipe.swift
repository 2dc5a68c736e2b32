import BigEggs

/// A way to train the report's network that has a name: the report's own two, what the study adds to the
/// second of them, one ingredient at a time, and the best of it all together.
///
/// ```swift
/// let recipe = try #require(Recipe(named: "best"))
/// try model.compile(optimizer: recipe.optimizer(trainImages: train.count), loss: recipe.loss)
/// try model.fit(
///     train, validation: heldOut, batchSize: recipe.settings.batchSize, epochs: recipe.settings.epochs,
///     augmentation: recipe.generator, callbacks: recipe.callbacks)
/// ```
public struct Recipe: Sendable, Encodable, Equatable {
    /// What becomes of the learning rate, which starts with, or climbs to, that of the settings.
    public enum Rate: String, Sendable, Encodable {
        /// It halves when the validation loss stands still, and training stops early, as the report has it.
        case plateau
        /// It stays, and nothing stops the training before its last epoch.
        case constant
        /// It falls to 0 along half a wave of a cosine, within all epochs.
        case cosine
        /// It climbs for three tenths of all epochs and then falls to almost 0.
        case oneCycle
    }

    /// What it is called on the command line.
    public let name: String
    /// What it is, in a few words: what it adds to the report's augmented training.
    public let summary: String
    /// Batch size, learning rate, epochs, patience.
    public var settings: ReportSettings
    /// What is changed in training images; nil for nothing.
    public var generator: ImageDataGenerator?
    /// The course of the learning rate.
    public var rate = Rate.plateau
    /// The share of each label that is spread over all classes.
    public var labelSmoothing: Float = 0
    /// What of itself, times the learning rate, each weight loses in a step; 0 for Adam, more for AdamW.
    public var weightDecay = 0.0
    /// What an average of the weights keeps of itself in each step; nil for no average.
    public var averaging: Double?

    enum CodingKeys: String, CodingKey {
        case name, settings, generator, rate, labelSmoothing, weightDecay, averaging
    }

    /// The report's network on images as they are.
    public static let plain = Recipe(
        name: "plain", summary: "the report's network on images as they are",
        settings: .plain(.full))

    /// The report's best: images rotated, zoomed and shifted, early stopping, halved learning rate.
    public static let augmented = Recipe(
        name: "augmented", summary: "the report's recipe: rotated, zoomed and shifted images",
        settings: .augmented(.full), generator: ReportSettings.generator)

    /// The report's own two.
    public static let ofReport = [plain, augmented]

    /// Every recipe, from the report's own to the best.
    public static let all: [Recipe] = [
        plain,
        augmented,
        augmented.adding("flip", "every other image mirrored") { $0.generator?.horizontalFlip = true },
        augmented.adding("smoothing", "a tenth of each label spread over all classes") {
            $0.labelSmoothing = 0.1
        },
        // All together, seed 1, held-out images: 87.6 % at a decay of 0.05, 87.8 % at 0.2, 88.0 % at 0.5.
        augmented.adding("decay", "weight decay, in AdamW") { $0.weightDecay = 0.2 },
        augmented.adding("averaged", "a moving average of the weights") { $0.averaging = 0.999 },
        augmented.adding("cosine", "a learning rate that falls along a cosine in 24 epochs") {
            $0.rate = .cosine
            $0.settings.epochs = 24
        },
        augmented.adding("longer", "the same fall of the learning rate in 48 epochs") {
            $0.rate = .cosine
            $0.settings.epochs = 48
        },
        augmented.adding("best", "all of these together, and a learning rate that climbs first, in 48 epochs")
        {
            $0.generator?.horizontalFlip = true
            $0.labelSmoothing = 0.1
            $0.weightDecay = 0.2
            $0.averaging = 0.999
            $0.rate = .oneCycle
            $0.settings.learningRate = 2e-3
            $0.settings.epochs = 48
        },
    ]

    /// The recipe of a name; nil if there is none.
    public init?(named name: String) {
        guard let found = Recipe.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    private init(
        name: String, summary: String, settings: ReportSettings, generator: ImageDataGenerator? = nil
    ) {
        self.name = name
        self.summary = summary
        self.settings = settings
        self.generator = generator
    }

    private func adding(_ name: String, _ summary: String, _ change: (inout Recipe) -> Void) -> Recipe {
        var recipe = Recipe(name: name, summary: summary, settings: settings, generator: generator)
        change(&recipe)
        return recipe
    }

    /// What it is trained with: Adam, or AdamW where weights decay, with a learning rate for every step.
    public func optimizer(trainImages: Int) -> any Optimizer {
        let steps = settings.epochs * BatchOrder.steps(through: trainImages, batchSize: settings.batchSize)
        let peak = settings.learningRate
        let schedule: LearningRateSchedule =
            switch rate {
            case .plateau, .constant: .constant(peak)
            case .cosine: .cosineDecay(initialLearningRate: peak, decaySteps: steps)
            case .oneCycle: .oneCycle(maxLearningRate: peak, totalSteps: steps)
            }
        return weightDecay > 0
            ? AdamW(learningRate: schedule, weightDecay: weightDecay) : Adam(learningRate: schedule)
    }

    /// What training makes small.
    public var loss: Loss {
        labelSmoothing > 0
            ? .categoricalCrossentropy(labelSmoothing: labelSmoothing) : .sparseCategoricalCrossentropy
    }

    /// What watches the training: where the course of the learning rate is fixed, nothing stops it, and the last
    /// epoch's weights are kept; elsewhere those of the epoch with the lowest validation loss.
    public var callbacks: [any Callback] {
        // First, so that the others see the average.
        let averages = averaging.map { [WeightAveraging(momentum: $0)] } ?? []
        guard rate == .plateau else { return averages }
        return averages + [
            EarlyStopping(monitor: "val_loss", patience: settings.patience, restoreBestWeights: true),
            EarlyStopping(monitor: "val_accuracy", patience: settings.patience),
            ReduceLROnPlateau(monitor: "val_loss", factor: 0.5, patience: settings.plateauPatience),
        ]
    }
}
