/// Why a directory of pictures is not a data set.
public enum PictureFolderError: Error, Equatable, CustomStringConvertible {
    /// The directory cannot be listed.
    case unlisted(folder: String, reason: String)
    /// There are fewer than two folders; `inner` is a folder further inside that has two or more, if any.
    case noClasses(path: String, found: [String], inner: String?)
    /// There are more folders than a network has outputs.
    case tooManyClasses(path: String, count: Int, most: Int)
    /// There is a folder for each class, but none for training and testing.
    case undivided(path: String)
    /// There is a folder for only one split.
    case splitMissing(path: String, found: String, missing: String)
    /// A division was requested, but the directory is divided already.
    case dividedTwice(path: String, splits: [String])
    /// Several folders have names for the same split.
    case severalForOneUse(path: String, names: [String], use: String)
    /// Folders have names of splits but may be classes, because folders beside them contain pictures.
    case classesOrSplits(path: String, names: [String], uses: [String], beside: [String])
    /// The folder of a split has no folder for each class.
    case noClassFolders(path: String, areTests: Bool)
    /// A list cannot be read.
    case noList(file: String, reason: String)
    /// A list has two classes for a picture.
    case twoLabels(file: String, lines: [Int], name: String)
    /// A line of a list has no name or no class.
    case labelLine(file: String, line: Int, text: String)
    /// A list has a class without a folder.
    case unknownLabel(file: String, line: Int, label: String, classes: Int)
    /// No folder that may hold the test pictures has a picture of the list.
    case noneListed(file: String, folders: [String])
    /// Both a list of test pictures and a validation split were given.
    case labelsOfUndivided(file: String)
    /// A list of names has no name for a folder.
    case noClassName(file: String, folder: String)
    /// The folders are those of a camera.
    case camera(path: String)
    /// A link among the folders is broken.
    case brokenLink(path: String, target: String)
    /// Two names lead to the same folder.
    case sameFolder(one: String, other: String)
    /// The names of two folders are the same text in different bytes.
    case sameName(path: String, name: String)
    /// A folder holds no file.
    case empty(folder: String)
    /// There are test pictures of a class without training pictures.
    case notTrained(path: String, name: String, trained: String)
    /// A class has too few pictures to be divided.
    case tooFew(name: String, count: Int, share: Double)
    /// Files are not usable pictures; `problems` has a sentence for each file.
    case unusable(path: String, problems: [String])
    /// No file of a folder is a usable picture; `problem` is that of the first file.
    case noPicture(folder: String, count: Int, problem: String)
    /// The decoded pictures fit neither into the cache nor into memory; sizes in bytes.
    case noRoom(path: String, needed: Int, imageSize: Int, cache: String, room: Int, memory: Int)
    /// No training file of a class is a usable picture.
    case nothingUsable(name: String)
    /// No test file is a usable picture.
    case noTest(path: String)
    /// An option for directories of pictures was given for another data set.
    case notAFolder(name: String, option: String)
    /// An image size was given for a data set that is not a directory of pictures.
    case sizeIsGiven(imageSize: Int)

