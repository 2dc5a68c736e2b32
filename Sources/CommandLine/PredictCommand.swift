import ArgumentParser
import BigEggs
import Reporting

/// `bigeggs predict`: classifies pictures with trained weights.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Classify your own pictures, or test images beside their true classes.",
        discussion: """
            EXAMPLES
              bigeggs predict photo.jpg
              bigeggs predict ~/Pictures/*.jpg --top 5 --html pictures.html
              bigeggs predict photo.jpg --weights runs/train/weights.safetensors --json
              bigeggs predict --index 86 --index 3     two test images
              bigeggs predict --first 5                the first five

            A picture is a JPEG, PNG, WebP or GIF of any size. The network sees its middle square, \
            upright, scaled to the size that it was trained on (the report's: 32×32 pixels); \
            transparent parts are white. --html writes one page that shows each picture and where the \
            network looked. A file that is not a picture is named on standard error; the others are \
            still classified, and the status is 1.

            The network must choose one of its classes, also for a picture that shows none of them, \
            and its confidence can be high even then. If the best class has less than 50 %, the \
            output says that no class is likely.

            Without --weights, those of the committed report are used. Weights name the classes \
            they were trained on; if they do not, --data names the data set with these classes.

            Test images are numbered from 0, in the order of the test split. Without pictures, \
            --index and --first, the first 25 are shown.
            """)

    @Argument(
        help: ArgumentHelp("Pictures of your own; without any, test images are shown.", valueName: "picture"),
        completion: .file())
    var pictures: [String] = []
    @OptionGroup var weightsOptions: WeightsOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var engine: EngineOptions
    @Option(help: ArgumentHelp("How many classes to show for each picture (default: 3).", valueName: "n"))
    var top: Int?
    @Option(
        help: ArgumentHelp(
            "Write a page that shows the pictures and where the network looked.", valueName: "file"))
    var html: String?
    @Option(help: ArgumentHelp("The number of a test image; can be repeated.", valueName: "i"))
    var index: [Int] = []
    @Option(help: ArgumentHelp("Show the first n test images (default: 25).", valueName: "n"))
    var first: Int?
    @Flag(help: "Print JSON, with the probability of every class.") var json = false

    func validate() throws {
        try requirePositive(first, "--first")
        try requirePositive(top, "--top")
        if first != nil && !index.isEmpty { throw ValidationError("use either --index or --first") }
        if let negative = index.first(where: { $0 < 0 }) {
            throw ValidationError("--index must be at least 0, and not \(negative)")
        }
        let showsTestImages = first != nil || !index.isEmpty
        if !pictures.isEmpty && showsTestImages {
            throw ValidationError("--index and --first are for test images: leave out them or the pictures")
        }
        if pictures.isEmpty && (top != nil || html != nil) {
            throw ValidationError("--top and --html are for your own pictures: name some")
        }
        if let html, html.isEmpty { throw ValidationError("--html is empty; give a file to write") }
    }

    func run() throws {
        let weights = try weightsOptions.read()
        if pictures.isEmpty {
            try predictTestImages(weights)
        } else {
            try predictPictures(weights)
        }
    }

    private func predictPictures(_ weights: TrainedWeights) throws {
        let project = try Project.locate()
        let result = try PicturePredictions(
            of: pictures, by: weights, names: try names(of: weights), engine: engine,
            pythonPaths: project.pythonPaths)
        for failure in result.failures { StandardError.write("error: \(failure.error)\n") }
        if let html {
            try result.writePage(to: html, top: top ?? 3, pythonPaths: project.pythonPaths)
        }
        if json {
            try printJSON(result)
        } else {
            print(result.text(top: top ?? 3), terminator: "")
            if let html { print("The page is \(html)") }
        }
        if !result.failures.isEmpty { throw ExitCode.failure }
    }

    /// The names of the network's classes. If the weights have none, they are the names of the data set's classes.
    private func names(of weights: TrainedWeights) throws -> ClassNames {
        if let names = weights.classNames { return ClassNames(names: names, assumedFrom: nil) }
        let (data, names) =
            switch dataOptions.named {
            case .automatic, .cifar10: ("CIFAR-10", CIFAR10.classNames)
            case .fashionMNIST: ("Fashion-MNIST", FashionMNIST.classNames)
            case .path:
                try { ($0.provenance.name, $0.train.classNames) }(dataOptions.load(needing: []))
            }
        guard names.count == weights.classes else {
            throw WeightsError.unnamed(
                path: weights.path, outputs: weights.classes, data: data, classes: names.count)
        }
        return ClassNames(names: names, assumedFrom: data)
    }

    private func predictTestImages(_ weights: TrainedWeights) throws {
        let loaded = try dataOptions.load(needing: .test, imageSize: weights.imageSize)
        try weights.check(loaded)
        let test = loaded.test.rescaled(weights.rescale)
        let indices = index.isEmpty ? Array(0..<min(first ?? 25, test.count)) : index
        if let outside = indices.first(where: { $0 >= test.count }) {
            throw NoSuchImage(index: outside, count: test.count)
        }
        let model = try engine.network(with: weights)
        let rows = try PredictedImage.predict(indices, of: test, by: model, batchSize: engine.batchSize)
        if json { try printJSON(rows) } else { print(PredictedImage.text(rows), terminator: "") }
    }
}
