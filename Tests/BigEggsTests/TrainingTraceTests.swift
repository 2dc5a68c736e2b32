import BigEggs
import Foundation
import Testing

@Suite struct TrainingTraceTests {
    private func train(epochs: Int) throws -> (model: Model, history: History) {
        let model = try ToyData.model(threads: 2, precision: .float32)
        try model.compile(optimizer: SGD(learningRate: 0.01))
        let images = try ToyData.separable(images: 20)
        let history = try model.fit(images, batchSize: 8, epochs: epochs)
        return (model, history)
    }

    @Test func theTraceRecordsStepLossesAndEpochWeightDigests() throws {
        let (model, history) = try train(epochs: 3)
        let epochs = history.trace.epochs
        #expect(epochs.map(\.losses.count) == [3, 3, 3])
        for (epoch, loss) in zip(epochs, history["loss"]) {
            let sum = zip(epoch.losses, [8.0, 8, 4]).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(sum / 20 - loss) < 1e-12)
        }
        #expect(Set(epochs.map(\.weights)).count == 3)
        #expect(try epochs[2].weights == model.digest())
        // A training of one epoch has the same first epoch.
        #expect(try train(epochs: 1).history.trace.epochs == [epochs[0]])
    }

    /// The digest is from Python: `sha256(b"\ndense/kernel [1, 2]\n" + struct.pack("<2f", 1, -0.5))`.
    @Test func theDigestCoversNamesShapesAndBits() throws {
        let model = try Sequential(input: [1]) { Dense(2, useBias: false, name: "dense") }
        try model.setWeights([NamedTensor(name: "dense/kernel", shape: [1, 2], values: [1, -0.5])])
        #expect(
            try model.digest() == "864491443582e4a03d39b64040184bc322c6acbf0bce141d5eb3af9baea05175")
    }

    @Test func encodedLossesKeepEveryBit() throws {
        let losses = [0.1, 1 / 3, .nan, -.infinity, -0.0, .leastNonzeroMagnitude, 1e300]
        let epoch = TrainingTrace.Epoch(losses: losses, weights: "ab")
        let read = try JSONDecoder().decode(
            TrainingTrace.Epoch.self, from: try JSONEncoder().encode(epoch))
        #expect(read.losses.map(\.bitPattern) == losses.map(\.bitPattern) && read.weights == "ab")
        for damaged in [#"{"losses": "AAAA", "weights": ""}"#, #"{"losses": "?", "weights": ""}"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(TrainingTrace.Epoch.self, from: Data(damaged.utf8))
            }
        }
    }
}
