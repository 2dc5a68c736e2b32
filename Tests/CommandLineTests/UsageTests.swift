import Testing

@Suite struct UsageTests {
    @Test(arguments: [
        ["train", "--epochs", "0"],
        ["train", "--epochs", "many"],
        ["train", "--batch-size", "0"],
        ["train", "--threads", "-1"],
        ["train", "--seed", "-1"],
        ["train", "--out", ""],
        ["train", "--recipe", "secret"],
        ["train", "--recipe", "plain", "--augment"],
        ["train", "--hold-out", "0"],
        ["study", "flop-1"],
        ["study", "--json"],
        ["evaluate", "--weights", "w.safetensors", "--limit", "0"],
        ["evaluate", "--weights", "w.safetensors", "--data", ""],
        ["predict", "--weights", "w.safetensors", "--first", "2", "--index", "3"],
        ["predict", "--weights", "w.safetensors", "--index=-1"],
        ["predict", "photo.jpg", "--index", "3"],
        ["predict", "photo.jpg", "--top", "0"],
        ["predict", "photo.jpg", "--html", ""],
        ["predict", "--top", "3"],
        ["predict", "--html", "page.html"],
        ["export"],
        ["export", "--onnx", ""],
        ["export", "--onnx", "m.onnx", "--class-names", "cat,,dog"],
        ["bench", "--steps", "0"],
        ["bench", "--precision", "float8"],
        ["figures", "--out", ""],
        ["report", "--profile", "slow"],
        ["scramble"],
    ])
    func invalidArgumentsPrintUsageAndExitWithStatus64(arguments: [String]) throws {
        let run = try BigEggsProgram(running: BigEggsProgram.url, arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("Usage: bigeggs"), "standard error:\n\(run.errors)")
    }

    @Test func anInvalidNumberIsReportedWithItsOption() throws {
        let run = try BigEggsProgram("train", "--epochs", "0")
        #expect(run.errors.hasPrefix("Error: --epochs must be at least 1, and not 0\n"))
    }

    @Test func theStudyAcceptsOnlyCIFAR10() throws {
        let run = try BigEggsProgram("study", "plain-1", "--data", "fashion-mnist")
        #expect(run.status == 1)
        #expect(
            run.errors.hasPrefix("error: the study is of CIFAR-10, and the data set here is Fashion-MNIST"))
    }
}
