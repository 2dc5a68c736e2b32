/// What can be wrong with what a weights file says of its network, its recipe and its classes.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
    /// What stands in the file for the network, or for its recipe, makes no sense.
    case networkUnreadable(path: String, problem: String)
    /// What stands in the file for the names is no list of texts.
    case namesUnreadable(path: String)
    /// The file names more or fewer classes than the network has outputs.
    case nameCount(path: String, names: Int, outputs: Int)
    /// The network takes no square images in colour.
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
            "\(path) is of a network for inputs of \(input), and pictures are square and have three colours: take other weights"
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
