import BigEggs
import Testing

/// Batches for custom training loops.
@Suite struct ImageFlowTests {
    private let generator = ImageDataGenerator(
        rotationRange: 20, widthShiftRange: 0.1, zoomRange: 0.2, horizontalFlip: true, rescale: 1 / 255)

    private func images(_ count: Int) throws -> ImageDataset {
        try ToyData.separable(images: count).rescaled(1)
    }

    @Test func anEpochHasEachImageOnceWithItsOwnTransformation() throws {
        let dataset = try images(22)
        let flow = try generator.flow(dataset, batchSize: 8, seed: 5)
        #expect(flow.stepsPerEpoch == 3)
        for epoch in [0, 3] {
            let batches = Array(flow.epoch(epoch))
            #expect(batches.map(\.shape) == [[8, 8, 8, 3], [8, 8, 8, 3], [6, 8, 8, 3]])
            #expect(batches.flatMap(\.indices).sorted() == Array(0..<22))
            for batch in batches {
                for (position, index) in batch.indices.enumerated() {
                    #expect(batch.labels[position] == dataset.labels.values[index])
                    let parameters = generator.randomTransform(
                        seed: 5, epoch: epoch, sample: index, imageShape: [8, 8, 3])
                    let expected = generator.apply(
                        parameters, to: dataset.image(at: index), imageShape: [8, 8, 3])
                    let found = batch.images[position * 192..<(position + 1) * 192]
                    for (found, expected) in zip(found, expected) {
                        #expect(abs(found - expected / 255) < 1e-6)
                    }
                }
            }
        }
    }

    @Test func iteratingContinuesWithTheNextEpochEndlessly() throws {
        let flow = try generator.flow(try images(10), batchSize: 4, seed: 1)
        let batches = Array(flow.prefix(7))
        #expect(batches == Array(flow.epoch(0)) + Array(flow.epoch(1)) + [Array(flow.epoch(2))[0]])
        #expect(Array(flow.epoch(0)) != Array(flow.epoch(1)))
        #expect(batches.map(\.labels.count) == [4, 4, 2, 4, 4, 2, 4])
    }

    @Test func withoutShufflingImagesKeepTheirOrder() throws {
        let flow = try ImageDataGenerator().flow(try images(5), batchSize: 3, shuffle: false)
        #expect(flow.epoch(4).flatMap(\.indices) == [0, 1, 2, 3, 4])
    }

    @Test func emptyDataAndZeroBatchSizeAreRefused() throws {
        #expect(throws: TrainingError.self) { try generator.flow(try images(4), batchSize: 0) }
        #expect(throws: TrainingError.self) { try generator.flow(try images(4).prefix(0)) }
        let vectors = try ImageDataset(
            floats: [1, 2, 3, 4], labels: Labels([0, 1]), imageShape: [2], classNames: ["a", "b"])
        let error = TrainingError.invalid(
            argument: "the shape of the data to augment", value: "[2]",
            allowed: "images, [height, width, channels]")
        #expect(throws: error) { try generator.flow(vectors) }
        let model = try Sequential(input: [2]) { Dense(2, activation: .softmax) }
        try model.compile(optimizer: Adam())
        #expect(throws: error) { try model.fit(vectors, augmentation: generator) }
        #expect(throws: error) {
            try model.measureSteps(
                on: vectors, batchSize: 1, steps: 1, training: true, augmentation: generator)
        }
    }

    /// Rescaling by the generator and by the data set gives the same weights.
    @Test func theGeneratorRescalesTrainingImages() throws {
        func weights(_ dataset: ImageDataset, _ rescale: Float) throws -> [NamedTensor] {
            let model = try ToyData.model()
            try model.compile()
            try model.fit(
                dataset, batchSize: 8, epochs: 2,
                augmentation: ImageDataGenerator(rotationRange: 10, rescale: rescale))
            return try model.weights()
        }
        let dataset = try images(16)
        #expect(try weights(dataset, 1 / 255) == weights(dataset.rescaled(1 / 255), 1))
        #expect(try weights(dataset, 1 / 255) != weights(dataset, 1))
        let floats = try ImageDataset(
            floats: dataset.images.map { Float($0) }, labels: dataset.labels, imageShape: dataset.imageShape,
            classNames: dataset.classNames)
        #expect(try weights(floats, 1 / 255) == weights(dataset, 1 / 255))
    }
}
