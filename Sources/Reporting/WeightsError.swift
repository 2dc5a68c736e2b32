/// Errors in a weights file's description of its network, recipe and classes.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
    /// The file's description of its network or recipe is invalid.
    case networkUnreadable(path: String, problem: String)
    /// The file's class names are not a list of texts.
    case namesUnreadable(path: String)
    /// The file names more or fewer classes than the network has outputs.
    case nameCount(path: String, names: Int, outputs: Int)
    /// The network does not take square images in colour.
    case otherSize(path: String, input: [Int])
    /// The file does not say with which recipe the weights were trained.
    case noRecipe(path: String)
    /// The data set has other classes.
    case otherClasses(path: String, names: [String], data: String, dataNames: [String])
    /// The file has no class names, and the data set's number of classes is not that of the network's outputs.
    case unnamed(path: String, outputs: Int, data: String, classes: Int)

    /// What is wrong and what to do, in one sentence.
    public var description: String {
        switch self {
        case .networkUnreadable(let path, let problem):
            "\(path) has an invalid description of its network or recipe (\(problem)): train these weights again"
        case .otherSize(let path, let input):
            "\(path) is of a network for inputs of \(input), but pictures are square with three colours: use other "
                + "weights"
        case .noRecipe(let path):
            "\(path) names no recipe, and so no test views: leave out --views, or take weights that `bigeggs train` wrote"
        case .namesUnreadable(let path):
            "the class_names noted in \(path) are not a list of strings: train these weights again"
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
