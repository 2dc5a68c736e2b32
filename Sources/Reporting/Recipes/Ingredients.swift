import BigEggs

/// The choices in which the recipes of the report and the study differ.
///
/// Earlier records of the study describe recipes in this form; see ``StudyRun/isDescribed(by:)``.
struct Ingredients: Sendable, Decodable {
    /// Learning-rate schedule; it starts at the settings' learning rate or rises to it.
    enum Rate: String, Sendable, Decodable {
        /// Halved when the validation loss stops improving, with early stopping, as in the report.
        case plateau
        /// Constant, without early stopping.
        case constant
        /// Falls to 0 along half a cosine wave over all epochs.
        case cosine
        /// Rises for 30 % of all epochs, then falls to almost 0.
        case oneCycle
    }

    /// The recipe's name on the command line.
    let name: String
    /// Batch size, learning rate, epochs, patience.
    var settings: ReportSettings
    /// Augmentation of the training images; nil for none.
    var generator: ImageDataGenerator?
    /// Learning-rate schedule.
    var rate = Rate.plateau
    /// The share of each label that is spread over all classes.
    var labelSmoothing: Float = 0
    /// Weight decay: each step reduces a weight by this share of it, times the learning rate. 0 for Adam, more for
    /// AdamW.
    var weightDecay = 0.0
    /// Momentum of the moving average of the weights; nil for no average.
    var averaging: Double?

    /// The report's choices, with these settings and this augmentation.
    init(_ name: String, settings: ReportSettings, generator: ImageDataGenerator? = nil) {
        self.name = name
        self.settings = settings
        self.generator = generator
    }

    /// Adam, or AdamW if there is weight decay.
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

    /// Crossentropy, with label smoothing if there is any.
    var loss: Component {
        labelSmoothing > 0
            ? Component("CategoricalCrossentropy", ["label_smoothing": Record(labelSmoothing)])
            : Component("SparseCategoricalCrossentropy")
    }

    /// The callbacks of the training.
    ///
    /// With the plateau schedule the training stops early, and the weights with the lowest validation loss are kept.
    /// With any other schedule nothing stops it, and the last epoch's weights are kept.
    var callbacks: [Component] {
        // First, so that the other callbacks see the average.
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
