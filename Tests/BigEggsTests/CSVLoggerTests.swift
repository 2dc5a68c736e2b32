import BigEggs
import Foundation
import Testing

/// Compares the log file with that of Keras; see Tests/Peers/fixtures_model_checkpoint.py.
@Suite struct CSVLoggerTests {
    private let logs: [[String: Double]] = [
        ["val_loss": 0.5, "loss": 1.0 / 3, "accuracy": 1e-5, "learning_rate": 1e-3],
        ["loss": .nan, "accuracy": 123_456_789, "learning_rate": 1e-10],
    ]

    private func log(_ logger: CSVLogger) throws {
        let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
        let run = TrainingRun(model: model, epochs: 2, steps: 1, batchSize: 1)
        try logger.onTrainBegin(run)
        for (epoch, entry) in logs.enumerated() { try logger.onEpochEnd(epoch, entry, run) }
        try logger.onTrainEnd(run)
    }

    @Test func writesAndAppendsLikeKeras() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/log.csv"
            try "a longer file that was there before, and that is overwritten".write(
                toFile: path, atomically: true, encoding: .utf8)
            try log(CSVLogger(path, separator: ";"))
            try log(CSVLogger(path, separator: ";", append: true))
            let expected = try String(contentsOfFile: Fixture.path("logger.csv"), encoding: .utf8)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
        }
    }

    @Test func appendingToAMissingFileWritesAHeader() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/log.csv"
            try log(CSVLogger(path, append: true))
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.hasPrefix("epoch,accuracy,learning_rate,loss,val_loss\n0,1e-05,"))
        }
    }

    /// A training that is killed leaves the lines of the epochs that have ended.
    @Test func eachLineIsWrittenWhenItsEpochEnds() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/log.csv"
            var lines: [Int] = []
            let watch = LambdaCallback(onEpochEnd: { _, _, _ in
                lines.append(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count)
            })
            let model = try ToyData.model()
            try model.compile()
            try model.fit(
                try ToyData.separable(images: 8), epochs: 3, callbacks: [CSVLogger(path), watch])
            #expect(lines == [2, 3, 4])
        }
    }

    /// The last line is unterminated, as after a crash. Spreadsheets may save other line endings.
    @Test(arguments: ["\n", "\r\n", "\r", "\u{2028}", "\u{85}"])
    func aResumedTrainingRemovesAnUnterminatedLine(_ end: String) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/log.csv"
            try ["epoch,loss", "0,1.5", "1,0.75", "2,0.7", "1"].joined(separator: end).write(
                toFile: path, atomically: true, encoding: .utf8)
            let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
            let run = TrainingRun(model: model, epochs: 3, steps: 1, batchSize: 1, firstEpoch: 2)
            let logger = CSVLogger(path)
            try logger.onTrainBegin(run)
            try logger.onEpochEnd(2, ["loss": 0.5], run)
            #expect(
                try String(contentsOfFile: path, encoding: .utf8) == "epoch,loss\n0,1.5\n1,0.75\n2,0.5\n")
        }
    }

    /// The disk has room for six more bytes.
    @Test(.enabled(if: FullDisk.canBeMounted, "only root can mount a file system"))
    func aFullDiskLeavesNoPartOfALine() throws {
        try FullDisk.mounted(kilobytes: 4) { disk in
            let path = "\(disk)/log.csv"
            let lines = "epoch,loss\n" + String(repeating: "0,0.12345\n", count: 407) + "0,0.12345"
            try (lines.prefix(4089) + "\n").write(toFile: path, atomically: false, encoding: .utf8)
            let before = try Data(contentsOf: URL(filePath: path))
            #expect(before.count == 4090)
            let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
            let run = TrainingRun(model: model, epochs: 2, steps: 1, batchSize: 1)
            let logger = CSVLogger(path, append: true)
            try logger.onTrainBegin(run)
            #expect(throws: FileError.diskFull(file: path)) {
                try logger.onEpochEnd(1, ["loss": 0.123456789], run)
            }
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test func aMissingDirectoryOrInvalidSeparatorIsRefused() throws {
        let model = try ToyData.model()
        try model.compile()
        try withTemporaryDirectory { directory in
            let path = "\(directory)/missing/log.csv"
            #expect(throws: FileError.directoryMissing(file: path)) {
                try model.fit(try ToyData.separable(images: 8), callbacks: [CSVLogger(path)])
            }
            for separator: Character in [".", "\n", "\r", "\r\n"] {
                #expect(throws: TrainingError.self) {
                    try model.fit(
                        try ToyData.separable(images: 8), callbacks: [CSVLogger(path, separator: separator)])
                }
            }
        }
    }
}