    /// What is wrong and what to do, in one sentence.
    public var description: String {
        switch self {
        case .unlisted(let folder, let reason):
            "\(folder) cannot be listed: \(reason)"
        case .noClasses(let path, let found, let inner):
            "\(path) holds neither CIFAR-10's batches nor a folder of pictures for each of two or more classes"
                + (found.isEmpty ? "" : ": there is only the folder \(found[0])")
                + (inner.map { "; give \($0) if its folders are the classes" } ?? "")
        case .tooManyClasses(let path, let count, let most):
            "\(path) has \(count) folders, but a network here has at most \(most) classes"
        case .undivided(let path):
            "\(path) has a folder for each class but none for training and testing: add --validation-split 0.2 to "
                + "keep a fifth of each class for testing, or make \(path)/train and \(path)/test"
        case .splitMissing(let path, let found, let missing):
            "\(path) has \(found) but no folder for \(missing) beside it: add \(path)/\(missing), or give "
                + "\(path)/\(found) with --validation-split 0.2"
        case .dividedTwice(let path, let splits):
            "\(path) is divided into \(splits.listed) already: leave out --validation-split"
        case .severalForOneUse(let path, let names, let use):
            "\(path) has \(names.listed), which are all names for the \(use) pictures: keep one of these folders, "
                + "and give those that are classes other names"
        case .classesOrSplits(let path, let names, let uses, let beside):
            "\(path) has \(names.listed) beside pictures in \(beside.listed), so it is unclear whether "
                + (names.count == 1
                    ? "\(names[0]) is a class or the \(uses[0]) pictures: rename it if it is a class, or else move it "
                    : "they are classes or the \(uses.listed) pictures: rename them if they are classes, or else "
                        + "move them ")
                + "to another directory"
        case .noClassFolders(let path, let areTests):
            "\(path) has no folder for each class, so the classes of its pictures are unknown: sort them into such "
                + "folders" + (areTests ? ", or give a list of their classes with --test-labels" : "")
        case .noList(let file, let reason):
            "the list \(file) cannot be read: \(reason)"
        case .twoLabels(let file, let lines, let name):
            "lines \(lines[0]) and \(lines[1]) of \(file) have different classes for \(name): remove one"
        case .labelLine(let file, let line, let text):
            "line \(line) of \(file) is \"\(text)\": give a name and its class, with a space, tab or comma between"
        case .unknownLabel(let file, let line, let label, let classes):
            "line \(line) of \(file) has the class \"\(label)\", which is neither the name of a training folder nor a "
                + "number from 0 to \(classes - 1)"
        case .noneListed(let file, let folders):
            "no picture of \(file) is in \(folders.listed): give the list that belongs to these pictures"
        case .labelsOfUndivided(let file):
            "--test-labels \(file) is for a directory with train and val or test, but --validation-split is for one "
                + "without: give one of these options"
        case .noClassName(let file, let folder):
            "\(file) has no name for the folder \(folder): add a line with it and its name"
        case .camera(let path):
            "\(path) holds the folders of a camera, whose names are not classes: sort the pictures "
                + "into a folder for each class, in another directory"
        case .brokenLink(let path, let target):
            "\(path) is a link to \(target), which is not there: repair or remove it"
        case .sameFolder(let one, let other):
            "\(one) and \(other) are the same folder, whose pictures would be in two classes or splits: remove one"
        case .sameName(let path, let name):
            "\(path) has two folders named \(name), written with different bytes: put their pictures into one, "
                + "or give one another name"
        case .empty(let folder):
            "the folder \(folder) holds no picture: add some, or remove it"
        case .notTrained(let path, let name, let trained):
            "\(path) has the class \(name), but \(trained) does not: add pictures of it there, or remove it here"
        case .tooFew(let name, let count, let share):
            "the class \(name) has \(count) \(count == 1 ? "picture" : "pictures"), and --validation-split "
                + "\(share) leaves none for \(Double(count) * share < 0.5 ? "testing" : "training"): add pictures, "
                + "or choose another share"
        case .unusable(let path, let problems):
            "\(problems.count) \(problems.count == 1 ? "file" : "files") of \(path) cannot be used ("
                + problems.prefix(Self.named).joined(separator: "; ")
                + (problems.count > Self.named ? "; and \(problems.count - Self.named) more" : "")
                + "): remove \(problems.count == 1 ? "it" : "them"), or add --skip-unreadable to leave "
                + "\(problems.count == 1 ? "it" : "them") out"
        case .noPicture(let folder, let count, let problem):
            "no file in the folder \(folder) can be used (\(problem)"
                + (count > 1 ? "; and \(count - 1) more" : "")
                + "): remove the folder if it is not a class, or add pictures"
        case .noRoom(let path, let needed, let imageSize, let cache, let room, let memory):
            "the pictures of \(path) take \(needed.inBytes) at \(imageSize)×\(imageSize) pixels, but \(cache) has "
                + "room for \(room.inBytes), and memory for \(memory.inBytes): give a larger --cache-size, free some "
                + "of the disk, or choose a smaller --image-size"
        case .nothingUsable(let name):
            "the class \(name) has no usable picture for training"
        case .noTest(let path):
            "\(path) has no usable picture for testing"
        case .sizeIsGiven(let size):
            "only a directory with a folder of pictures for each class is scaled to \(size)×\(size) pixels: name one "
                + "with --data; the images of CIFAR-10 and Fashion-MNIST are 32×32"
        case .notAFolder(let name, let option):
            "\(option) is for a directory with a folder for each class, which \(name) is not: leave it out, "
                + "or name such a directory with --data"
        }
    }

    /// The maximum number of unusable files that are named.
    private static let named = 10
}

extension [String] {
    /// `cat, dog and bird`; of more than ten, the first nine and the number of the others.
    var listed: String {
        guard count > 1 else { return joined() }
        guard count <= 10 else { return "\(prefix(9).joined(separator: ", ")) and \(count - 9) more" }
        return "\(dropLast().joined(separator: ", ")) and \(self[count - 1])"
    }
}

extension Int {
    /// A number of bytes as text: `24 kB`, `983 MB`, `1.5 GB`.
    var inBytes: String {
        let units = [(1000, "kB"), (1_000_000, "MB"), (1_000_000_000, "GB")]
        let (unit, name) = units.last { self >= $0.0 } ?? units[0]
        let tenths = (self * 10 + unit / 2) / unit
        return tenths < 100 && tenths % 10 != 0
            ? "\(tenths / 10).\(tenths % 10) \(name)" : "\((tenths + 5) / 10) \(name)"
    }
}
