import BigEggs

/// The report's recipe and what the study adds to it: the choices that its recipes differ in.
///
/// The study's records have described their recipes so; see ``StudyRun/isDescribed(by:)``.
struct Ingredients: Sendable, Decodable {
    /// The course of the learning rate, which starts with, or climbs to, that of the settings.
    enum Rate: String, Sendable, Decodable {
        /// It halves when the validation loss stands still, and training stops early, as the report has it.
        case plateau
        /// It stays, and nothing stops the training before its last epoch.
        case constant
        /// It falls to 0 along half a wave of a cosine, within all epochs.
        case cosine
        /// It climbs for three tenths of all epochs and then falls to almost 0.
        case oneCycle
    }

    /// What the recipe is called on the command line.
    let name: String
    /// Batch size, learning rate, epochs, patience.
    var settings: ReportSettings
    /// What is changed in training images; nil for nothing.
    var generator: ImageDataGenerator?
    /// The course of the learning rate.
    var rate = Rate.plateau
    /// The share of each label that is spread over all classes.
    var labelSmoothing: Float = 0
    /// What of itself, times the learning rate, each weight loses in a step; 0 for Adam, more for AdamW.
    var weightDecay = 0.0
    /// What an average of the weights keeps of itself in each step; nil for no average.
    var averaging: Double?

    /// The report's own choices.
    init(_ name: String, settings: ReportSettings, generator: ImageDataGenerator? = nil) {
        self.name = name
        self.settings = settings
        self.generator = generator
    }

    /// Adam, or AdamW where weights decay.
    var optimizer: Component {
        let peak = Record.number(settings.learningRate)
        let rate: Record =
            switch rate {
            case .plateau, .constant: peak
            case .cosine: Component("CosineDecay", ["initial_learning_rate": peak]).record
            case .oneCycle: Component("OneCycle", ["max_learning_rate": peak]).record
            }
        return weightDecay > 0
            ? Component("AdamW", ["learning_rate": rate, "weight_decay": .number(weightDecay)])
            : Component("Adam", ["learning_rate": rate])
    }

    /// Crossentropy.
    var loss: Component {
        labelSmoothing > 0
            ? Component("CategoricalCrossentropy", ["label_smoothing": Record(labelSmoothing)])
            : Component("SparseCategoricalCrossentropy")
    }

    /// What watches the training: where the course of the learning rate is fixed, nothing stops it, and the last
    /// epoch's weights are kept; elsewhere those of the epoch with the lowest validation loss.
    var callbacks: [Component] {
        // First, so that the others see the average.
        let averages = averaging.map { [Component("WeightAveraging", ["momentum": .number($0)])] } ?? []
        guard rate == .plateau else { return averages }
        let patience = Record.number(Double(settings.patience))
        return averages + [
            Component(
                "EarlyStopping",
                ["monitor": "val_loss", "patience": patience, "restore_best_weights": true]),
            Component("EarlyStopping", ["monitor": "val_accuracy", "patience": patience]),
            Component(
                "ReduceLROnPlateau",
                [
                    "monitor": "val_loss", "factor": 0.5,
                    "patience": .number(Double(settings.plateauPatience)),
                ]),
        ]
    }
}
