import BigEggs
import Foundation
import Reporting
import Testing

/// Runs the sections as programs, on a small data set of noise in CIFAR-10's layout.
@Suite(.serialized) struct SectionRunTests {
    let directory: TemporaryDirectory
    let out: String
    let data: String

    init() throws {
        directory = try TemporaryDirectory()
        out = directory.path + "/out"
        data = directory.path + "/data"
        try NoiseDataset.write(to: data, trainImagesPerFile: 20, testImages: 30)
    }

    func run(_ section: ReportSection, _ arguments: String...) throws -> String {
        let executable = Project.executableDirectory + "/" + section.name
        let always = ["--data", data, "--out", out]
        let output = try Command(executable, always + arguments).output()
        return String(decoding: output, as: UTF8.self)
    }

    func failure(_ section: ReportSection, _ arguments: String...) -> Command.Failed? {
        let command = Command(Project.executableDirectory + "/" + section.name, arguments)
        return #expect(throws: Command.Failed.self) { try command.output() }
    }

    @Test func aSectionWritesItsRecordItsFiguresAndItsNotebook() throws {
        let output = try run("01-data")
        let record = try Record.read("\(out)/records/01-data.json")
        #expect(record[path: "results.classCounts.train"]?.integers?.reduce(0, +) == 100)
        #expect(record[path: "data.trainImages"]?.integer == 100)
        #expect(record[path: "data.statement"]?.string == "Noise.")
        #expect(record[path: "settings.profile"]?.string == "quick")
        #expect(record[path: "run.command"]?.string == "swift run -c release 01-data")
        #expect(try record.json().contains(directory.path) == false, "a record names no place on a machine")

        let notebook = try Record.read("\(out)/notebooks/01-data.ipynb")
        let outputs = notebook["cells"]?.array?.flatMap { $0["outputs"]?.array ?? [] } ?? []
        #expect(outputs.count { $0[path: "data"]?["image/png"] != nil } == 2)
        #expect(outputs.count { $0[path: "data"]?["image/svg+xml"] != nil } == 2)
        #expect(outputs.contains { $0[path: "data"]?["text/html"] != nil })
        for figure in ["class-counts", "sample-grid"] {
            #expect(FileManager.default.fileExists(atPath: "\(out)/plots/\(figure).png"))
        }
        #expect(output.contains("Next: swift run -c release 02-normalization --data \(data) --out \(out)"))
    }

    /// Neither the figures nor the notebook fit into files of 16 kB.
    @Test func failedWritesKeepTheOldFiguresAndNotebook() throws {
        _ = try run("01-data")
        func files() throws -> [String: Data] {
            let names = try FileManager.default.subpathsOfDirectory(atPath: out)
            return Dictionary(
                uniqueKeysWithValues: names.filter { !$0.hasPrefix("records/") }.map {
                    ($0, FileManager.default.contents(atPath: out + "/" + $0) ?? Data())
                })
        }
        let before = try files()
        let section = Project.executableDirectory + "/" + ("01-data" as ReportSection).name
        // Like `ulimit -f 16` in a shell. Unblocks SIGXFSZ, which the thread that starts this may block.
        let limited = """
            import os, resource, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 10, 16 << 10))
            os.execv(sys.argv[1], sys.argv[1:])
            """
        let command = Command(
            "/usr/bin/python3",
            ["-c", limited, section, "--data", data, "--out", out, "--seed", "9"])
        let error = #expect(throws: Command.Failed.self) { try command.output() }
        #expect(error?.status == 1)
        #expect(error?.errors.contains("cannot write \(out)/notebooks/01-data.ipynb") == true)
        #expect(try files() == before)
        #expect(try Record.read("\(out)/records/01-data.json")[path: "settings.seed"]?.integer == 9)
    }

    @Test func theSectionsUseEachOthersResults() throws {
        for section in ReportSection.allCases { _ = try run(section, "--epochs", "1") }
        try theNotebooksAreValidAndHoldScriptsAndOutputs()

        for (section, weights) in [
            ("04-plain-training" as ReportSection, "plain"), ("05-augmented-training", "augmented"),
        ] {
            let record = try Record.read("\(out)/records/\(section.name).json")
            #expect(record[path: "results.history.val_loss"]?.numbers?.count == 1)
            #expect(record[path: "results.epochLimit"]?.integer == 1)
            #expect(record[path: "results.bestEpoch"]?.integer == 1)
            #expect(record[path: "results.overfitsFrom"]?.isNull == true)
            #expect(record[path: "results.parameterCount"]?.integer == 1_879_594)
            let checksum = try Checksum.sha256(of: "\(out)/weights/\(weights).safetensors")
            #expect(record[path: "results.weights.sha256"]?.string == checksum)
        }
        let results = try Record.read("\(out)/records/06-results.json")
        for training in ["plain", "augmented"] {
            let counted = results[path: "results.\(training).confusion"]?.matrix?.joined().reduce(0, +)
            #expect(counted == 30)
        }
        #expect(results[path: "results.explained.layer"]?.string == "conv2d_5")
        let explained = ["right", "wrong"].flatMap {
            results[path: "results.explained.\($0)"]?.array ?? []
        }
        #expect((6...12).contains(explained.count), "of 30 images at least six are right or wrong")
        for image in explained {
            let map = try #require(image["mapOfPredicted"]?.matrix)
            #expect(map.count == 8 && map.allSatisfy { $0.count == 8 && $0.allSatisfy { $0 >= 0 } })
        }
        // Section 6 evaluates the weights that section 4 saved.
        let trained = try Record.read("\(out)/records/04-plain-training.json")
        let recorded = try #require(trained[path: "results.evaluation.loss"]?.number)
        let evaluated = try #require(results[path: "results.plain.loss"]?.number)
        #expect((recorded - evaluated).magnitude < 1e-5 * recorded.magnitude)

        let demo = try Record.read("\(out)/records/07-demo.json")
        #expect(demo[path: "results.demo"]?.array?.count == 25)
        try theFastSectionTrainsAsTheRecipeOfThatNameDoes()
    }

