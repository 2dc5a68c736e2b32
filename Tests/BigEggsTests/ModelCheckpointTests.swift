import BigEggs
import Foundation
import Testing

/// When weights are saved and under which names, as in Keras; see Tests/Peers/fixtures_model_checkpoint.py.
@Suite struct ModelCheckpointTests {
    private func cases(_ name: String) throws -> [Record] {
        try #require(try Record.read(Fixture.path("model_checkpoint.json"))[name]?.array)
    }

    /// JSON has no NaN: null stands for it in the fixture.
    private func values(_ example: Record) throws -> [Double] {
        try #require(example["values"]?.array).map { $0.number ?? .nan }
    }

    @Test func savesTheSameFilesAsKeras() throws {
        let cases = try cases("decisions")
        #expect(cases.count == 40)
        #expect(Set(cases.compactMap { $0["saved"]?.array?.count }).count > 8)
        let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
        try model.compile()
        try withTemporaryDirectory { directory in
            for (number, example) in cases.enumerated() {
                let steps = try #require(example["save_freq"]?.integer)
                let callback = ModelCheckpoint(
                    "\(directory)/\(try #require(example["name"]?.string))", monitor: "metric",
                    saveBestOnly: example["save_best_only"] == .bool(true),
                    mode: try #require(MonitorMode(rawValue: example["mode"]?.string ?? "")),
                    saveFreq: steps == 0 ? .epoch : .batches(steps),
                    initialValueThreshold: example["initial_value_threshold"]?.number)
                let values = try values(example)
                let run = TrainingRun(model: model, epochs: values.count, steps: 4, batchSize: 1)
                try callback.onTrainBegin(run)
                for (epoch, value) in values.enumerated() {
                    callback.onEpochBegin(epoch, run)
                    for batch in 0..<4 { try callback.onBatchEnd(batch, ["metric": value], run) }
                    try callback.onEpochEnd(epoch, ["metric": value], run)
                }
                let saved = callback.saved.map { ($0 as NSString).lastPathComponent }
                #expect(saved == example["saved"]?.array?.compactMap(\.string), "case \(number): \(example)")
            }
        }
    }

    @Test func filenamesAreFormattedAsInPython() throws {
        let cases = try cases("names")
        #expect(cases.count > 100)
        for example in cases {
            let template = try FilepathTemplate(try #require(example["template"]?.string))
            let name = try template.path(
                counts: ["epoch": try #require(example["epoch"]?.integer)],
                values: ["metric": try values(example)[0]])
            #expect(name == example["name"]?.string, "\(example)")
        }
    }

    @Test(arguments: [
        "{epoch", "epoch}", "{epoch:02x}", "{val_loss:.2}", "{loss:d}", "{epoch:0-2d}", "{vall_oss}", "{}",
    ])
    func anInvalidFilenameTemplateIsRefused(_ name: String) throws {
        let error = #expect(throws: FilepathTemplateError.self) {
            try FilepathTemplate(name).path(counts: ["epoch": 1], values: ["loss": 1, "val_loss": 2])
        }
        #expect("\(try #require(error))".contains(name))
    }

    @Test func anInvalidTemplateOrFrequencyIsRefusedBeforeTheFirstStep() throws {
        let model = try ToyData.model()
        try model.compile()
        let weights = try model.weights()
        let toy = try ToyData.separable(images: 8)
        #expect(throws: FilepathTemplateError.unbalanced(template: "{epoch.safetensors")) {
            try model.fit(toy, callbacks: [ModelCheckpoint("{epoch.safetensors")])
        }
        #expect(throws: TrainingError.self) {
            try model.fit(toy, callbacks: [ModelCheckpoint("x", saveFreq: .batches(0))])
        }
        #expect(try model.weights() == weights)
    }

    @Test func saveBestOnlyKeepsTheBestEpochsWeights() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/made/on/demand/best.safetensors"
            let model = try ToyData.model()
            try model.compile(optimizer: Adam(learningRate: 0.01))
            var epochs: [[NamedTensor]] = []
            let watch = LambdaCallback(onEpochEnd: { _, _, run in epochs.append(try run.model.weights()) })
            let best = ModelCheckpoint(path, monitor: "val_loss", saveBestOnly: true)
            let history = try model.fit(
                try ToyData.separable(images: 24), validation: try ToyData.separable(images: 12),
                batchSize: 8,
                epochs: 5, callbacks: [watch, best])
            let losses = history["val_loss"]
            #expect(best.best == losses.min())
            let epoch = try #require(losses.firstIndex { $0 == losses.min() })
            let other = try ToyData.model(seed: 9)
            try other.loadWeights(from: path)
            #expect(try other.weights() == epochs[epoch])
        }
    }

    @Test func anUnmeasuredMetricIsReported() throws {
        let model = try ToyData.model()
        try model.compile()
        let error = #expect(throws: UnknownMetric.self) {
            try model.fit(
                try ToyData.separable(images: 8), callbacks: [ModelCheckpoint("never", saveBestOnly: true)])
        }
        #expect("\(try #require(error))".hasPrefix("ModelCheckpoint watches val_loss, which is not measured"))
    }
}
