import BigEggs
import Foundation
import Reporting

/// What `bigeggs bench` measured, under the names that programs read.
struct BenchResult: Encodable {
    let training, augmentedTraining, inference: Speed
    let batchSize, threads: Int
    let processor: String
    let precision: Precision
    let peakMemoryBytes: Int
    let algorithms: [ChosenAlgorithm]

    /// The speed of one kind of work.
    struct Speed: Encodable {
        let imagesPerSecond: Double

        /// From the seconds that each round of so many images took: their median decides.
        init(images: Int, seconds: [Double]) { imagesPerSecond = Double(images) / median(seconds) }

        enum CodingKeys: String, CodingKey { case imagesPerSecond = "images_per_second" }
    }

    /// Measures `rounds` rounds in which each kind of work has its turn, after one to warm up.
    init(_ options: EngineOptions, steps: Int, rounds: Int) throws {
        batchSize = options.batchSize
        let images = batchSize * steps
        let (model, noise) = try options.bench(images: images)
        let progress = BenchProgress(total: rounds + 1)
        var seconds: [[Double]] = [[], [], []]
        for round in 0...rounds {
            progress.show(round)
            let plain = try model.fit(noise, batchSize: batchSize, epochs: 1)
            let augmented = try model.fit(
                noise, batchSize: batchSize, epochs: 1, augmentation: ReportSettings.generator)
            let inference = try model.evaluate(noise, batchSize: batchSize)
            guard round > 0 else { continue }
            seconds[0] += plain.seconds
            seconds[1] += augmented.seconds
            seconds[2].append(inference.seconds)
        }
        progress.show(rounds + 1)
        training = Speed(images: images, seconds: seconds[0])
        augmentedTraining = Speed(images: images, seconds: seconds[1])
        inference = Speed(images: images, seconds: seconds[2])
        let engine = model.engineDescription
        threads = engine.threads
        precision = engine.precision
        processor = engine.processor
        algorithms = engine.algorithms
        peakMemoryBytes = Machine.peakMemoryBytes
    }

    enum CodingKeys: String, CodingKey {
        case training, inference, threads, precision, processor, algorithms
        case augmentedTraining = "augmented_training"
        case batchSize = "batch_size"
        case peakMemoryBytes = "peak_memory_bytes"
    }

    /// The same for people.
    var text: String {
        let augmentation = training.imagesPerSecond / augmentedTraining.imagesPerSecond - 1
        let speeds = Table(
            ["images/s", "ms/step", ""],
            rows: [
                row(training, "training"),
                row(augmentedTraining, "training on augmented images: \(augmentation.percent) more"),
                row(inference, "inference"),
            ])
        let choices = Table(
            ["layer", "pass", "algorithm"], rows: algorithms.map { [$0.layer, $0.pass, $0.algorithm] })
        return """
            \(speeds.text)
            \(processor), threads: \(threads), \(precision.rawValue), batch size \(batchSize)
            at most \((Double(peakMemoryBytes) / 1e6).fixed(0)) MB of memory

            \(choices.text)
            """
    }

    private func row(_ speed: Speed, _ name: String) -> [String] {
        [speed.imagesPerSecond.fixed(0), (1000 * Double(batchSize) / speed.imagesPerSecond).fixed(1), name]
    }
}
