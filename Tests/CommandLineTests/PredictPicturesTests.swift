import BigEggs
import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct PredictPicturesTests {
    private struct Output: Decodable {
        struct Picture: Decodable {
            let file, predicted: String
            let confidence: Float
            let isLikely: Bool
            let probabilities: [Float]
        }
        struct Failure: Decodable { let file, error: String }
        let weights: String
        let classNames: [String]
        let pictures: [Picture]
        let failures: [Failure]
    }
    private struct TestImage: Decodable { let probabilities: [Float] }

    let data: TinyCIFAR10
    let weights: String
    var directory: URL { data.directory.url }

    init() throws {
        data = try TinyCIFAR10()
        weights = data.path + "/out/weights.safetensors"
        let training = try BigEggsProgram(
            "train", "--data", data.path, "--epochs", "1", "--batch-size", "32", "--out", data.path + "/out")
        try #require(training.status == 0, "standard error:\n\(training.errors)")
    }

    /// Runs Python code that draws with Pillow's `Image`, in the test's directory.
    private func draw(_ python: String) throws {
        let run = try BigEggsProgram(
            running: URL(fileURLWithPath: "/usr/bin/python3"), ["-c", "from PIL import Image\n" + python],
            in: directory)
        try #require(run.status == 0, "standard error:\n\(run.errors)")
    }

    private func predict(_ arguments: String...) throws -> BigEggsProgram {
        try BigEggsProgram(
            running: BigEggsProgram.url, ["predict", "--weights", weights] + arguments, in: directory)
    }

    /// Writes test images as PNG files with the same pixels.
    private func cutOut(_ indices: [Int], of path: String) throws {
        let test = try DataSource.path(path).load().test
        for index in indices {
            try Data(test.image(at: index)).write(to: directory.appendingPathComponent("\(index).raw"))
            try draw(
                """
                pixels = open("\(index).raw", "rb").read()
                Image.frombytes("RGB", (32, 32), pixels).save("\(index).png")
                """)
        }
    }

    @Test func aPictureOfATestImageGetsTheTestImagesPrediction() throws {
        // Uses real photographs if BIGEGGS_DATA names a data set.
        let given = ProcessInfo.processInfo.environment["BIGEGGS_DATA"] ?? ""
        let source = given.isEmpty ? data.path : given
        let indices = [3, 0, 17]
        try cutOut(indices, of: source)
        let own = try predict("3.png", "0.png", "17.png", "--json").json(as: Output.self)
        let images = try predict("--data", source, "--index", "3", "--index", "0", "--index", "17", "--json")
            .json(as: [TestImage].self)
        #expect(own.pictures.map(\.file) == ["3.png", "0.png", "17.png"])
        #expect(own.failures.isEmpty)
        for (picture, image) in zip(own.pictures, images) {
            #expect(zip(picture.probabilities, image.probabilities).allSatisfy { abs($0 - $1) < 1e-6 })
            #expect(picture.confidence == picture.probabilities.max())
            #expect(
                picture.predicted
                    == own.classNames[picture.probabilities.firstIndex(of: picture.confidence) ?? 0])
            #expect(picture.isLikely == (picture.confidence >= 0.5))
        }
    }

    @Test func aPictureOfAnySizeGetsATableOfItsLikeliestClasses() throws {
        try draw("Image.effect_noise((700, 500), 90).save('noise.jpg')")
        let run = try predict("noise.jpg", "--top", "4")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines[0].split(separator: " ") == ["picture", "class", "confidence"])
        #expect(lines[2].hasPrefix("noise.jpg  "))
        #expect(lines.count == 2 + 4 + 1)
        let shares = lines[2..<6].compactMap { $0.firstMatch(of: /([0-9.]+) %/).flatMap { Double($0.1) } }
        #expect(shares.count == 4 && shares == shares.sorted(by: >))
        #expect(lines[2].contains("no class is likely") == (shares[0] < 50))
        #expect(
            lines[6]
                == "The network knows airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck, "
                + "and nothing else: whatever a picture shows, it is given one of these.")
    }

    @Test func badFilesAreReportedAndTheOthersClassified() throws {
        try draw("Image.new('RGB', (60, 50), 'grey').save('grey.png')")
        try Data("text".utf8).write(to: directory.appendingPathComponent("text.png"))
        let run = try predict("missing.jpg", "grey.png", "text.png", "out")
        #expect(run.status == 1)
        #expect(
            run.errors == """
                error: missing.jpg does not exist
                error: text.png is no picture in JPEG, PNG, WebP or GIF format
                error: out is a directory: name the pictures in it

                """)
        #expect(run.output.contains("grey.png"))
        let output = try predict("missing.jpg", "grey.png", "--json").json(as: Output.self)
        #expect(output.pictures.map(\.file) == ["grey.png"])
        #expect(output.failures.map(\.file) == ["missing.jpg"])
        #expect(output.failures.map(\.error) == ["missing.jpg does not exist"])
        let nothing = try predict("missing.jpg")
        #expect(nothing.status == 1 && nothing.output.isEmpty)
    }

    @Test func thePageIsCompleteAndAnUnwritablePathIsReported() throws {
        try draw("Image.new('RGB', (60, 50), 'grey').save('grey.png')")
        let run = try predict("grey.png", "missing.png", "--html", "page.html")
        #expect(run.status == 1)
        #expect(run.output.hasSuffix("\nThe page is page.html\n"))
        let page = try data.directory.text("page.html")
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
        #expect(page.contains("<h2>grey.png</h2>") && page.contains("missing.png does not exist"))
        let nowhere = try predict("grey.png", "--html", "nowhere/page.html")
        #expect(nowhere.status == 1)
        #expect(nowhere.errors.contains("nowhere/page.html"))
    }

    /// Only JPEG files, which are decoded without Python.
    @Test func aPageOfJPEGFilesIsWritten() throws {
        try draw("Image.new('RGB', (60, 50), 'grey').save('grey.jpg')")
        let run = try predict("grey.jpg", "--html", "page.html")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        #expect(try data.directory.text("page.html").contains("<h2>grey.jpg</h2>"))
    }

    @Test func weightsRecordClassNamesAndRefuseOtherDatasets() throws {
        let other = try TinyCIFAR10()
        let names = "ant bee cat dog elk fox gnu hen ibex jay"
        try Data(names.replacing(" ", with: "\n").utf8)
            .write(to: other.directory.url.appendingPathComponent("batches.meta.txt"))
        let evaluated = try BigEggsProgram("evaluate", "--weights", weights, "--data", other.path)
        #expect(evaluated.status == 1)
        #expect(
            evaluated.errors.hasPrefix(
                "error: \(weights) is of a network for airplane, automobile, bird and 7 more classes, and "))

        let out = other.path + "/out"
        _ = try BigEggsProgram("train", "--data", other.path, "--epochs", "1", "--out", out)
        try draw("Image.new('RGB', (60, 50), 'grey').save('grey.png')")
        let run = try BigEggsProgram(
            "predict", directory.path + "/grey.png", "--weights", out + "/weights.safetensors", "--json")
        #expect(try run.json(as: Output.self).classNames == names.split(separator: " ").map(String.init))
    }

    @Test func weightsWithoutClassNamesUseTheDatasetsNamesWithANotice() throws {
        let unnamed = data.path + "/unnamed.safetensors"
        try Safetensors.write(try Safetensors.read(weights), to: unnamed)
        try draw("Image.new('RGB', (60, 50), 'grey').save('grey.png')")
        func run(_ arguments: String...) throws -> BigEggsProgram {
            try BigEggsProgram(
                running: BigEggsProgram.url, ["predict", "grey.png", "--weights", unnamed] + arguments,
                in: directory)
        }
        #expect(
            try run().output.contains(
                "The weights do not name their classes; these are the names of CIFAR-10."))
        let fashion = try run("--data", "fashion-mnist")
        #expect(fashion.output.contains("these are the names of Fashion-MNIST."))
        #expect(fashion.output.contains("ankle boot"))
    }

    @Test func invalidClassNamesInWeightsAreRefused() throws {
        let file = data.path + "/false.safetensors"
        for (names, said) in [
            ("[\"a\", \"b\"]", "names 2 classes for a network with 10 outputs"),
            ("[1, 2]", "are not a list of strings"), ("{", "are not a list of strings"),
        ] {
            try Safetensors.write(
                try Safetensors.read(weights), to: file, metadata: ["class_names": names])
            let run = try BigEggsProgram("predict", "x.png", "--weights", file)
            #expect(run.status == 1)
            #expect(run.errors.contains(said) && run.errors.contains(file), "standard error:\n\(run.errors)")
        }
    }

    @Test func predictDefaultsToTheCommittedReportsWeights() throws {
        let checkout = try CopiedCheckout(data: data)
        try draw("Image.new('RGB', (60, 50), 'grey').save('grey.png')")
        let report = checkout.directory.path + "/report"
        let files = FileManager.default
        try files.createDirectory(atPath: report + "/weights", withIntermediateDirectories: false)

        let picture = directory.path + "/grey.png"
        let missing = try checkout.run("predict", picture)
        #expect(missing.status == 1)
        #expect(
            missing.errors
                == "error: there are no weights to read at \(report)/weights/augmented.safetensors: "
                + "`bigeggs train --augment` writes some, for --weights\n")
        try files.copyItem(atPath: weights, toPath: report + "/weights/augmented.safetensors")
        let found = try checkout.run("predict", picture, "--json")
        #expect(try found.json(as: Output.self).pictures.count == 1)
        let page = try checkout.run("predict", picture, "--html", "page.html")
        #expect(page.status == 0, "standard error:\n\(page.errors)")
        let images = try checkout.run("predict", "--first", "3")
        #expect(images.status == 0, "standard error:\n\(images.errors)")
        #expect(images.output.contains(" of 3 right"))
    }
}
