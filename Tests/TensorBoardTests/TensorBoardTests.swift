import BigEggs
import Foundation
import TensorBoard
import Testing

/// The callback's files are read by a script that shares no code with the callback, and by TensorBoard itself
/// if `make tensorboard` has installed it.
@Suite struct TensorBoardTests {
    private static let png: [UInt8] = Array(
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQQxwFgBB0gX7h/C5SAAAAABJRU5ErkJggg=="
        ) ?? Data())

    private func train(
        into directory: String, epochs: Int = 3, updateFreq: CallbackFrequency = .epoch,
        histogramFreq: Int = 1,
        validates: Bool = true, figure: @escaping () throws -> [UInt8] = { png }
    ) throws -> (model: Sequential, history: History) {
        let model = try Sequential(input: [2, 2, 3], seed: 3) {
            Flatten()
            Dense(5, activation: .relu)
            Dense(2, activation: .softmax)
        }
        try model.compile(optimizer: Adam(learningRate: 0.01))
        let pixels = (0..<20 * 12).map { UInt8($0 * 37 % 251) }
        let images = try ImageDataset(
            images: pixels, labels: Labels((0..<20).map { Int32($0 % 2) }), imageShape: [2, 2, 3],
            classNames: ["even", "odd"]
        ).rescaled()
        let board = TensorBoard(
            logDir: directory, histogramFreq: histogramFreq, updateFreq: updateFreq,
            figures: validates ? ["predictions": { _ in try figure() }] : [:])
        let history = try model.fit(
            images, validation: validates ? images.prefix(6) : nil, batchSize: 8, epochs: epochs,
            callbacks: [board])
        return (model, history)
    }

    /// The events of the files in a run's directory, in the order of the files' names.
    private func events(_ run: String) throws -> [Record] {
        let files = try FileManager.default.contentsOfDirectory(atPath: run).sorted().map { "\(run)/\($0)" }
        return try #require(try python("/usr/bin/python3", "read_events", files).array)
    }

    /// Runs a script and returns its JSON output.
    private func python(_ interpreter: String, _ script: String, _ arguments: [String]) throws -> Record {
        let path = try #require(Bundle.module.path(forResource: script, ofType: "py"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter)
        process.arguments = [path] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try Record(json: Array(text), source: script)
    }

    private func inTemporaryDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "board-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }

    private func scalars(_ events: [Record], _ tag: String) -> [Int: Double] {
        var found: [Int: Double] = [:]
        for event in events {
            for value in event["values"]?.array ?? [] where value["tag"]?.string == tag {
                found[event["step"]?.integer ?? -1] = value["scalar"]?.number
            }
        }
        return found
    }

    @Test func everyEpochsMetricsAreWrittenUnderKerasNames() throws {
        try inTemporaryDirectory { directory in
            let history = try train(into: directory).history
            let train = try events("\(directory)/train")
            let validation = try events("\(directory)/validation")
            #expect(train[0]["version"]?.string == "brain.Event:2")
            #expect(validation[0]["version"]?.string == "brain.Event:2")
            let now = Date().timeIntervalSince1970
            #expect(train.allSatisfy { abs(($0["time"]?.number ?? 0) - now) < 600 })
            for (run, tag, metric) in [
                (train, "epoch_loss", "loss"), (train, "epoch_accuracy", "accuracy"),
                (train, "epoch_learning_rate", "learning_rate"), (validation, "epoch_loss", "val_loss"),
                (validation, "epoch_accuracy", "val_accuracy"),
            ] {
                let expected = history[metric].enumerated().map { ($0.offset, Double(Float($0.element))) }
                #expect(scalars(run, tag) == Dictionary(uniqueKeysWithValues: expected), "\(metric)")
            }
            #expect(scalars(validation, "epoch_learning_rate").isEmpty)
        }
    }

    @Test func histogramsCountEveryWeight() throws {
        try inTemporaryDirectory { directory in
            let model = try train(into: directory).model
            let last = try #require(try events("\(directory)/train").last)
            let values = try #require(last["values"]?.array)
            let weights = try model.weights()
            #expect(weights.count == 4)
            for tensor in weights {
                let tag = "\(tensor.name)/histogram"
                let histogram = try #require(
                    values.first { $0["tag"]?.string == tag }?["histogram"], "no \(tag)")
                let numbers = tensor.values.map(Double.init)
                #expect(histogram["num"]?.integer == numbers.count)
                #expect(histogram["min"]?.number == numbers.min())
                #expect(histogram["max"]?.number == numbers.max())
                let sum = numbers.reduce(0, +)
                #expect(abs((histogram["sum"]?.number ?? .nan) - sum) < 1e-9)
                let squares = numbers.reduce(0) { $0 + $1 * $1 }
                #expect(abs((histogram["sum_squares"]?.number ?? .nan) - squares) < 1e-9)
                let limits = try #require(histogram["limits"]?.numbers)
                let counts = try #require(histogram["counts"]?.numbers)
                #expect(limits.count == 30 && counts.count == 30)
                #expect(limits.last == numbers.max())
                // A bin counts the values above the previous limit, up to and including its own.
                var below = 0.0
                for (limit, count) in zip(limits, counts) {
                    below += count
                    let expected = Double(numbers.filter { $0 <= limit }.count)
                    // A value within rounding of a limit may be counted on either side.
                    let near = Double(numbers.filter { abs($0 - limit) < 1e-12 }.count)
                    #expect(abs(below - expected) <= near)
                }
                #expect(below == Double(numbers.count))
            }
        }
    }

    @Test func aFigureIsWrittenForEachEpoch() throws {
        try inTemporaryDirectory { directory in
            _ = try train(into: directory)
            let images = try events("\(directory)/validation").flatMap { $0["values"]?.array ?? [] }
                .filter { $0["tag"]?.string == "predictions" }
            #expect(images.count == 3)
            for image in images {
                #expect(image["image"]?["width"]?.integer == 3)
                #expect(image["image"]?["height"]?.integer == 2)
                #expect(image["image"]?["bytes"]?.integer == TensorBoardTests.png.count)
            }
        }
    }

    /// The second file is a PNG that ends within its first chunk.
    @Test(arguments: [Array("GIF89a and some more bytes".utf8), Array(png.prefix(25))])
    func aFigureThatIsNotAPNGIsReported(file: [UInt8]) throws {
        try inTemporaryDirectory { directory in
            #expect(throws: TensorBoardError.noPNG(figure: "predictions")) {
                try train(into: directory, figure: { file })
            }
        }
    }

    @Test func aFigureThatCannotBeDrawnIsReported() throws {
        struct Broken: Error {}
        try inTemporaryDirectory { directory in
            #expect(throws: TensorBoardError.notDrawn(figure: "predictions", reason: "Broken()")) {
                try train(into: directory, figure: { throw Broken() })
            }
        }
    }

    /// Histograms of three epochs are larger than the disk.
    @Test func aFullDiskIsReported() throws {
        try inTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
            guard mount("tmpfs", directory, "tmpfs", 0, "size=4k") == 0 else {
                try Test.cancel("only root can mount a file system")
            }
            defer { umount(directory) }
            let error = #expect(throws: FileError.self) { try train(into: directory) }
            guard case .diskFull(let file) = error else {
                Issue.record("another error: \(String(describing: error))")
                return
            }
            #expect(file.hasPrefix(directory) && file.contains("/events.out.tfevents."))
        }
    }

    @Test func updateAndHistogramFrequenciesAreRespected() throws {
        try inTemporaryDirectory { directory in
            _ = try train(into: directory, updateFreq: .batches(2), histogramFreq: 2)
            let train = try events("\(directory)/train")
            // 20 images in batches of 8 are 3 steps an epoch; every second of the 9 steps is written.
            #expect(scalars(train, "batch_loss").keys.sorted() == [1, 3, 5, 7])
            let steps = train.filter { event in
                (event["values"]?.array ?? []).contains { $0["histogram"] != nil }
            }.compactMap { $0["step"]?.integer }
            #expect(steps == [0, 2])
        }
    }

    @Test func withoutValidationThereIsNoValidationRun() throws {
        try inTemporaryDirectory { directory in
            _ = try train(into: directory, validates: false)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["train"])
        }
    }

    @Test func aDirectoryThatCannotBeCreatedIsReported() throws {
        #expect(throws: FileError.self) { try train(into: "/dev/null/logs") }
    }

    @Test func theCommandCanBePastedIntoAShell() {
        #expect(TensorBoard(logDir: "logs/a_b-1").command == "tensorboard --logdir logs/a_b-1")
        #expect(TensorBoard(logDir: "my logs/it's").command == "tensorboard --logdir 'my logs/it'\\''s'")
    }

    /// The Python that has TensorBoard, given by `make tensorboard`.
    private static let reference = ProcessInfo.processInfo.environment["BIGEGGS_TENSORBOARD_PYTHON"]

    @Test(.enabled(if: reference != nil)) func tensorBoardReadsAllScalarsHistogramsAndImages() throws {
        let interpreter = try #require(TensorBoardTests.reference)
        try inTemporaryDirectory { directory in
            let (model, history) = try train(into: directory)
            let found = try python(interpreter, "reference_reader", [directory])
            for (run, tag, metric) in [
                ("train", "epoch_loss", "loss"), ("train", "epoch_accuracy", "accuracy"),
                ("train", "epoch_learning_rate", "learning_rate"), ("validation", "epoch_loss", "val_loss"),
                ("validation", "epoch_accuracy", "val_accuracy"),
            ] {
                let points = try #require(found[run]?["scalars"]?[tag]?.array).map { $0.numbers ?? [] }
                let expected = history[metric].enumerated().map {
                    [Double($0.offset), Double(Float($0.element))]
                }
                #expect(points == expected, "\(run) \(tag)")
            }
            for tensor in try model.weights() {
                let points = try #require(
                    found["train"]?["histograms"]?["\(tensor.name)/histogram"]?.array)
                #expect(points.count == 3)
                #expect(points.last?.numbers?[1] == Double(tensor.values.count))
                #expect(points.last?.numbers?[2] == tensor.values.min().map(Double.init))
                #expect(points.last?.numbers?[3] == tensor.values.max().map(Double.init))
            }
            let images = try #require(found["validation"]?["images"]?["predictions"]?.array)
            #expect(images.compactMap(\.numbers) == [[0, 3, 2], [1, 3, 2], [2, 3, 2]])
        }
    }
}
