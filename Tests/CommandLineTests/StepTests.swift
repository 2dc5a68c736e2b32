import Foundation
import Testing

/// The whole report, stepped through in a separate checkout.
///
/// One test goes from the first section to the last, because each state depends on the steps before.
@Suite(.serialized) struct StepTests {
    let checkout: CopiedCheckout

    init() throws { checkout = try CopiedCheckout(data: TinyCIFAR10()) }

    @Test func stepRunsOneSectionAndReportAllStaleOnes() throws {
        #expect(try checkout.status().numbers("never run") == CopiedCheckout.numbers)

        let step = try checkout.run("step", "--epochs", "1")
        #expect(step.status == 0, "\(step.errors)")
        #expect(step.output.contains("01-data: The data"))
        #expect(!step.output.contains("02-normalization: Normalization"), "a step is one section")
        let last = step.output.split(separator: "\n").last ?? ""
        #expect(last == "Next is 02-normalization (never run): `bigeggs step --epochs 1` runs it.")
        #expect(try checkout.status().numbers("fresh") == [1], "epochs mean nothing to a section without any")

        let report = try checkout.run("report", "--epochs", "1")
        #expect(report.status == 0, "\(report.errors)")
        #expect(report.output.contains("\n02-normalization: Normalization"))
        #expect(report.output.hasPrefix("01-data is up to date: CIFAR-10: 160 training and 40 test images"))
        #expect(
            FileManager.default.fileExists(atPath: checkout.directory.path + "/runs/quick/report/report.html")
        )
        let fresh = try checkout.status("--epochs", "1")
        #expect(fresh.numbers("fresh") == CopiedCheckout.numbers)
        #expect(fresh.next == nil)
        #expect(fresh.sections.allSatisfy { $0.headline?.isEmpty == false })

        let table = try checkout.run("status", "--epochs", "1")
        #expect(table.output.contains("Every section is up to date"))
        #expect(fresh.sections.allSatisfy { table.output.contains("\n    \($0.headline ?? "–")\n") })

        // A comment in 03 makes only these sections stale: 03; 05, which reads its generator; 06 and 07,
        // which read the network of 05.
        let before = try records()
        try checkout.append("// A comment.\n", to: "notebooks/03-augmentation/main.swift")
        let touched = try checkout.status("--epochs", "1")
        let stale = [3, 5, 6, 7]
        #expect(touched.numbers("stale") == stale)
        #expect(touched.numbers("fresh") == CopiedCheckout.numbers.filter { !stale.contains($0) })
        #expect(touched.reasons(3) == ["its script has changed"])
        #expect(touched.reasons(5) == ["it reads 03-augmentation, which is to run again"])
        #expect(touched.next == "03-augmentation")

