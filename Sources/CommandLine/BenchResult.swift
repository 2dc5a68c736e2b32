import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// The results of `bigeggs bench`.
struct BenchResult: Encodable {
    let recipe: String
    let imageSize: Int
    /// `nil` for work that was not measured.
    let training, augmentedTraining, inference: Speed?
    let batchSize, threads, processes: Int
    /// The number of fixed parts of each batch; nil without `--exact`.
    let fixedParts: Int?
    let processor, instructionSet, oneDNN: String
    let precision: Precision
    let peakMemoryBytes: Int
    let algorithms: [ChosenAlgorithm]

    /// A kind of work that can be measured.
    enum Work: String, CaseIterable, ExpressibleByArgument {
        case training
        case augmentedTraining = "augmented-training"
        case inference
    }

    /// The speed of one kind of work.
    struct Speed: Encodable {
        let imagesPerSecond: Double

        /// The speed of the median round; `seconds` are the times of rounds of `images` images each.
        init(images: Int, seconds: [Double]) { imagesPerSecond = Double(images) / median(seconds) }

        enum CodingKeys: String, CodingKey { case imagesPerSecond = "images_per_second" }
    }

    /// Measures `rounds` rounds after a warm-up round. A round does every kind of work once, or only the kind
    /// `only`.
    init(_ subject: BenchSubject, steps: Int, rounds: Int, only: Work? = nil) throws {
        recipe = subject.recipe.name
        imageSize = subject.imageSize
        batchSize = subject.batchSize
        let images = batchSize * steps
        let (model, noise) = try subject.prepared(images: images)
        let progress = BenchProgress(total: rounds + 1)
        var seconds: [Work: [Double]] = [:]
        for round in 0...rounds {
            progress.show(round)
            for work in only.map({ [$0] }) ?? Work.allCases {
                let taken =
                    switch work {
                    case .training:
                        try model.fit(
                            noise, batchSize: batchSize, epochs: 1, communicator: subject.communicator,
                            localStatistics: subject.team.localStatistics
                        ).seconds
                    case .augmentedTraining:
                        try model.fit(
                            noise, batchSize: batchSize, epochs: 1, augmentation: subject.recipe.generator,
                            communicator: subject.communicator, localStatistics: subject.team.localStatistics
                        ).seconds
                    case .inference:
                        [
                            try model.evaluate(
                                noise, batchSize: batchSize, communicator: subject.communicator
                            ).seconds
                        ]
                    }
                if round > 0 { seconds[work, default: []] += taken }
            }
        }
        progress.show(rounds + 1)
        let speeds = seconds.mapValues { Speed(images: images, seconds: $0) }
        training = speeds[.training]
        augmentedTraining = speeds[.augmentedTraining]
        inference = speeds[.inference]
        let engine = model.engineDescription
        threads = engine.threads
        processes = subject.communicator.size
        fixedParts = subject.team.exact
        precision = engine.precision
        processor = engine.processor
        instructionSet = engine.instructionSet
        oneDNN = engine.oneDNN
        algorithms = engine.algorithms
        peakMemoryBytes = Machine.peakMemoryBytes
    }

    enum CodingKeys: String, CodingKey {
        case recipe, training, inference, threads, processes, precision, processor, algorithms
        case augmentedTraining = "augmented_training"
        case batchSize = "batch_size"
        case fixedParts = "fixed_parts"
        case imageSize = "image_size"
        case instructionSet = "instruction_set"
        case oneDNN = "onednn"
        case peakMemoryBytes = "peak_memory_bytes"
    }

    /// The results as text.
    var text: String {
        var augmented = "training on augmented images"
        if let training, let augmentedTraining {
            let more = training.imagesPerSecond / augmentedTraining.imagesPerSecond - 1
            augmented += ": \(more.percent) more time"
        }
        let speeds = Table(
            ["images/s", "ms/step", ""],
            rows: [(training, "training"), (augmentedTraining, augmented), (inference, "inference")]
                .compactMap { speed, name in speed.map { row($0, name) } })
        let parts = fixedParts.map { " in \($0) fixed parts" } ?? ""
        let choices = Table(
            ["layer", "pass", "algorithm"], rows: algorithms.map { [$0.layer, $0.pass, $0.algorithm] })
        return """
            \(speeds.text)
            \(processor), \(BenchSubject.workers(processes: processes, threads: threads)), \(precision.rawValue), batch size \(batchSize)\(parts), \(BenchSubject.title(recipe, imageSize))
            oneDNN \(oneDNN) with \(instructionSet)
            --precision auto is \(Precision.fastest.rawValue) here: \(Precision.reasonForFastest)
            at most \((Double(peakMemoryBytes) / 1e6).fixed(0)) MB of memory

            \(choices.text)
            """
    }

    private func row(_ speed: Speed, _ name: String) -> [String] {
        [speed.imagesPerSecond.fixed(0), (1000 * Double(batchSize) / speed.imagesPerSecond).fixed(1), name]
    }
}
