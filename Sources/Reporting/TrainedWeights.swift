import BigEggs

/// A weights file, and what it says of the network that it belongs to.
public struct TrainedWeights: Sendable {
    /// Where it is.
    public let path: String
    /// The names of the classes in the order of the network's outputs; nil if the file does not say.
    public let classNames: [String]?
    /// How many outputs the network has.
    public let classes: Int
    /// What every value of an image, 0 to 255, is multiplied by on its way into the network.
    public let rescale: Float
    /// The recipe that they were trained with, and its test views; nil if the file does not say.
    public let recipe: TrainedRecipe?
    private let architecture: Architecture?
    private let tensors: [NamedTensor]

    private static let namesKey = "class_names"
    private static let recipeKey = "bigeggs_recipe"

    /// Reads a file.
    ///
    /// - Throws: `SafetensorsError`, `FileError`, or ``WeightsError`` for what it says of the network and makes no
    ///   sense.
    public init(reading path: String) throws {
        let contents = try Safetensors.contents(of: path)
        self.path = path
        tensors = contents.tensors
        do {
            architecture = try Architecture(metadata: contents.metadata, file: path)
            recipe = try contents.metadata[Self.recipeKey].map {
                try TrainedRecipe(Record(json: $0, source: "the recipe in \(path)"))
            }
        } catch {
            throw WeightsError.networkUnreadable(path: path, problem: "\(error)")
        }
        rescale = architecture?.rescale ?? 1 / 255
        // A file that does not say is of the report's network, which ends in a dense layer's bias.
        let outputs =
            architecture?.outputShape.reduce(1, *)
            ?? tensors.last { $0.name.hasSuffix("/bias") }?.shape.last ?? 10
        classes = outputs
        classNames = try contents.metadata[Self.namesKey].map { text in
            guard let names = try? Record(json: text).strings else {
                throw WeightsError.namesUnreadable(path: path)
            }
            guard names.count == outputs else {
                throw WeightsError.nameCount(path: path, names: names.count, outputs: outputs)
            }
            return names
        }
    }

    /// Saves a network's weights with its layers and the names of its classes, so that they can be used without
    /// its recipe and its data set.
    ///
    /// - Parameters:
    ///   - model: the network.
    ///   - train: the images it was trained on.
    ///   - recipe: what the file says that they were trained with; nil for the report's own sections.
    ///   - path: where the weights go.
    /// - Returns: what a record says of the file.
    /// - Throws: `FileError`, or `TrainingError` for weights that are not finite; whatever stood at `path` is then unchanged.
    public static func save(
        _ model: Model, trainedOn train: ImageDataset, recipe: Recipe? = nil, to path: String
    ) throws -> WeightsFile {
        var metadata = try Architecture(of: model, rescale: train.rescale).metadata
        let names = Record.array(train.classNames.map(Record.string))
        metadata[namesKey] = try names.compactText()
        if let recipe {
            metadata[recipeKey] = try TrainedRecipe(recipe).record.compactText()
        }
        try model.saveWeights(to: path, metadata: metadata)
        return try WeightsFile(path)
    }

    /// The network with the weights.
    ///
    /// - Throws: `TrainingError` if they are not those of the network that the file describes, or, where it describes
    ///   none, of the report's.
    public func model(precision: Precision = .float32, threads: Int? = nil) throws -> Model {
        let model =
            try architecture?.model(seed: 0, precision: precision, threads: threads)
            ?? Sequential.bigEggs(classes: classes, precision: precision, threads: threads)
        try model.setWeights(tensors, source: path)
        return model
    }

    /// The height and width of the images that the network takes, in pixels.
    ///
    /// - Throws: ``WeightsError/otherSize(path:input:)`` if it takes no square images in colour.
    public var imageSize: Int {
        get throws {
            guard let shape = architecture?.inputShape else { return 32 }
            guard shape.count == 3, shape[0] == shape[1], shape[2] == 3 else {
                throw WeightsError.otherSize(path: path, input: shape)
            }
            return shape[0]
        }
    }

    /// Refuses a data set of other classes than those that the network was trained to tell apart.
    public func check(_ data: LoadedDataset) throws {
        let found = data.train.classNames
        guard let classNames else {
            if classes == found.count { return }
            throw WeightsError.unnamed(
                path: path, outputs: classes, data: data.provenance.name, classes: found.count)
        }
        if classNames == found { return }
        throw WeightsError.otherClasses(
            path: path, names: classNames, data: data.provenance.name, dataNames: found)
    }
}
