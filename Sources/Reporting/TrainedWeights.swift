import BigEggs

/// A weights file, with its description of the network.
public struct TrainedWeights: Sendable {
    /// The file's path.
    public let path: String
    /// The names of the classes in the order of the network's outputs; nil if the file has none.
    public let classNames: [String]?
    /// How many outputs the network has.
    public let classes: Int
    /// The factor for every pixel value, 0 to 255, before it enters the network.
    public let rescale: Float
    /// The recipe that the weights were trained with, with its test views; nil if the file has none.
    public let recipe: TrainedRecipe?
    private let architecture: Architecture?
    private let tensors: [NamedTensor]

    private static let namesKey = "class_names"
    private static let recipeKey = "bigeggs_recipe"

    /// Reads a file.
    ///
    /// - Throws: `SafetensorsError`, `FileError`, or ``WeightsError`` for an invalid description of the network.
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
        // A file without a description is of the report's network, whose last bias is that of the output layer.
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

    /// Saves a network's weights with its layers and class names.
    ///
    /// The weights can then be used without the recipe and the data set.
    ///
    /// - Parameters:
    ///   - model: the network.
    ///   - train: the images it was trained on.
    ///   - recipe: the recipe to note in the file; nil for the report's own sections.
    ///   - path: the file to write.
    /// - Returns: the file's name and checksum, for a record.
    /// - Throws: `FileError`, or `TrainingError` for weights that are not finite; the file at `path` is then
    ///   unchanged.
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
    /// - Throws: `TrainingError` if the weights do not fit the network that the file describes, or, without a
    ///   description, the report's network.
    public func model(precision: Precision = .float32, threads: Int? = nil) throws -> Model {
        let model =
            try architecture?.model(seed: 0, precision: precision, threads: threads)
            ?? Sequential.bigEggs(classes: classes, precision: precision, threads: threads)
        try model.setWeights(tensors, source: path)
        return model
    }

    /// The height and width of the images that the network takes, in pixels.
    ///
    /// - Throws: ``WeightsError/otherSize(path:input:)`` if the network does not take square images in colour.
    public var imageSize: Int {
        get throws {
            guard let shape = architecture?.inputShape else { return 32 }
            guard shape.count == 3, shape[0] == shape[1], shape[2] == 3 else {
                throw WeightsError.otherSize(path: path, input: shape)
            }
            return shape[0]
        }
    }

    /// Throws if the data set's classes are not those that the network was trained on.
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
