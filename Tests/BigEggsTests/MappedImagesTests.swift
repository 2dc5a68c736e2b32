import BigEggs
import Foundation
import Testing

/// Images in a file give the same results as images in memory.
@Suite struct MappedImagesTests {
    /// Images in memory, and the same images in a file, in another order and with other images between them.
    private func both(_ count: Int) throws -> (memory: ImageDataset, file: ImageDataset) {
        let memory = try ToyData.separable(images: count)
        let places = (0..<count).map { Int32(2 * count - 1 - 2 * $0) }
        var bytes = [UInt8](repeating: 99, count: 2 * count * memory.bytesPerImage)
        for (image, place) in places.enumerated() {
            let start = Int(place) * memory.bytesPerImage
            bytes.replaceSubrange(start..<start + memory.bytesPerImage, with: memory.image(at: image))
        }
        // The mapping outlives the file's name and descriptor.
        let file = try withTemporaryDirectory { directory in
            let path = directory + "/images"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let descriptor = open(path, O_RDONLY)
            defer { close(descriptor) }
            return try ImageDataset(
                mapping: MappedFile(descriptor, count: bytes.count, file: path), places: places,
                labels: memory.labels, imageShape: memory.imageShape, classNames: memory.classNames)
        }
        return (memory, file.rescaled())
    }

    @Test func mappedImagesAndSlicesEqualThoseInMemory() throws {
        let (memory, file) = try both(20)
        #expect(file.images == memory.images && file.count == 20 && file.shape == memory.shape)
        #expect(file.image(at: 7) == memory.image(at: 7))
        #expect(file[3..<9].images == memory[3..<9].images)
        #expect(file[3..<9].prefix(2).image(at: 1) == memory.image(at: 4))
        #expect(file.prefix(0).images.isEmpty)
    }

    /// A checkpoint identifies the data set by its bytes, in memory or in a file.
    @Test func aTrainingResumesWithTheSameImagesInAFile() throws {
        let (memory, file) = try both(64)
        func train(_ images: ImageDataset, in directory: String?, until stop: Int? = nil) throws
            -> Predictions
        {
            let model = try ToyData.model()
            try model.compile(optimizer: Adam())
            let interruption = Interruption()
            var steps = 0
            try model.fit(
                images, batchSize: 16, epochs: 3,
                callbacks: [
                    LambdaCallback(onBatchEnd: { _, _, _ in
                        steps += 1
                        if steps == stop { interruption.request() }
                    })
                ],
                checkpoints: directory.map { Checkpoints(in: $0, unfinished: .resume) },
                interruption: interruption)
            return try model.predict(images)
        }
        try withTemporaryDirectory { directory in
            #expect(throws: TrainingInterrupted.self) { try train(memory, in: directory, until: 6) }
            let (resumed, undisturbed) = (try train(file, in: directory), try train(memory, in: nil))
            #expect(resumed == undisturbed)
        }
        try withTemporaryDirectory { directory in
            #expect(throws: TrainingInterrupted.self) { try train(file, in: directory, until: 6) }
            // A data set with one image less, or one different image, is another data set.
            #expect(throws: CheckpointError.self) { try train(file.prefix(63), in: directory) }
            let other = try both(65).file[1..<65]
            #expect(throws: CheckpointError.self) { try train(other, in: directory) }
        }
    }

    @Test(arguments: [nil, ImageDataGenerator(rotationRange: 20, widthShiftRange: 0.2, horizontalFlip: true)])
    func trainingAndEvaluationAreBitIdentical(augmentation: ImageDataGenerator?) throws {
        let (memory, file) = try both(96)
        let results = try [memory, file].map { images in
            let model = try ToyData.model()
            try model.compile(optimizer: Adam())
            let history = try model.fit(
                images[0..<64], validation: images[64..<96], batchSize: 16, epochs: 2,
                augmentation: augmentation)
            return (history["loss"], history["val_loss"], try model.predict(images))
        }
        #expect(results[0].0 == results[1].0 && results[0].1 == results[1].1 && results[0].0.count == 2)
        #expect(results[0].2 == results[1].2)
    }
}
