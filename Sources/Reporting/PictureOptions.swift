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
                imageSize: imageSize))
    }

    /// The same as arguments of a command.
    package var arguments: [String] { PictureOptions.arguments(given) }

    /// Options as arguments of a command. A flag has no value.
    static func arguments(_ options: [(name: String, value: String?)]) -> [String] {
        options.flatMap { [$0.name] + ($0.value.map { [$0] } ?? []) }
    }

    /// The options as they are typed, with their values; those that are the defaults are left out.
    var given: [(name: String, value: String?)] {
        var given: [(name: String, value: String?)] = []
        if let validationSplit {
            given += [("--validation-split", "\(validationSplit)"), ("--split-seed", "\(splitSeed)")]
        }
        if skipUnreadable { given.append(("--skip-unreadable", nil)) }
        return given
    }
}
