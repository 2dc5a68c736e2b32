/// What keeps a directory of pictures from being a data set.
public enum PictureFolderError: Error, Equatable, CustomStringConvertible {
    /// The directory cannot be listed.
    case unlisted(folder: String, reason: String)
    /// There are fewer than two folders.
    case noClasses(path: String, found: [String])
    /// There are more folders than a network has outputs.
    case tooManyClasses(path: String, count: Int, most: Int)
    /// There is a folder for each class, but none for training and testing.
    case undivided(path: String)
    /// There is a folder for one split alone.
    case splitMissing(path: String, found: String)
    /// A division was asked for, and the directory has one.
    case dividedTwice(path: String)
    /// A folder holds no file.
    case empty(folder: String)
    /// There are test pictures of a class without training pictures.
    case notTrained(path: String, name: String, trained: String)
    /// A class has too few pictures to be divided.
    case tooFew(name: String, count: Int, share: Double)
    /// Files that are no usable pictures; with a sentence for each.
    case unusable(path: String, problems: [String])
    /// No file of a class is a usable picture.
    case nothingUsable(name: String)
    /// No test file is a usable picture.
    case noTest(path: String)
    /// A division was asked for of a data set that has one.
    case notAFolder(name: String)

    /// What is wrong and what to do, in one sentence.
    public var description: String {
        switch self {
        case .unlisted(let folder, let reason):
            "\(folder) cannot be listed: \(reason)"
        case .noClasses(let path, let found):
            "\(path) holds neither CIFAR-10's batches nor a folder of pictures for each of two or more classes"
                + (found.isEmpty ? "" : ": there is only the folder \(found[0])")
        case .tooManyClasses(let path, let count, let most):
            "\(path) has \(count) folders, and a network here tells at most \(most) classes apart"
        case .undivided(let path):
            "\(path) has a folder for each class but none for training and testing: add --validation-split 0.2 to "
                + "keep a fifth of each class for testing, or make \(path)/train and \(path)/test"
        case .splitMissing(let path, let found):
            "\(path) has \(found) but not \(found == "train" ? "test" : "train") beside it: add that, or give "
                + "\(path)/\(found) with --validation-split"
        case .dividedTwice(let path):
            "\(path) is divided into train and test already: leave out --validation-split"
        case .empty(let folder):
            "the folder \(folder) holds no picture: add some, or remove it"
        case .notTrained(let path, let name, let trained):
            "\(path) has the class \(name) that \(trained) has not: add pictures of it there, or remove it here"
        case .tooFew(let name, let count, let share):
            "the class \(name) has \(count) \(count == 1 ? "picture" : "pictures"), of which --validation-split "
                + "\(share) leaves none for \(Double(count) * share < 0.5 ? "testing" : "training"): add pictures, "
                + "or choose another share"
        case .unusable(let path, let problems):
            "\(problems.count) \(problems.count == 1 ? "file" : "files") of \(path) cannot be used ("
                + problems.prefix(Self.named).joined(separator: "; ")
                + (problems.count > Self.named ? "; and \(problems.count - Self.named) more" : "")
                + "): remove \(problems.count == 1 ? "it" : "them"), or add --skip-unreadable to leave "
                + "\(problems.count == 1 ? "it" : "them") out"
        case .nothingUsable(let name):
            "the class \(name) has no usable picture for training"
        case .noTest(let path):
            "\(path) has no usable picture for testing"
        case .notAFolder(let name):
            "--validation-split divides a directory with a folder for each class, which \(name) is not: leave it out, "
                + "or name such a directory with --data"
        }
    }

    /// How many unreadable files are named.
    private static let named = 10
}
