import BigEggs
import Foundation
import Reporting

/// What `bigeggs bench` measured, under the names that programs read.
struct BenchResult: Encodable {
    /// `nil` for what was not measured.
    let training, augmentedTraining, inference: Speed?
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

    /// Measures `rounds` rounds in which each kind of work, or `only` one, has its turn, after one to
    /// warm up.
    init(_ options: EngineOptions, only: BenchCommand.Work?, steps: Int, rounds: Int) throws {
        batchSize = options.batchSize
        let images = batchSize * steps
        let (model, noise) = try options.bench(images: images)
        let works = only.map { [$0] } ?? BenchCommand.Work.allCases
        let progress = BenchProgress(total: rounds + 1)
        var seconds: [BenchCommand.Work: [Double]] = [:]
        for round in 0...rounds {
            progress.show(round)
            for work in works {
                let elapsed =
                    switch work {
                    case .training:
                        try model.fit(noise, batchSize: batchSize, epochs: 1).seconds
                    case .augmented:
                        try model.fit(
                            noise, batchSize: batchSize, epochs: 1, augmentation: ReportSettings.generator
                        ).seconds
                    case .inference:
                        [try model.evaluate(noise, batchSize: batchSize).seconds]
                    }
                if round > 0 { seconds[work, default: []] += elapsed }
            }
        }
        progress.show(rounds + 1)
        func speed(_ work: BenchCommand.Work) -> Speed? {
            seconds[work].map { Speed(images: images, seconds: $0) }
        }
        training = speed(.training)
        augmentedTraining = speed(.augmented)
        inference = speed(.inference)
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
        var rows: [[String]] = []
        if let training { rows.append(row(training, "training")) }
        if let augmentedTraining {
            let more = training.map {
                ": \(($0.imagesPerSecond / augmentedTraining.imagesPerSecond - 1).percent) more"
            }
            rows.append(row(augmentedTraining, "training on augmented images\(more ?? "")"))
        }
        if let inference { rows.append(row(inference, "inference")) }
        let speeds = Table(["images/s", "ms/step", ""], rows: rows)
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
