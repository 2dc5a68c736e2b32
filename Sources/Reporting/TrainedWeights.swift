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
    /// - Throws: `FileError`, or `TrainingError` for weights that are not finite; whatever stood at `path` is then unchanged.
    public static func save(
        _ model: Model, trainedOn train: ImageDataset, recipe: Recipe? = nil, to path: String
    ) throws {
        var metadata = try Architecture(of: model, rescale: train.rescale).metadata
        let names = Record.array(train.classNames.map(Record.string))
        metadata[namesKey] = String(decoding: try names.compactJSON(), as: UTF8.self)
        if let recipe {
            let told = TrainedRecipe(recipe).record
            metadata[recipeKey] = String(decoding: try told.compactJSON(), as: UTF8.self)
        }
        try model.saveWeights(to: path, metadata: metadata)
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

/// What can be wrong with the class names of a weights file.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
    /// What stands in the file for the network, or for its recipe, makes no sense.
    case networkUnreadable(path: String, problem: String)
    /// What stands in the file for the names is no list of texts.
    case namesUnreadable(path: String)
    /// The file names more or fewer classes than the network has outputs.
    case nameCount(path: String, names: Int, outputs: Int)
    /// The network is for images of another size than pictures are decoded to.
    case otherSize(path: String, input: [Int])
    /// The file does not say with which recipe the weights were trained.
    case noRecipe(path: String)
    /// The data set has other classes.
    case otherClasses(path: String, names: [String], data: String, dataNames: [String])
    /// The file names no classes, and those of the data set are more or fewer than the network's outputs.
    case unnamed(path: String, outputs: Int, data: String, classes: Int)

    /// What is wrong and what to do, in one sentence.
    public var description: String {
        switch self {
        case .networkUnreadable(let path, let problem):
            "\(path) does not describe its network as `bigeggs train` does: \(problem): train these weights again"
        case .otherSize(let path, let input):
            "\(path) is of a network for images of \(input), and pictures are scaled to [32, 32, 3]"
        case .noRecipe(let path):
            "\(path) names no recipe, and so no test views: leave out --views, or take weights that `bigeggs train` wrote"
        case .namesUnreadable(let path):
            "the class_names noted in \(path) are not a list of texts: train these weights again"
        case .nameCount(let path, let names, let outputs):
            "\(path) names \(names) classes for a network with \(outputs) outputs: train these weights again"
        case .otherClasses(let path, let names, let data, let dataNames):
            "\(path) is of a network for \(Self.brief(names)), and \(data) has \(Self.brief(dataNames)): "
                + "give the data set that it was trained on with --data"
        case .unnamed(let path, let outputs, let data, let classes):
            "\(path) does not name its \(outputs) classes, and \(data) has \(classes): give the data set that it "
                + "was trained on with --data"
        }
    }

    private static func brief(_ names: [String]) -> String {
        names.count > 4
            ? "\(names.prefix(3).joined(separator: ", ")) and \(names.count - 3) more classes"
            : names.joined(separator: ", ")
    }
}
