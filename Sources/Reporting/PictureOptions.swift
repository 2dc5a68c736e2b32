import ArgumentParser
import Pictures

/// How a directory of somebody's own pictures is read, for every command that reads a data set.
public struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a directory with a folder for each class, keep this share of each class for testing.",
            discussion: "Without it, the directory has train and test, or val, with a folder for each class.",
            valueName: "share"))
    public var validationSplit: Double?

    @Option(help: ArgumentHelp("The seed of that division.", valueName: "n"))
    public var splitSeed: UInt64 = 7

    @Flag(help: "Leave out files that are no usable pictures, instead of refusing the directory.")
    public var skipUnreadable = false

    @Option(
        help: ArgumentHelp(
            "A list with the classes of test pictures that are in one folder, as ImageNet's.",
            discussion: """
                On each line the name of a file and its class, a training folder's name or its number from 0: \
                ILSVRC2012_val_00000001.JPEG 65.
                """,
            valueName: "file"),
        completion: .file())
    public var testLabels: String?

    @Option(
        help: ArgumentHelp(
            "A list with the names of classes whose folders have others, as ImageNet's.",
            discussion: "On each line the name of a folder and the class's: n01440764 tench, Tinca tinca.",
            valueName: "file"),
        completion: .file())
    public var classNames: String?

    @Option(
        help: ArgumentHelp(
            "The most that decoded pictures of all directories may take of the disk (default: \(standardCacheSize)).",
            discussion: """
                Those that have been unused longest are deleted first. 0 keeps none: the pictures are then decoded into \
                memory.
                """,
            valueName: "size"),
        transform: { try ByteCount($0) })
    public var cacheSize = standardCacheSize

    private static let standardCacheSize = ByteCount(bytes: PictureFolder.Options.standardCacheSize)

    public init() {}

    public func validate() throws {
        if let share = validationSplit, !(share > 0 && share < 1) {
            throw ValidationError(
                "--validation-split \(share) is no share; give a number between 0 and 1, such as 0.2")
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

    /// The same as arguments of a command.
    package var arguments: [String] { PictureOptions.arguments(given) + unrecorded }

    /// The options that no record keeps, as arguments of a command: paths, and what changes no result. Those that are the
    /// defaults are left out.
    var unrecorded: [String] {
        return [
            ("--test-labels", testLabels), ("--class-names", classNames),
            ("--cache-size", cacheSize == Self.standardCacheSize ? nil : cacheSize.description),
        ].flatMap { name, value in value.map { [name, $0] } ?? [] }
    }

    /// Options as arguments of a command. A flag has no value.
    static func arguments(_ options: [(name: String, value: String?)]) -> [String] {
        options.flatMap { [$0.name] + ($0.value.map { [$0] } ?? []) }
    }

    /// The options as they are typed, with their values, for a record; those that are the defaults are left out, and
    /// paths, and what changes no result.
    var given: [(name: String, value: String?)] {
        var given: [(name: String, value: String?)] = []
        if let validationSplit {
            given += [("--validation-split", "\(validationSplit)"), ("--split-seed", "\(splitSeed)")]
        }
        if skipUnreadable { given.append(("--skip-unreadable", nil)) }
        return given
    }
}
