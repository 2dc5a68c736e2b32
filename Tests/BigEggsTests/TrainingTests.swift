import BigEggs
import Foundation
import Testing

@Suite struct TrainingTests {
    private let augmentation = ImageDataGenerator(
        rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1, zoomRange: 0.1)

    /// The weights after two epochs in batches of 16, 16 and 8 images, with all sources of randomness.
    private func trained(
        seed: UInt64, threads: Int = 2, precision: Precision = .float32, winograd: Bool = true
    ) throws -> [NamedTensor] {
        let model = try ToyData.model(seed: seed, threads: threads, precision: precision)
        model.allowsWinograd = winograd
        try model.compile()
        try model.fit(
            try ToyData.separable(images: 40), batchSize: 16, epochs: 2, augmentation: augmentation)
        return try model.weights()
    }

    @Test(arguments: [1, 2])
    func theSameSeedGivesTheSameWeightsBitForBit(threads: Int) throws {
        let first = try trained(seed: 3, threads: threads).bits
        #expect(try trained(seed: 3, threads: threads).bits == first)
        #expect(try trained(seed: 4, threads: threads).bits != first)
    }

    @Test(arguments: [1, 2])
    func directConvolutionsAndBFloat16AreReproducibleBitForBit(threads: Int) throws {
        let bfloat16 = GradientTests.hasBFloat16 ? [(Precision.bfloat16, true)] : []
        for (precision, winograd) in [(Precision.float32, false)] + bfloat16 {
            func train() throws -> [String: [UInt32]] {
                try trained(seed: 3, threads: threads, precision: precision, winograd: winograd).bits
            }
            #expect(try train() == train())
        }
    }

