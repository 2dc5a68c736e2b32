import BigEggs
import Foundation
import Reporting

/// What `bigeggs bench` measured, under the names that programs read.
struct BenchResult: Encodable {
    /// `nil` for what was not measured.
    let training, inference: Speed?
    let threads: Int
    let processor: String
    let precision: Precision
    let peakMemoryBytes: Int
    let algorithms: [ChosenAlgorithm]

    /// The speed of one kind of work.
    struct Speed: Encodable {
        let imagesPerSecond: Double

        /// From the seconds that each round of so many images took: their median decides.
        init(images: Int, seconds: some Sequence<Double>) {
            let sorted = seconds.sorted()
            let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
            imagesPerSecond = Double(images) / median
        }

        enum CodingKeys: String, CodingKey { case imagesPerSecond = "images_per_second" }
    }

    init(training: Speed?, inference: Speed?, engine: EngineDescription) {
        self.training = training
        self.inference = inference
        threads = engine.threads
        precision = engine.precision
        processor = engine.processor
        peakMemoryBytes = Machine.peakMemoryBytes
        algorithms = engine.algorithms
    }

    enum CodingKeys: String, CodingKey {
        case training, inference, threads, precision, processor, algorithms
        case peakMemoryBytes = "peak_memory_bytes"
    }

    /// The same for people.
    var text: String {
        let speeds = Table(
            ["images/s", ""],
            rows: [(training, "training"), (inference, "inference")].compactMap { speed, work in
                speed.map { [$0.imagesPerSecond.fixed(0), work] }
            })
        let choices = Table(
            ["layer", "pass", "algorithm"], rows: algorithms.map { [$0.layer, $0.pass, $0.algorithm] })
        return """
            \(speeds.text)
            \(processor), threads: \(threads), \(precision.rawValue)
            at most \((Double(peakMemoryBytes) / 1e6).fixed(0)) MB of memory

            \(choices.text)
            """
    }
}