    /// The section's own code gives the same weights, byte for byte, as `bigeggs train --recipe fast`.
    private func theFastSectionTrainsAsTheRecipeOfThatNameDoes() throws {
        let record = try Record.read("\(out)/records/09-fast.json")
        let batchSize = try #require(record[path: "settings.batchSize"]?.integer)
        _ = try Command(
            Project.executableDirectory + "/bigeggs",
            [
                "train", "--recipe", "fast", "--data", data, "--epochs", "1", "--batch-size", "\(batchSize)",
                "--precision", "float32", "--seed", "7", "--out", out + "/recipe",
            ]
        ).output()
        let trained = try Checksum.sha256(of: "\(out)/recipe/weights.safetensors")
        #expect(record[path: "results.weights.sha256"]?.string == trained)
        #expect(record[path: "results.views.all.accuracy"]?.number != nil)
        #expect(record[path: "results.eigenvalues"]?.numbers?.count == 12)
    }

    /// Checks the executed notebooks with nbformat and nbconvert.
    private func theNotebooksAreValidAndHoldScriptsAndOutputs() throws {
        struct Page: Decodable {
            let code, progress: String
            let png, svg, images, tables, empty: Int
            let warnings: [String]
        }
        let check = """
            import glob, json, logging, re, sys, warnings
            import nbformat, nbconvert
            heard = []
            handler = logging.Handler(logging.WARNING)
            # nbconvert 7 has no place on its page for an alternative text that a notebook may give, and misses it.
            handler.addFilter(lambda record: not record.getMessage().startswith("Alternative text is missing"))
            handler.emit = lambda record: heard.append(record.getMessage())
            logging.getLogger().addHandler(handler)
            pages = {}
            for path in sorted(glob.glob(sys.argv[1] + "/*.ipynb")):
                notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
                nbformat.validate(notebook)
                assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    warnings.simplefilter("ignore", DeprecationWarning)  # of nbconvert's own calls
                    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
                code = [cell for cell in notebook.cells if cell.cell_type == "code"]
                outputs = [output for cell in code for output in cell.outputs]
                data = [output.data for output in outputs if output.output_type == "display_data"]
                text = [output.text for output in outputs if output.output_type == "stream"]
                images = re.findall('<img[^>]*src="([^"]*)"', html)
                pages[path.split("/")[-1]] = {
                    "code": "\\n".join(cell.source for cell in code),
                    "progress": "".join(line for line in "".join(text).splitlines(True) if "Epoch" in line),
                    "png": sum("image/png" in forms for forms in data),
                    "svg": sum("image/svg+xml" in forms for forms in data),
                    "images": sum(image.startswith("data:image/png;base64,iVBOR") for image in images),
                    "tables": sum("<table>" in forms.get("text/html", "") and "─" in forms["text/plain"]
                                  for forms in data),
                    "empty": sum(image == "" for image in images),
                    "warnings": heard + [str(warning.message) for warning in caught],
                }
            print(json.dumps(pages))
            """
        let output = try Command("/usr/bin/python3", ["-c", check, out + "/notebooks"]).output()
        let pages = try JSONDecoder().decode([String: Page].self, from: output)
        #expect(pages.count == ReportSection.allCases.count)
        for section in ReportSection.allCases {
            let page = try #require(pages["\(section.name).ipynb"])
            #expect(page.warnings.isEmpty, "\(section.name): \(page.warnings)")
            #expect(page.code.filter { !$0.isWhitespace } == (try code(of: section)), "\(section.name)")
            // Section 8 draws the study's records; without records it has no figure.
            #expect(page.png > 0 || section == "08-beyond", "\(section.name)")
            #expect(page.png == page.svg, "\(section.name)")
            #expect(
                page.images == page.png && page.empty == 0, "\(section.name): a figure is not on the page")
            #expect(page.tables > 0, "\(section.name)")
        }
        let progress = try #require(pages["04-plain-training.ipynb"]?.progress)
        #expect(progress.hasPrefix("Epoch 1/1  1/1 ━━━━━━━━━━━━━━━━━━━━  "))
        #expect(progress.contains("val_accuracy") && !progress.contains("\u{1B}"))
    }

    /// A section's code without prose, markers and spaces, found independently of the code under test.
    private func code(of section: ReportSection) throws -> String {
        let path = try Checkout.root + "/notebooks/\(section.name)/main.swift"
        var isProse = false
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { line in
            guard line.hasPrefix("// %%") else { return !isProse }
            isProse = line.contains("[markdown]")
            return false
        }
        return lines.joined().filter { !$0.isWhitespace }
    }

    @Test func ifAnEarlierSectionHasNotRunTheErrorSaysWhatToRun() throws {
        let error = failure("06-results", "--data", data, "--out", out)
        #expect(error?.status == 1)
        #expect(error?.errors.contains("run `swift run -c release 04-plain-training --data \(data)") == true)
        #expect(error?.errors.split(separator: "\n").count == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(out)/records/06-results.json"))
    }

    @Test func anEarlierSectionsRunOnOtherDataIsAnError() throws {
        _ = try run("04-plain-training", "--epochs", "1")
        try NoiseDataset.write(to: data, trainImagesPerFile: 21, testImages: 30)
        let error = failure("05-augmented-training", "--data", data, "--out", out)
        #expect(error?.status == 1)
        #expect(error?.errors.contains("section 04-plain-training was run on CIFAR-10 (md5:") == true)
    }

    @Test func weightsThatDifferFromTheRecordedOnesAreRefused() throws {
        for section in ["03-augmentation" as ReportSection, "04-plain-training", "05-augmented-training"] {
            _ = try run(section, "--epochs", "1")
        }
        let plain = "\(out)/weights/plain.safetensors"
        try FileManager.default.removeItem(atPath: plain)
        try FileManager.default.copyItem(atPath: "\(out)/weights/augmented.safetensors", toPath: plain)
        let error = failure("06-results", "--data", data, "--out", out)
        #expect(error?.status == 1)
        #expect(
            error?.errors.contains("plain.safetensors is not the file that section 04-plain-training") == true
        )
    }

    @Test(arguments: [
        ["--epochs", "0"], ["--threads", "-1"], ["--profile", "huge"], ["--unknown"], ["extra"],
    ])
    func aWrongOptionIsAUsageError(arguments: [String]) {
        let command = Command(Project.executableDirectory + "/04-plain-training", arguments)
        let error = #expect(throws: Command.Failed.self) { try command.output() }
        #expect(error?.status == 64)
        #expect(error?.errors.contains(arguments[0]) == true)
        #expect(error?.errors.contains("04-plain-training --help") == true)
    }

    @Test func helpContainsTheSectionsIntroductionAndOptions() throws {
        let help = try run("05-augmented-training", "--help")
        let script = try Checkout.root + "/notebooks/05-augmented-training/main.swift"
        let introduction = LiterateScript(try String(contentsOfFile: script, encoding: .utf8)).introduction
        #expect(introduction.hasPrefix("The report's answer to overfitting"))
        // The help wraps lines.
        #expect(help.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(introduction))
        for option in ["--profile", "--data", "--threads", "--seed", "--out", "--epochs"] {
            #expect(help.contains(option))
        }
    }

    @Test func aMissingDatasetIsReportedInOneLine() {
        let error = failure("01-data", "--data", directory.path + "/nowhere", "--out", out)
        #expect(error?.status == 1)
        #expect(error?.errors.hasPrefix("error: ") == true)
        #expect(error?.errors.contains(directory.path + "/nowhere") == true)
        #expect(error?.errors.split(separator: "\n").count == 1)
    }
}

