import ArgumentParser
import BigEggs

extension Profile: ExpressibleByArgument {}

/// The options of every section, and of the pipeline that runs them all.
public struct SectionOptions: ParsableArguments {
    @Option(
        help: """
            quick: 10,000 training and 2,000 test images, minutes, results in runs/quick. \
            full: all images, 45 minutes or more, results replace the committed report.
            """)
    public var profile: Profile = .quick

    @Option(
        help: ArgumentHelp(
            """
            The data set: auto, cifar10, fashion-mnist, or the path of CIFAR-10's binary archive, of a \
            directory with its files, or of a directory with a folder of pictures for each class. auto takes the \
            first of: the path in BIGEGGS_DATA, an earlier download, CIFAR-10 over the network, Fashion-MNIST.
            """, valueName: "source"))
    public var data = "auto"

    @OptionGroup public var pictures: PictureOptions

    @Option(
        help: ArgumentHelp(
            "The number of threads (default: OMP_NUM_THREADS, or else all processors).", valueName: "n"))
    public var threads: Int?

    @Option(help: PrecisionChoice.help())
    public var precision: PrecisionChoice = .float32

    @Option(help: ArgumentHelp("The seed of every random number.", valueName: "n"))
    public var seed: UInt64 = 7

    @Option(help: ArgumentHelp("A directory to write to instead of the profile's.", valueName: "dir"))
    public var out: String?

    @Option(help: ArgumentHelp("The maximum epochs of a training (default: the profile's).", valueName: "n"))
    public var epochs: Int?

    public init() {}

    public func validate() throws {
        if data.isEmpty {
            throw ValidationError("--data is empty; give auto, cifar10, fashion-mnist or a path")
        }
        if let out, out.isEmpty { throw ValidationError("--out is empty; give a directory") }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads \(threads) is out of range; give a number from 1 to 1024")
        }
        if let epochs, epochs < 1 {
            throw ValidationError("--epochs \(epochs) is out of range; give 1 or more")
        }
    }

    /// The options that differ from the defaults, as arguments for another section.
    public var arguments: [String] {
        recorded + pictures.unrecorded + pair("--data", data, unless: "auto") + pair("--out", out)
    }

    /// The options that a section's results depend on, by name, except those with default values. Results
    /// never depend on the number of threads.
    ///
    /// - Parameter heeded: which of `--epochs` and `--precision` the section used.
    func inputs(heeding heeded: some Sequence<String>) -> [String: String] {
        let indifferent = Set(["--epochs", "--precision"]).subtracting(heeded).union(["--threads"])
        let inputs = settings.filter { !indifferent.contains($0.name) }
        return Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.value ?? "given") })
    }

    /// The arguments that a record may keep: those without paths.
    var recorded: [String] { PictureOptions.arguments(settings) }

    /// The source of the images.
    ///
    /// - Throws: `PictureFolderError` for options that the data set does not take.
    func source() throws -> ImageSource { try pictures.source(data) }

    /// The options other than defaults and paths. A flag has no value.
    private var settings: [(name: String, value: String?)] {
        let values: [(name: String, value: String?, standard: String?)] = [
            ("--profile", profile.rawValue, "quick"), ("--seed", "\(seed)", "7"),
            ("--epochs", epochs.map(String.init), nil), ("--threads", threads.map(String.init), nil),
            ("--precision", precision.rawValue, "float32"),
        ]
        return values.filter { $0.value != $0.standard }.map { (name: $0.name, value: $0.value) }
            + pictures.given
    }

    private func pair(_ name: String, _ value: String?, unless standard: String? = nil) -> [String] {
        value.flatMap { $0 == standard ? nil : [name, $0] } ?? []
    }
}
