import BigEggs

/// A weights file, and what it says of the network that it belongs to.
public struct TrainedWeights: Sendable {
    /// Where it is.
    public let path: String
    /// The names of the classes in the order of the network's outputs; nil if the file does not say.
    public let classNames: [String]?
    /// How many outputs the network has.
    public let classes: Int
    private let tensors: [NamedTensor]

    private static let key = "class_names"

    /// Reads a file.
    ///
    /// - Throws: `SafetensorsError`, `FileError`, or ``WeightsError`` if its names are not those of its outputs.
    public init(reading path: String) throws {
        let contents = try Safetensors.contents(of: path)
        self.path = path
        tensors = contents.tensors
        // The report's network ends in a dense layer, and so its file in that layer's bias.
        let outputs = tensors.last { $0.name.hasSuffix("/bias") }?.shape.last ?? 10
        classes = outputs
        classNames = try contents.metadata[Self.key].map { text in
            guard let names = try? Record(json: text).strings else {
                throw WeightsError.namesUnreadable(path: path)
            }
            guard names.count == outputs else {
                throw WeightsError.nameCount(path: path, names: names.count, outputs: outputs)
            }
            return names
        }
    }

    /// Saves a network's weights with the names of its classes, so that they can be used without the data set.
    ///
    /// - Throws: `FileError`, or `TrainingError` for weights that are not finite; whatever stood at `path` is then unchanged.
    public static func save(_ model: Model, classNames: [String], to path: String) throws {
        let names = try Record.array(classNames.map(Record.string)).compactJSON()
        try model.saveWeights(to: path, metadata: [key: String(decoding: names, as: UTF8.self)])
    }

    /// Gives the weights to a network.
    ///
    /// - Throws: `TrainingError` if they are not those of such a network.
    public func load(into model: Model) throws {
        try model.setWeights(tensors, source: path)
    }

    /// Refuses a data set of other classes than those that the network was trained to tell apart.
    public func check(_ data: LoadedDataset) throws {
        guard let classNames, classNames != data.train.classNames else { return }
        throw WeightsError.otherClasses(
            path: path, names: classNames, data: data.provenance.name, dataNames: data.train.classNames)
    }
}

/// What can be wrong with the class names of a weights file.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
    /// What stands in the file for the names is no list of texts.
    case namesUnreadable(path: String)
    /// The file names more or fewer classes than the network has outputs.
    case nameCount(path: String, names: Int, outputs: Int)
    /// The data set has other classes.
    case otherClasses(path: String, names: [String], data: String, dataNames: [String])
    /// The file names no classes, and those of the data set are more or fewer than the network's outputs.
    case unnamed(path: String, outputs: Int, data: String, classes: Int)

    /// What is wrong and what to do, in one sentence.
    public var description: String {
        switch self {
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