/// A data set of noise in the files of CIFAR-10's binary version.
enum NoiseDataset {
    static func write(to directory: String, trainImagesPerFile: Int, testImages: Int) throws {
        let url = URL(fileURLWithPath: directory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for batch in 1...5 {
            try images(trainImagesPerFile, stream: UInt32(batch))
                .write(to: url.appendingPathComponent("data_batch_\(batch).bin"))
        }
        try images(testImages, stream: 0).write(to: url.appendingPathComponent("test_batch.bin"))
        let classes = "airplane automobile bird cat deer dog frog horse ship truck"
        try Data(classes.replacing(" ", with: "\n").utf8)
            .write(to: url.appendingPathComponent("batches.meta.txt"))
        try Data("Noise.".utf8).write(to: url.appendingPathComponent("PROVENANCE.txt"))
    }

    /// Labels cycle through the classes; a record is the label's byte and 3,072 bytes of pixels.
    private static func images(_ count: Int, stream: UInt32) -> Data {
        let random = Philox(seed: 1, purpose: .sampling)
        var bytes: [UInt8] = []
        for image in 0..<count {
            bytes.append(UInt8(image % 10))
            for pixel in 0..<3072 {
                let words = random.words(stream: stream, item: UInt32(image * 3072 + pixel))
                bytes.append(UInt8(truncatingIfNeeded: words[0]))
            }
        }
        return Data(bytes)
    }
}
