import BigEggs
import Reporting
import Testing

@Suite struct ConfusionMatrixTests {
    let matrix = ConfusionMatrix(
        truth: [0, 0, 0, 1, 1, 2, 2, 2, 2], predicted: [0, 1, 1, 1, 0, 2, 0, 0, 1], classes: 3)

    @Test func rowsAreTheTruthAndColumnsThePrediction() {
        #expect(matrix.counts == [[1, 2, 0], [1, 1, 0], [2, 1, 1]])
        #expect(matrix.perClass.map(\.correct) == [1, 1, 1])
        #expect(matrix.perClass.map(\.count) == [3, 2, 4])
    }

    @Test func theMostConfusedPairsComeFirstWithTheirImages() {
        let pairs = matrix.mostConfused(3, examples: 1)
        #expect(pairs.map { [$0.truth, $0.predicted, $0.count] } == [[0, 1, 2], [2, 0, 2], [1, 0, 1]])
        #expect(pairs.map(\.examples) == [[1], [6], [4]])
    }

    @Test func aPerfectNetworkConfusesNothing() {
        #expect(
            ConfusionMatrix(truth: [0, 1], predicted: [0, 1], classes: 2).mostConfused(6, examples: 6).isEmpty
        )
    }
}

@Suite struct PreciseStatisticsTests {
    private let pixels: [UInt8] = (0..<24 * 12).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 12 * 11) }

    /// The first `count` of 24 images of 2×2 pixels with three channels.
    private func images(_ count: Int) throws -> ImageDataset {
        try ImageDataset(
            images: pixels, labels: Labels((0..<24).map { Int32($0 % 2) }), imageShape: [2, 2, 3],
            classNames: ["a", "b"]
        ).rescaled().prefix(count)
    }

    /// A network that begins with batch normalization, trained for `epochs` epochs on eight of the images.
    private func network(trainedFor epochs: Int) throws -> Sequential {
        let model = try Sequential(input: [2, 2, 3], seed: 3, threads: 1) {
            BatchNormalization(name: "first")
            Flatten()
            Dense(2, activation: .softmax)
        }
        try model.compile(optimizer: Adam())
        if epochs > 0 { try model.fit(images(8), batchSize: 8, epochs: epochs) }
        return model
    }

    @Test(arguments: [0, 1, 40])
    func measuredStatisticsAreTheImagesMeanAndVariance(epochs: Int) throws {
        let model = try network(trainedFor: epochs)
        let trained = try model.weights()
        try model.measurePreciseStatistics(on: images(8), batchSize: 8)
        let precise = try model.weights()

        let channels = (0..<3).map { channel in
            stride(from: channel, to: 8 * 12, by: 3).map { Double(pixels[$0]) / 255 }
        }
        let means = channels.map { $0.reduce(0, +) / Double($0.count) }
        let variances = zip(channels, means).map { values, mean in
            values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        }
        for (tensor, expected) in [("first/moving_mean", means), ("first/moving_variance", variances)] {
            let values = try #require(precise.first { $0.name == tensor }).values
            for (value, expected) in zip(values, expected) {
                #expect((Double(value) - expected).magnitude < 1e-5, "\(tensor) after \(epochs) epochs")
            }
        }
        let learned = { (tensors: [NamedTensor]) in tensors.filter { !$0.name.contains("moving") } }
        #expect(learned(precise) == learned(trained) && model.learningRate == 1e-3)
    }

    /// An epoch is three steps. Measuring between two epochs does not advance the schedule.
    @Test func measuringDoesNotChangeScheduleOrOptimizerState() throws {
        func trained(measures: Bool) throws -> (history: History, optimizer: [[NamedTensor]]) {
            let model = try network(trainedFor: 0)
            let schedule = LearningRateSchedule.cosineDecay(initialLearningRate: 0.01, decaySteps: 9)
            try model.compile(optimizer: Adam(learningRate: schedule))
            try model.fit(images(24), batchSize: 8, epochs: 1)
            if measures { try model.measurePreciseStatistics(on: images(24), batchSize: 8) }
            #expect(model.followsSchedule)
            #expect(model.learningRate == schedule.learningRate(at: 3))
            let history = try model.fit(images(24), batchSize: 8, epochs: 2, initialEpoch: 1)
            let (step, first, second) = try model.optimizerState()
            #expect(step == 6)
            return (history, [first, second])
        }
        let (measured, plain) = (try trained(measures: true), try trained(measures: false))
        #expect(measured.history.metrics == plain.history.metrics)
        #expect(measured.optimizer == plain.optimizer)
    }

    @Test func measuredStatisticsDoNotDependOnEarlierTraining() throws {
        let statistics = try [0, 9].map { epochs in
            let model = try network(trainedFor: epochs)
            try model.measurePreciseStatistics(on: images(24), batchSize: 8)
            return try model.weights().filter { $0.name.contains("moving") }
        }
        for (never, before) in zip(statistics[0], statistics[1]) {
            for (never, before) in zip(never.values, before.values) {
                #expect((never - before).magnitude < 1e-4)
            }
        }
    }
}

@Suite struct ProportionTests {
    /// The ends p of Wilson's interval satisfy |p - share| = z √(p (1 - p) / n).
    @Test(arguments: [(1, 10), (50, 100), (874, 1000), (9, 10)])
    func intervalEndsSolveWilsonsEquation(correct: Int, count: Int) {
        let proportion = Proportion(correct: correct, of: count)
        let share = Double(correct) / Double(count)
        for end in [proportion.low, proportion.high] {
            let distance = 1.959963984540054 * (end * (1 - end) / Double(count)).squareRoot()
            #expect(((end - share).magnitude - distance).magnitude < 1e-12)
        }
        #expect(proportion.low < share && share < proportion.high)
    }