        // The comment did not change 03's results, so the sections that read them need not run.
        let again = try checkout.run("report", "--epochs", "1")
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output.contains("03-augmentation runs again: its script has changed"))
        #expect(again.output.contains("05-augmented-training is up to date"))
        let after = try records()
        #expect(before.keys.filter { before[$0] != after[$0] }.sorted() == ["03-augmentation.json"])
        #expect(try checkout.status("--epochs", "1").numbers("fresh") == CopiedCheckout.numbers)

        try theReasonsOfEachKindAreToldApart()
    }

    @Test func theFullProfileRefusesAnUnrequestedStandIn() throws {
        let nowhere = [
            "BIGEGGS_DATA": "", "BIGEGGS_OFFLINE": "1",
            "XDG_CACHE_HOME": checkout.directory.path + "/cache",
        ]
        let run = try BigEggsProgram(
            running: checkout.program, ["step", "--profile", "full"], in: checkout.directory.url,
            environment: checkout.environment.merging(nowhere) { _, own in own })
        #expect(run.status == 1)
        #expect(run.errors.contains("Fashion-MNIST stands in for CIFAR-10, which is not at hand"))
        #expect(run.errors.contains("or ask for Fashion-MNIST with --data fashion-mnist"))
        #expect(try checkout.status("--profile", "full").numbers("never run") == CopiedCheckout.numbers)
    }

    /// Changes that make a section stale, starting with all sections fresh.
    private func theReasonsOfEachKindAreToldApart() throws {
        let comment = "\n// A comment.\n\n/* Another\n * of several\n   lines. */\n"
        let library = [
            ("Sources/BigEggs/Training/History.swift", "let changed = true\n"),
            ("Sources/CKernels/winograd_bfloat16_kernel.c", "/* Code */ int changed;\n"),
            ("Sources/CKernels/include/lanes.h", "#define CHANGED\n"),
            ("Sources/COneDNN/V3.h", "/**/ static int *changed;\n"),
            ("Sources/Reporting/Recipes/ReportNetwork.swift", "let changed = true\n"),
        ]
        for (file, code) in library {
            try checkout.append(comment, to: file)
            #expect(try checkout.status("--epochs", "1").numbers("stale") == [], "a comment in \(file)")
            try checkout.append(code, to: file)
            let changed = try checkout.status("--epochs", "1")
            #expect(changed.numbers("stale") == CopiedCheckout.numbers, "code in \(file)")
            #expect(changed.reasons(1) == ["the library has changed"])
            try checkout.replace(code, with: "", in: file)
        }

        let seeded = try checkout.status("--epochs", "1", "--seed", "8")
        #expect(seeded.reasons(1) == ["--seed was not given, is 8"])
        let longer = try checkout.status("--epochs", "2")
        #expect(longer.numbers("stale") == [2, 4, 5, 6, 7, 9])
        #expect(longer.reasons(4) == ["--epochs was 1, is 2"])

        let other = try checkout.status("--epochs", "1", "--data", OtherData(checkout).path)
        #expect(other.numbers("stale") == CopiedCheckout.numbers)
        #expect(other.reasons(1).first?.hasPrefix("the data set is another one (md5:") == true)

        let run = checkout.directory.path + "/runs/quick"
        try FileManager.default.removeItem(atPath: run + "/weights/plain.safetensors")
        let lost = try checkout.status("--epochs", "1")
        #expect(lost.reasons(4) == ["plain.safetensors is missing"])
        #expect(lost.numbers("stale") == [4, 5, 6, 7])

        try checkout.replace("\"seed\": 7", with: "\"seed\": 9", in: "runs/quick/records/07-demo.json")
        let edited = try checkout.status("--epochs", "1")
        #expect(edited.reasons(7).first == "its record is not the one that its last whole run wrote")

        let only = try checkout.run("step", "--only", "3", "--epochs", "1")
        #expect(only.output.contains("\n03-augmentation: Augmentation"), "whether it is up to date or not")
        let from = try checkout.run("step", "--from", "6", "--epochs", "1")
        #expect(from.status == 1 && from.errors.contains("plain.safetensors is not there"))
    }

    @Test func pauseShowsEachCellBeforeItsOutputAndEndsWithoutInput() throws {
        let run = try checkout.run("step", "--pause")
        #expect(run.status == 0, "\(run.errors)")
        let prose = try #require(run.output.range(of: "## Images of each class"))
        let code = try #require(run.output.range(of: "  │ section.figure(\"class-counts\")"))
        let output = try #require(run.output.range(of: "airplane                 20"))
        #expect(prose.lowerBound < code.lowerBound && code.lowerBound < output.lowerBound)
        #expect(run.output.contains("Enter runs it"))
    }

    @Test func unknownSectionsAndConflictingOptionsAreUsageErrors() throws {
        let none = "\(CopiedCheckout.sections.count + 1)"
        let run = try checkout.run("step", "--only", none)
        #expect(run.status == 64)
        #expect(run.errors.contains(none) && run.errors.contains("04-plain-training"))
        #expect(try checkout.run("step", "--only", "3", "--from", "4").status == 64)
    }

    /// The same data set with one pixel changed.
    private struct OtherData {
        let path: String

        init(_ checkout: CopiedCheckout) throws {
            path = checkout.directory.path + "/other-data"
            try FileManager.default.copyItem(atPath: checkout.data.path, toPath: path)
            let file = URL(fileURLWithPath: path + "/test_batch.bin")
            var bytes = try Data(contentsOf: file)
            bytes[5] ^= 1
            try bytes.write(to: file)
        }
    }

    private func records() throws -> [String: Data] {
        let directory = checkout.directory.path + "/runs/quick/records"
        var records: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory)
        where name.hasSuffix(".json") && !name.hasSuffix(".stamp.json") {
            records[name] = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
        }
        return records
    }
}
