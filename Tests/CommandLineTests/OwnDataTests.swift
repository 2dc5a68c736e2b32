import BigEggs
import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct OwnDataTests {
    /// Draws horizontal stripes, vertical stripes, and discs, in random colors, sizes and formats.
    private static let drawing = """
        import os, random, sys
        from PIL import Image, ImageDraw
        root, each = sys.argv[1], int(sys.argv[2])
        chance = random.Random(3)
        for kind in ("disc", "lying", "standing"):
            os.makedirs(f"{root}/{kind}")
            for number in range(each):
                width, height = chance.randint(40, 90), chance.randint(40, 90)
                colors = [tuple(chance.randint(0, 90) for _ in range(3)), tuple(chance.randint(160, 255) for _ in range(3))]
                chance.shuffle(colors)
                image = Image.new("RGB", (width, height), colors[0])
                pen, step = ImageDraw.Draw(image), chance.randint(8, 14)
                if kind == "disc":
                    side = min(width, height)
                    left, top = (width - side) / 2 + side * 0.15, (height - side) / 2 + side * 0.15
                    pen.ellipse((left, top, left + side * 0.7, top + side * 0.7), fill=colors[1])
                for place in range(chance.randint(0, step), max(width, height), step) if kind != "disc" else ():
                    box = (0, place, width, place + step // 2) if kind == "lying" else (place, 0, place + step // 2, height)
                    pen.rectangle(box, fill=colors[1])
                image.save(f"{root}/{kind}/{number:03}.{chance.choice(['png', 'jpg', 'webp'])}")
        """
    private struct Output: Decodable {
        struct Picture: Decodable { let predicted: String }
        let classNames: [String]
        let pictures: [Picture]
    }
    private struct Training: Decodable {
        struct Source: Decodable {
            let name, checksum: String
            let statement: String?
        }
        struct Settings: Decodable {
            struct Recipe: Decodable {
                struct Callback: Decodable {
                    struct Config: Decodable { let patience: Int }
                    let config: Config
                }
                let batch_size: Int
                let callbacks: [Callback]
            }
            let recipe: Recipe
        }
        let data: Source
        let settings: Settings
    }
    private struct Description: Decodable {
        struct Split: Decodable { let perClass: [Int] }
        let name, checksum: String
        let isOwn: Bool
        let classNames: [String]
        let train, test: Split
    }

    let directory: TemporaryDirectory
    var shapes: String { directory.path + "/shapes" }

    init() throws { directory = try TemporaryDirectory() }

    private func draw(_ each: Int) throws {
        let run = try BigEggsProgram(
            running: URL(fileURLWithPath: "/usr/bin/python3"), ["-c", Self.drawing, shapes, "\(each)"])
        try #require(run.status == 0, "standard error:\n\(run.errors)")
    }

    @Test func aNetworkLearnsAndNamesTheUsersClasses() throws {
        try draw(160)
        let data = ["--data", shapes, "--validation-split", "0.25"]
        let described = try program(["data", "--json"] + data)
            .json(as: Description.self)
        #expect(described.name == "shapes (own pictures)" && described.isOwn)
        #expect(described.classNames == ["disc", "lying", "standing"])
        #expect(described.train.perClass == [120, 120, 120] && described.test.perClass == [40, 40, 40])
        let told = try program(["data"] + data)
        #expect(told.output.hasPrefix("shapes (own pictures), a folder for each class\n"))
        #expect(told.output.contains("Divided by --validation-split 0.25 --split-seed 7"))
        #expect(
            told.output.firstMatch(of: /An epoch takes about [\d.]+ s with --recipe plain/)
                != nil)

        let out = directory.path + "/out"
        let train = try program(["train", "--epochs", "14", "--out", out] + data)
        try #require(train.status == 0, "standard error:\n\(train.errors)")
        let record = try JSONDecoder().decode(
            Training.self, from: Data(contentsOf: URL(fileURLWithPath: out + "/training.json")))
        #expect(record.data.name == described.name && record.data.checksum == described.checksum)
        #expect(record.data.statement?.contains("--validation-split 0.25") == true)
        // An epoch of 360 images is 23 steps of 16, so a patience of 22 epochs is some 500 steps.
        let recipe = record.settings.recipe
        #expect(recipe.batch_size == 16 && recipe.callbacks.map(\.config.patience) == [22, 22, 9])

        let weights = ["--weights", out + "/weights.safetensors"]
        let evaluation = try program(
            ["evaluate", "--json"] + weights + data
        ).json(as: [String: Double].self)
        #expect(evaluation["images"] == 120)
        #expect(try #require(evaluation["accuracy"]) > 0.7)

        // Predicting does not need the data set.
        let kinds = ["disc", "lying", "standing"]
        let files = try kinds.flatMap { kind in
            try FileManager.default.contentsOfDirectory(atPath: "\(shapes)/\(kind)").sorted().prefix(10)
                .map { "\(shapes)/\(kind)/\($0)" }
        }
        let predicted = try program(
            ["predict", "--json"] + weights + files
        ).json(as: Output.self)
        #expect(predicted.classNames == kinds)
        let right = zip(predicted.pictures, files).count { $1.contains("/\($0.predicted)/") }
        #expect(right > 21)
        let table = try program(["predict", files[0]] + weights)
        #expect(table.output.contains("The network knows disc, lying and standing, and nothing else"))

        let images = try program(["predict", "--first", "4"] + weights + data)
        #expect(images.status == 0 && images.output.contains(" of 4 right"))
        let other = try program(["evaluate", "--data", "fashion-mnist"] + weights)
        #expect(other.status == 1)
        #expect(other.errors.contains("is of a network for disc, lying, standing, and Fashion-MNIST has"))
    }

    /// Runs `bigeggs` with a cache in the test's directory.
    private func program(
        _ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> BigEggsProgram {
        let cache = ["XDG_CACHE_HOME": directory.path + "/.cache"]
        return try BigEggsProgram(
            running: BigEggsProgram.url, arguments,
            environment: environment.merging(cache) { $1 })
    }

    /// `ulimit -f` simulates a full disk. The next run uses the pictures that were decoded before.
    @Test func aFullDiskIsReportedAndTheNextRunContinues() throws {
        try draw(200)
        let command = [
            BigEggsProgram.url.path, "data", "--data", shapes, "--validation-split", "0.25", "--image-size",
            "64",
        ]
        let quoted = command.map { "'\($0)'" }.joined(separator: " ")
        let cache = ["XDG_CACHE_HOME": directory.path + "/.cache"]
        // 3,000 blocks of 1,024 bytes hold some 250 of 600 pictures of 12 kB.
        let full = try BigEggsProgram(
            running: URL(fileURLWithPath: "/bin/bash"), ["-c", "ulimit -f 3000; exec \(quoted)"],
            environment: ProcessInfo.processInfo.environment.merging(cache) { $1 })
        #expect(full.status == 1 && full.errors.contains("-64.pixels"), "\(full.errors)")
        let journal = try FileManager.default.contentsOfDirectory(
            atPath: directory.path + "/.cache/bigeggs/pictures"
        )
        .first { $0.hasSuffix(".jsonl") }
        let text = try String(
            contentsOfFile: directory.path + "/.cache/bigeggs/pictures/\(journal ?? "")", encoding: .utf8)
        #expect(text.split(separator: "\n").count > 1)
        let whole = try program(Array(command.dropFirst()))
        #expect(whole.status == 0 && whole.output.contains("64×64×3 bytes"), "\(whole.errors)")
    }

    private struct Times: Decodable { let epochSeconds: [String: Double] }

    @Test func weightsTrainedOnLargerPicturesRecordTheImageSize() throws {
        try draw(40)
        let data = ["--data", shapes, "--validation-split", "0.25"]
        let described = try program(["data", "--image-size", "48"] + data)
        #expect(described.output.contains("images    48×48×3 bytes"))
        #expect(described.output.contains("The pictures' shorter sides have 4"))
        #expect(described.output.contains("and are enlarged."))

        let large = try program(
            ["data", "--image-size", "64", "--json"] + data
        ).json(as: Times.self)
        #expect(large.epochSeconds.keys.sorted() == ["mobile", "resnet18"])
        #expect(large.epochSeconds.values.allSatisfy { $0 > 0 && $0 < 600 })

        let out = directory.path + "/out"
        let train = ["train", "--recipe", "mobile", "--epochs", "3", "--out", out] + data
        let trained = try program(train)
        try #require(trained.status == 0, "standard error:\n\(trained.errors)")
        let record = try String(contentsOfFile: out + "/training.json", encoding: .utf8)
        #expect(record.contains("\"imageSize\": 64"))
        let other = try program(train + ["--image-size", "96", "--resume"])
        #expect(other.status == 1 && other.errors.contains("was not this one"))

        let compared = try program(["diff", out, out, "--json", "--out", directory.path + "/diff"] + data)
        try #require(compared.status == 0, "standard error:\n\(compared.errors)")
        let flips = try Record(json: compared.output)["flips"]?.array
        #expect(flips?.first?["images"] == 30 && flips?.first?["changed"] == 0)
        let sweep =
            ["sweep", "--recipe", "mobile", "--out", directory.path + "/sweep", "--set", "epochs=1"] + data
        let swept = try program(sweep)
        #expect(swept.status == 0, "standard error:\n\(swept.errors)")
        let larger = try program(sweep + ["--image-size", "96"])
        #expect(larger.status == 1 && larger.errors.contains("size of images"), "\(larger.errors)")
        let refused = try program(["sweep", "--set", "epochs=1", "--image-size", "64"] + data)
        #expect(refused.status == 1 && refused.errors.contains("takes images of 32×32 pixels"))

        let weights = ["--weights", out + "/weights.safetensors"]
        let evaluation = try program(
            ["evaluate", "--json"] + weights + data
        ).json(as: [String: Double].self)
        #expect(evaluation["images"] == 30)
        let file =
            "\(shapes)/disc/" + (try FileManager.default.contentsOfDirectory(atPath: shapes + "/disc")[0])
        let page = directory.path + "/page.html"
        let predicted = try program(["predict", file, "--html", page] + weights)
        #expect(
            predicted.status == 0 && predicted.output.contains("The network knows disc, lying and standing"))
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("The same in 64 by 64 pixels"))
        let shown = try program(["predict", "--first", "4"] + weights + data)
        #expect(shown.status == 0 && shown.output.contains(" of 4 right"))
    }

    /// A training killed in one epoch, interrupted in another and resumed gives the same weights as an
    /// undisturbed one.
    @Test func aTrainingOnLargerPicturesResumesWithinAnEpoch() throws {
        try draw(24)
        func train(_ out: String) -> [String] {
            ["train", "--recipe", "mobile", "--epochs", "12", "--batch-size", "4", "--data", shapes]
                + ["--validation-split", "0.25", "--out", directory.path + "/" + out]
        }
        let undisturbed = try program(train("undisturbed"))
        try #require(undisturbed.status == 0, "standard error:\n\(undisturbed.errors)")

        let checkpoints = Checkpoints(in: directory.path + "/out")
        /// Trains until there is one more checkpoint, waits, sends the signal, and returns the exit status.
        func signalled(_ signal: Int32, after microseconds: UInt32, _ more: [String] = []) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["--default-signal=TERM", BigEggsProgram.url.path] + train("out") + more
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["XDG_CACHE_HOME": directory.path + "/.cache"]) { $1 }
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            let known =
                more.isEmpty ? directory.path + "/out/checkpoint-0001.safetensors" : checkpoints.files.first
            try process.run()
            while process.isRunning, [nil, known].contains(checkpoints.files.first) { usleep(1000) }
            usleep(microseconds)
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            return process.terminationStatus
        }
        #expect(try signalled(SIGKILL, after: 20_000) == SIGKILL)
        // How long an epoch takes depends on the machine. The wait grows until the signal comes after the
        // first step of an epoch and before the last.
        var progress: TrainingProgress
        var microseconds: UInt32 = 20_000
        repeat {
            #expect(try signalled(SIGTERM, after: microseconds, ["--resume"]) == 128 + SIGTERM)
            progress = try #require(try checkpoints.newest()).checkpoint.progress
            microseconds = microseconds * 7 / 4
            // An epoch of 54 images is 14 steps.
        } while !(1..<14).contains(progress.step) && progress.epoch < 8
        #expect(progress.epoch > 0 && (1..<14).contains(progress.step), "\(progress)")

        let resumed = try program(train("out") + ["--resume"])
        #expect(resumed.status == 0, "standard error:\n\(resumed.errors)")
        func weights(_ out: String) throws -> Data {
            try Data(contentsOf: URL(filePath: "\(directory.path)/\(out)/weights.safetensors"))
        }
        #expect(try weights("out") == weights("undisturbed"))
    }

    @Test(arguments: [
        (["--image-size", "64"], 1, "plain: its network takes images of 32×32 pixels, and not 64×64"),
        (["--recipe", "resnet18", "--image-size", "32"], 1, "takes images of 64×64 to 256×256 pixels"),
        (["--image-size", "300"], 64, "--image-size is 32 to 256, and not 300"),
    ])
    func anInvalidImageSizeIsRefused(_ arguments: [String], _ status: Int32, _ sentence: String) throws {
        try draw(2)
        let run = try program(["train", "--data", shapes, "--validation-split", "0.5"] + arguments)
        #expect(run.status == status && run.errors.contains(sentence), "standard error:\n\(run.errors)")
    }

    @Test func aBuiltInDatasetCannotBeScaled() throws {
        let run = try program(["train", "--recipe", "mobile", "--data", "fashion-mnist"])
        #expect(run.status == 1 && run.errors.contains("is scaled to 64×64 pixels: name one with --data"))
        let mistyped = try program(["train", "--recipe", "mobile", "--data", shapes + "/none"])
        #expect(mistyped.status == 1 && mistyped.errors.contains("shapes/none"))
    }

    @Test func theReportCanBeWrittenForTheUsersPictures() throws {
        try draw(16)
        let checkout = try CopiedCheckout(data: try TinyCIFAR10())
        let run = try checkout.run(
            "report", "--data", shapes, "--validation-split", "0.25", "--epochs", "1", "--out", "mine")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        #expect(run.output.contains("NOT CIFAR-10, but shapes (own pictures)"))
        let report = try checkout.directory.text("mine/report/report.md")
        #expect(report.hasPrefix("# Image classification done again, on shapes (own pictures)\n"))
        #expect(report.contains("`shapes`") && report.contains("disc, lying and standing"))
        #expect(!report.contains("Not drawn yet") && !report.contains("Not run yet"))
        #expect(
            try checkout.status(
                "--data", shapes, "--validation-split", "0.25", "--epochs", "1", "--out", "mine"
            ).next == nil)
        // Another validation split gives another data set.
        let other = try checkout.status(
            "--data", shapes, "--validation-split", "0.5", "--epochs", "1", "--out", "mine")
        #expect(other.numbers("stale") == CopiedCheckout.numbers)
        #expect(other.reasons(1).contains("--validation-split was 0.25, is 0.5"))
        let figures = try checkout.run(
            "figures", "sample-grid", "--data", shapes, "--validation-split", "0.25", "--out", "mine")
        #expect(
            figures.status == 0 && figures.output.contains("sample-grid"),
            "\(figures.output)\(figures.errors)")
    }

    @Test func directoryProblemsAreReportedInOneLine() throws {
        try draw(4)
        func expect(_ arguments: String..., says: String) throws {
            let run = try program(arguments)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errors.hasPrefix("error: ") && run.errors.count { $0 == "\n" } == 1)
            #expect(run.errors.contains(says), "standard error:\n\(run.errors)")
        }
        try expect("data", "--data", shapes, says: "add --validation-split 0.2 to keep a fifth")
        try expect(
            "data", "--data", shapes, "--validation-split", "0.1", says: "the class disc has 4 pictures")
        try expect("data", "--data", directory.path, says: "there is only the folder shapes")
        try expect(
            "train", "--data", "fashion-mnist", "--validation-split", "0.2",
            says:
                "--validation-split is for a directory with a folder for each class, which fashion-mnist is not"
        )
        try expect("data", "--data", "/nowhere", "--validation-split", "0.2", says: "/nowhere does not exist")
        try Data("text".utf8).write(to: URL(fileURLWithPath: shapes + "/disc/notes.txt"))
        try expect(
            "train", "--data", shapes, "--validation-split", "0.5",
            says:
                "disc/notes.txt is no picture in JPEG, PNG, WebP or GIF format): remove it, or add --skip-unreadable"
        )
        let skipped = try BigEggsProgram(
            "data", "--data", shapes, "--validation-split", "0.5", "--skip-unreadable")
        #expect(skipped.status == 0, "standard error:\n\(skipped.errors)")
    }

    @Test func theEnvironmentMayNameADirectoryOfPictures() throws {
        try draw(4)
        let run = try program(
            ["data", "--validation-split", "0.5"],
            environment: ["BIGEGGS_DATA": shapes, "HOME": directory.path])
        #expect(run.output.hasPrefix("shapes (own pictures)"), "standard error:\n\(run.errors)")
    }

    @Test(arguments: ["0", "1", "-0.5", "many"])
    func anInvalidValidationSplitIsAUsageError(share: String) throws {
        let run = try BigEggsProgram("data", "--data", "/nowhere", "--validation-split=\(share)")
        #expect(run.status == 64)
    }
}
