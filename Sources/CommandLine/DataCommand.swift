import ArgumentParser
import BigEggs
import Pictures
import Reporting

/// `bigeggs data`: describes the images, where they came from and whether they are the official ones.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Show which data set is used, where it comes from and what is in it.",
        discussion: """
            The data set is the first of these that exists:
              1. the path in --data: an archive, or a directory of its *.bin files
              2. the path in the environment variable BIGEGGS_DATA
              3. CIFAR-10 from an earlier download
              4. CIFAR-10, downloaded and checked against the official checksum
              5. Fashion-MNIST from Debian's package dataset-fashion-mnist, as a stand-in
            A directory may hold fewer images than the archive.

            --data also takes a directory of your own pictures, JPEG, PNG, WebP or GIF of any size. \
            It has train and test, each with a folder for each class, or only a folder for each class, \
            of which --validation-split keeps a share for testing. The folders' names are the classes. \
            Training and Testing mean the same as train and test; val is for testing if there is no \
            test. The command reports copies among the pictures, classes with few pictures, the \
            pictures' sizes, and the time of an epoch on this machine with the recipes for their size.

            EXAMPLES
              bigeggs data
              bigeggs data --data ~/cifar-10-binary.tar.gz
              bigeggs data --data cifar-10-batches-bin --json
              bigeggs data --data ~/birds --validation-split 0.2 --image-size 64
            """)

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var imageSizeOptions: ImageSizeOptions
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let (loaded, findings) = try dataOptions.examine(
            needing: [], imageSize: imageSizeOptions.imageSize ?? 32)
        let description = DataDescription(
            loaded, findings, epochSeconds: findings == nil ? nil : try epochSeconds(loaded.train))
        if json { try printJSON(description) } else { print(description.text) }
    }

    /// Measures the seconds of an epoch, by recipe name, for each recipe that takes images of this size.
    private func epochSeconds(_ train: ImageDataset) throws -> [String: Double] {
        let recipes = ([.plain] + Recipe.forPictures).filter { $0.imageSizes.contains(train.imageShape[0]) }
        let line = ProgressLine("Measuring", "recipes")
        defer { line.end() }
        var seconds: [String: Double] = [:]
        for (number, recipe) in recipes.enumerated() {
            seconds[recipe.name] =
                try EpochTime.secondsPerImage(
                    recipe, train, precision: recipe.precision.precision, atOnce: 16)
                * Double(train.count)
            line.show(number + 1, of: recipes.count)
        }
        return seconds
    }
}

/// The output of `bigeggs data`.
struct DataDescription: Encodable {
    let name, path, checksum: String
    let isOfficial, isStandIn, isOwn: Bool
    let statement: String?
    let classNames: [String]
    /// `[height, width, channels]`.
    let imageShape: [Int]
    let train, test: Split
    /// Findings about a directory of pictures; nil if the data set is not such a directory.
    let findings: PictureFindings?
    /// The seconds of an epoch on this machine, by the name of the recipe; nil if the data set is not a directory of
    /// pictures.
    let epochSeconds: [String: Double]?

    /// One split: the number of images, and of images in each class.
    struct Split: Encodable {
        let images: Int
        let perClass: [Int]

        init(_ dataset: ImageDataset) {
            images = dataset.count
            perClass = dataset.classNames.indices.map { label in
                dataset.labels.values.count { $0 == label }
            }
        }
    }

    init(_ loaded: LoadedDataset, _ findings: PictureFindings?, epochSeconds: [String: Double]?) {
        self.findings = findings
        self.epochSeconds = epochSeconds
        name = loaded.provenance.name
        path = loaded.provenance.path
        checksum = loaded.provenance.checksum
        isOfficial = loaded.provenance.isOfficial
        isStandIn = loaded.provenance.isStandIn
        isOwn = loaded.provenance.isOwn
        statement = loaded.provenance.statement
        classNames = loaded.train.classNames
        imageShape = loaded.train.imageShape
        train = Split(loaded.train)
        test = Split(loaded.test)
    }

    /// The description as text: a few lines and a table of classes.
    var text: String {
        let standing =
            switch (isStandIn, isOwn, isOfficial) {
            case (true, _, _): "a stand-in for CIFAR-10"
            case (_, true, _): "a folder for each class"
            case (_, _, true): "the official files"
            case (_, _, false): "not the official files: results may differ from published ones"
            }
        let classes = zip(classNames, zip(train.perClass, test.perClass))
        let table = Table(
            ["class", "train", "test"],
            rows: classes.map { [$0, $1.0.grouped, $1.1.grouped] }
                + [["all", train.images.grouped, test.images.grouped]])
        let times = (epochSeconds ?? [:]).sorted { $0.value < $1.value }
            .map { "\($1.duration) with --recipe \($0)" }
        let sentences =
            (findings?.sentences ?? [])
            + (times.isEmpty
                ? []
                : ["An epoch takes about \(times.joined(separator: " and ")) on this machine."])
            + [statement].compactMap { $0 }
        return """
            \(name), \(standing)
            path      \(path)
            checksum  \(checksum)
            images    \(imageShape.map(String.init).joined(separator: "×")) bytes, height × width × channels

            \(table.text)\(sentences.map { "\n\($0)" }.joined())
            """
    }
}