    @Test func onlyAugmentationShuffleAndDropoutDependOnTheSeed() throws {
        // All models start from the same weights, so that differences come from the seed alone.
        func train(seed: UInt64, _ augmentation: ImageDataGenerator?, shuffle: Bool, dropout: Float) throws
            -> [String: [UInt32]]
        {
            let model = try Sequential(input: [8, 8, 3], seed: seed, threads: 1) {
                Flatten()
                Dropout(dropout)
                Dense(4, activation: .softmax)
            }
            try model.setWeights(
                try model.weights().map { tensor in
                    let values = Noise(stream: 60).uniforms(tensor.values.count, in: -0.1...0.1)
                    return NamedTensor(name: tensor.name, shape: tensor.shape, values: values)
                })
            try model.compile()
            let toy = try ToyData.separable(images: 16)
            try model.fit(toy, batchSize: 4, augmentation: augmentation, shuffle: shuffle)
            return try model.weights().bits
        }
        let plain = try train(seed: 1, nil, shuffle: false, dropout: 0)
        #expect(try train(seed: 2, nil, shuffle: false, dropout: 0) == plain)
        #expect(
            try train(seed: 2, nil, shuffle: true, dropout: 0)
                != train(seed: 1, nil, shuffle: true, dropout: 0))
        #expect(
            try train(seed: 2, nil, shuffle: false, dropout: 0.5)
                != train(seed: 1, nil, shuffle: false, dropout: 0.5))
        #expect(
            try train(seed: 2, augmentation, shuffle: false, dropout: 0)
                != train(seed: 1, augmentation, shuffle: false, dropout: 0))
    }

    @Test(arguments: Precision.allCases.filter { $0 == .float32 || GradientTests.hasBFloat16 })
    func aSeparableDataSetIsLearnt(in precision: Precision) throws {
        let model = try ToyData.model(precision: precision)
        try model.compile(optimizer: Adam(learningRate: 3e-3))
        let train = try ToyData.separable(images: 60)
        let history = try model.fit(train, validation: train, batchSize: 16, epochs: 8)
        #expect(history.epochs == 8)
        #expect(history["loss"].count == 8)
        #expect(history["loss"][7] < 0.5 * history["loss"][0])
        #expect(try model.evaluate(train).accuracy > 0.95)
        #expect(history["val_accuracy"][7] == (try model.evaluate(train, batchSize: 16).accuracy))
    }

    @Test func anEpochWithATailBatchSeesEveryImageOnce() throws {
        let toy = try ToyData.separable(images: 11)
        // These layers compute the same in training and inference; the rate is too small to change weights.
        let layers = try ToyData.model().layers.filter { !($0 is Dropout || $0 is BatchNormalization) }
        let model = try Sequential(input: [8, 8, 3], seed: 5) { layers }
        try model.compile(optimizer: Adam(learningRate: 1e-20))
        let counter = StepCounter()
        let history = try model.fit(toy, batchSize: 4, epochs: 1, callbacks: [counter])
        #expect(counter.steps == 3)
        let evaluation = try model.evaluate(toy)
        #expect(abs(history["loss"][0] - evaluation.loss) < 1e-6)
        #expect(history["accuracy"][0] == evaluation.accuracy)
        // With a batch size above the number of images, an epoch is one step.
        try model.fit(toy, batchSize: 4096, epochs: 1, callbacks: [counter])
        #expect(counter.steps == 4)
    }

    @Test func evaluationLossIsTheMeanOverImagesForAnyBatchSize() throws {
        let model = try ToyData.model()
        try model.compile()
        let toy = try ToyData.separable(images: 21)
        try model.fit(toy, batchSize: 8)
        let predictions = try model.predict(toy)
        let losses = (0..<toy.count).map { image in
            -log(Double(predictions[image][predictions[image].startIndex + Int(toy.labels.values[image])]))
        }
        let mean = losses.reduce(0, +) / Double(toy.count)
        let right = (0..<toy.count).filter { predictions.predicted($0) == Int(toy.labels.values[$0]) }.count
        for batchSize in [1, 2, 5, 21, 128] {
            let evaluation = try model.evaluate(toy, batchSize: batchSize)
            #expect(abs(evaluation.loss - mean) < 1e-5)
            #expect(evaluation.accuracy == Double(right) / 21)
            #expect(evaluation.images == 21)
        }
    }

    @Test func predictionsAreProbabilities() throws {
        let predictions = try ToyData.model().predict(try ToyData.separable(images: 9), batchSize: 4)
        #expect(predictions.count == 9)
        #expect(predictions.classes == 4)
        for image in 0..<9 {
            #expect(abs(predictions[image].reduce(0, +) - 1) < 1e-6)
            #expect(predictions[image].allSatisfy { $0 > 0 })
            let row = Array(predictions[image])
            #expect(row[predictions.predicted(image)] == predictions.confidence(image))
            #expect(predictions.confidence(image) == row.max())
        }
    }

    @Test func evaluatingAndPredictingDoNotChangeTheWeights() throws {
        let model = try ToyData.model()
        try model.compile()
        let toy = try ToyData.separable(images: 12)
        try model.fit(toy, batchSize: 8)
        let before = try model.weights().bits
        _ = try model.evaluate(toy)
        _ = try model.predict(toy)
        #expect(try model.weights().bits == before)
    }

    @Test func labelsMayBeAColumn() throws {
        let toy = try ToyData.separable(images: 12)
        let column = try ImageDataset(
            images: toy.images, labels: Labels(toy.labels.values, asColumn: true), imageShape: toy.imageShape,
            classNames: toy.classNames
        ).rescaled()
        let model = try ToyData.model()
        #expect(try model.evaluate(column).loss == model.evaluate(toy).loss)
    }

    @Test func aVectorInputReadsImageBytesInOrder() throws {
        let toy = try ToyData.separable(images: 5)
        let flattening = try Sequential(input: [8, 8, 3], seed: 9) {
            Flatten()
            Dense(4, activation: .softmax)
        }
        let vectors = try Sequential(input: [192], seed: 9) { Dense(4, activation: .softmax) }
        let (first, second) = (try flattening.predict(toy), try vectors.predict(toy))
        for (first, second) in zip(first.probabilities, second.probabilities) {
            #expect(abs(first - second) < 1e-6)
        }
    }

    // MARK: Refusals

    @Test func anUncompiledModelCannotBeTrained() throws {
        #expect(throws: TrainingError.notCompiled) {
            try ToyData.model().fit(try ToyData.separable(images: 4))
        }
    }

    @Test func imagesOfAnotherShapeAreRefused() throws {
        let model = try ToyData.model()
        try model.compile()
        let good = try ToyData.separable(images: 4)
        let bad = try ToyData.separable(images: 4, imageShape: [8, 10, 3])
        let error = TrainingError.inputShape(found: [8, 10, 3], expected: [8, 8, 3])
        #expect(throws: error) { try model.fit(bad) }
        #expect(throws: error) { try model.fit(good, validation: bad) }
        #expect(throws: error) { try model.evaluate(bad) }
        #expect(throws: error) { try model.predict(bad) }
    }

    @Test func anEmptyDataSetIsRefused() throws {
        let model = try ToyData.model()
        try model.compile()
        let good = try ToyData.separable(images: 4)
        let empty = good.prefix(0)
        #expect(throws: TrainingError.noImages("training")) { try model.fit(empty) }
        #expect(throws: TrainingError.noImages("validation")) { try model.fit(good, validation: empty) }
        #expect(throws: TrainingError.noImages("evaluation")) { try model.evaluate(empty) }
    }

    @Test func moreClassesThanOutputsAreRefused() throws {
        let toy = try ToyData.separable(images: 4)
        let model = try Sequential(input: [8, 8, 3]) {
            Flatten()
            Dense(3, activation: .softmax)
        }
        try model.compile()
        let error = TrainingError.tooManyClasses(dataset: 4, outputs: 3)
        #expect(throws: error) { try model.fit(toy) }
        #expect(throws: error) { try model.evaluate(toy) }
    }

    @Test(arguments: [0, -1])
    func epochsBatchSizeAndThreadsBelowOneAreRefused(_ number: Int) throws {
        let model = try ToyData.model()
        try model.compile()
        let toy = try ToyData.separable(images: 4)
        func error(_ argument: String) -> TrainingError {
            .invalid(argument: argument, value: "\(number)", allowed: "1 or more")
        }
        #expect(throws: error("epochs")) { try model.fit(toy, epochs: number) }
        #expect(throws: error("batchSize")) { try model.fit(toy, batchSize: number) }
        #expect(throws: error("batchSize")) { try model.evaluate(toy, batchSize: number) }
        #expect(throws: error("batchSize")) { try model.predict(toy, batchSize: number) }
        #expect(throws: TrainingError.self) { try model.use(threads: number) }
        #expect(throws: TrainingError.self) { try ToyData.model(threads: number) }
    }

    @Test(arguments: [
        Adam(learningRate: 0), Adam(learningRate: -1e-3), Adam(learningRate: .nan),
        Adam(learningRate: .infinity), Adam(beta1: 1), Adam(beta1: -0.1), Adam(beta2: 1), Adam(beta2: .nan),
        Adam(epsilon: 0), Adam(epsilon: .infinity),
    ])
    func invalidOptimizerSettingsAreRefused(_ adam: Adam) throws {
        let model = try ToyData.model()
        #expect(throws: TrainingError.self) { try model.compile(optimizer: adam) }
        #expect(throws: TrainingError.notCompiled) { try model.fit(try ToyData.separable(images: 4)) }
    }

    @Test func theLossNeedsASoftmax() throws {
        let model = try Sequential(input: [192]) { Dense(4) }
        #expect(throws: TrainingError.noSoftmax) { try model.compile() }
        #expect(throws: TrainingError.noSoftmax) {
            try model.evaluate(try ToyData.separable(images: 4))
        }
    }

    @Test func aTrainingThatDivergesEndsWithAnError() throws {
        let model = try ToyData.model()
        try model.compile(optimizer: Adam(learningRate: 1e30))
        let error = #expect(throws: TrainingError.self) {
            try model.fit(try ToyData.separable(images: 16), batchSize: 8, epochs: 3)
        }
        guard case .lossNotFinite(let loss, let epoch, _, let rate, _) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(!loss.isFinite)
        #expect(epoch <= 3)
        #expect(rate == 1e30)
        #expect(error?.description.contains("try a smaller learning rate") == true)
    }
}

/// Counts steps over all epochs.
private final class StepCounter: Callback {
    var steps = 0

    func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) { steps += 1 }
}
