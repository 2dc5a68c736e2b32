import ArgumentParser
import Pictures

/// How a directory of the user's pictures is read, for every command that reads a data set.
public struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The share of each class to keep for testing, for a directory with a folder for each class.",
            discussion: "Without it, the directory must have train and test, or train and val.",
            valueName: "share"))
    public var validationSplit: Double?

    @Option(help: ArgumentHelp("The seed of that split.", valueName: "n"))
    public var splitSeed: UInt64 = 7

    @Flag(help: "Leave out unreadable pictures, instead of ending with an error.")
    public var skipUnreadable = false

    @Option(
        help: ArgumentHelp(
            "A list of the classes of test pictures that are in one folder, as in ImageNet.",
            discussion: """
                Each line has the name of a file and its class: the name of a training folder, or its number from 0, such \
                as ILSVRC2012_val_00000001.JPEG 65.
                """,
            valueName: "file"),
        completion: .file())
    public var testLabels: String?

    @Option(
        help: ArgumentHelp(
            "A list of class names, if folders are named otherwise, as in ImageNet.",
            discussion: "Each line names a folder and its class, such as n01440764 tench, Tinca tinca.",
            valueName: "file"),
        completion: .file())
    public var classNames: String?

    @Option(
        help: ArgumentHelp(
            "The maximum disk space for decoded pictures of all directories (default: \(standardCacheSize)).",
            discussion: """
                The least recently used pictures are deleted first. With 0, pictures are decoded into memory.
                """,
            valueName: "size"),
        transform: { try ByteCount($0) })
    public var cacheSize = standardCacheSize

    private static let standardCacheSize = ByteCount(bytes: PictureFolder.Options.standardCacheSize)

    public init() {}

    public func validate() throws {
        if let share = validationSplit, !(share > 0 && share < 1) {
            throw ValidationError(
                "--validation-split \(share) is out of range; give a number between 0 and 1, such as 0.2")
        }
    }

    /// The data set that `--data` names, read with these options.
    ///
    /// - Parameter imageSize: the height and width of the images, in pixels.
    /// - Throws: `PictureFolderError` for options that the data set does not take.
    public func source(_ data: String, imageSize: Int = 32) throws -> ImageSource {
        try ImageSource(
            data,
            PictureFolder.Options(
                validationSplit: validationSplit, splitSeed: splitSeed, skipUnreadable: skipUnreadable,
                imageSize: imageSize, testLabels: testLabels, classNames: classNames,
                cacheSize: cacheSize.bytes))
    }

    /// These options as command-line arguments.
    package var arguments: [String] { PictureOptions.arguments(given) + unrecorded }

    /// The options that no record keeps, as command-line arguments: paths, and options that change no result.
    /// Defaults are left out.
    var unrecorded: [String] {
        return [
            ("--test-labels", testLabels), ("--class-names", classNames),
            ("--cache-size", cacheSize == Self.standardCacheSize ? nil : cacheSize.description),
        ].flatMap { name, value in value.map { [name, $0] } ?? [] }
    }

    /// Options as command-line arguments. A flag has no value.
    static func arguments(_ options: [(name: String, value: String?)]) -> [String] {
        options.flatMap { [$0.name] + ($0.value.map { [$0] } ?? []) }
    }

    /// The options as typed, with their values, for a record. Defaults, paths and options that change no result are
    /// left out.
    var given: [(name: String, value: String?)] {
        var given: [(name: String, value: String?)] = []
        if let validationSplit {
            given += [("--validation-split", "\(validationSplit)"), ("--split-seed", "\(splitSeed)")]
        }
        if skipUnreadable { given.append(("--skip-unreadable", nil)) }
        return given
    }
}