    @Test func intervalsOfAllAndNoneEndExactlyAtOneAndZero() {
        // For 0 of n the upper end is z² / (n + z²).
        let squaredZ = 1.959963984540054 * 1.959963984540054
        let none = Proportion(correct: 0, of: 20)
        #expect(none.low == 0 && (none.high - squaredZ / (20 + squaredZ)).magnitude < 1e-12)
        let all = Proportion(correct: 20, of: 20)
        #expect(all.high == 1 && (all.low - 20 / (20 + squaredZ)).magnitude < 1e-12)
    }

    @Test func withoutImagesTheIntervalIsZeroToOne() {
        let unknown = Proportion(correct: 0, of: 0)
        #expect([unknown.accuracy, unknown.low, unknown.high] == [0, 0, 1])
    }
}

@Suite struct CalibrationTests {
    @Test func aConfidenceOnABoundIsInTheLowerBin() {
        let calibration = Calibration(
            confidence: [0, 0.5, 0.75, 1], correct: [true, true, true, true], bins: 4)
        #expect(calibration.bins.map(\.count) == [1, 1, 1, 1])
    }

    @Test func theErrorIsTheMeanDistanceOfConfidenceAndAccuracy() {
        // Two images at 0.75, one of them right (distance 0.25), and two at 1, both right (distance 0).
        let calibration = Calibration(
            confidence: [0.75, 0.75, 1, 1], correct: [true, false, true, true], bins: 4)
        #expect(calibration.expectedCalibrationError == 0.125)
        #expect(calibration.bins[2].confidence == 0.75 && calibration.bins[2].accuracy == 0.5)
        let interval = Proportion(correct: 1, of: 2)
        #expect(calibration.bins[2].accuracyLow == interval.low)
        #expect(calibration.bins[2].accuracyHigh == interval.high)
        #expect(calibration.bins[0].confidence == nil && calibration.bins[0].accuracyLow == nil)
    }

    @Test func everyImageIsInOneBin() {
        let confidence = (0...1000).map { Float($0) / 1000 }
        let calibration = Calibration(confidence: confidence, correct: confidence.map { $0 > 0.5 })
        #expect(calibration.bins.reduce(0) { $0 + $1.count } == 1001)
        #expect(Calibration(confidence: [], correct: []).expectedCalibrationError == 0)
    }
}

@Suite struct PixelHistogramTests {
    let dataset: ImageDataset

    init() throws {
        // Two images of 1×2 pixels: red is 0, 10, 10, 255; green always 7; blue 1, 2, 3, 4.
        dataset = try ImageDataset(
            images: [0, 7, 1, 10, 7, 2, 10, 7, 3, 255, 7, 4], labels: Labels([0, 1]), imageShape: [1, 2, 3],
            classNames: ["a", "b", "c"])
    }

    @Test func everyChannelIsCountedSeparately() {
        let histogram = PixelHistogram(dataset)
        #expect(histogram.channels == ["red", "green", "blue"])
        #expect(histogram.counts.map { $0.reduce(0, +) } == [4, 4, 4])
        #expect(histogram.counts[0][0] == 1 && histogram.counts[0][10] == 2 && histogram.counts[0][255] == 1)
        #expect(histogram.counts[1][7] == 4)
        #expect(histogram.images == 2)
    }

    @Test func rescalingDividesRangeAndMean() {
        let histogram = PixelHistogram(dataset)
        let raw = histogram.statistics(rescale: 1)
        #expect(raw == PixelHistogram(dataset).statistics(rescale: 1))
        #expect(raw.minimum == 0 && raw.maximum == 255 && raw.mean == 313.0 / 12)
        let scaled = histogram.statistics(rescale: 1.0 / 255)
        #expect(scaled.maximum == 1 && (scaled.mean - 313.0 / 12 / 255).magnitude < 1e-15)
    }

    @Test func classesAreCountedAndFound() {
        #expect(dataset.classCounts == [1, 1, 0])
        #expect(dataset.indices(ofClass: 1, first: 5) == [1])
        #expect(dataset.indices(ofClass: 2, first: 5).isEmpty)
    }
}

@Suite struct OverfittingTests {
    @Test func overfittingBeginsAfterTheLowestValidationLoss() {
        let loss = [1.0, 0.8, 0.6, 0.4, 0.2]
        #expect(Overfitting.firstEpoch(loss: loss, validationLoss: [1, 0.9, 0.95, 1, 1.1]) == 3)
    }

    @Test func aTrainingThatStillImprovesDoesNotOverfit() {
        let loss = [1.0, 0.8, 0.6, 0.4]
        #expect(Overfitting.firstEpoch(loss: loss, validationLoss: [1, 0.9, 0.8, 0.7]) == nil)
        #expect(Overfitting.firstEpoch(loss: loss, validationLoss: [1, 0.9, 0.8, 0.85]) == nil)
        #expect(Overfitting.firstEpoch(loss: [], validationLoss: []) == nil)
    }

    @Test func aRisingTrainingLossIsNotOverfitting() {
        #expect(Overfitting.firstEpoch(loss: [1, 2, 2, 2], validationLoss: [1, 2, 2, 2]) == nil)
    }
}
