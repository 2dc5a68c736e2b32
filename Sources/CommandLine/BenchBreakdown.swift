import BigEggs
import Foundation
import Reporting

/// The time of each part of a step: `bigeggs bench --breakdown`.
struct BenchBreakdown: Encodable {
    let recipe: String
    let imageSize: Int
    let training, inference: Step
    let batchSize, threads, processes: Int
    let processor: String
    let precision: Precision
    let peak: Peak

    /// The measured peak of this machine with all operands in registers, in operations per second.
    struct Peak: Encodable {
        let float32, bfloat16: Double
    }

    /// The times of one kind of step: training or inference.
    struct Step: Encodable {
        /// The median of the steps' wall times while no pass was timed.
        let milliseconds: Double
        /// The mean of the steps' wall times while every pass was timed.
        let timedMilliseconds: Double
        /// The sum of the passes' mean times.
        let sumMilliseconds: Double
        /// The mean time in which gradients were exchanged between processes while layers computed. The time in which a
        /// step waited for messages is the pass "messages".
        let hiddenMessagesMilliseconds: Double
        let passes: [Pass]

        init(plain: (seconds: [Double], times: PassTimes?), timed: (seconds: [Double], times: PassTimes?)) {
            let times = timed.times ?? PassTimes()
            let steps = Double(timed.seconds.count)
            milliseconds = median(plain.seconds) * 1e3
            timedMilliseconds = timed.seconds.reduce(0, +) / steps * 1e3
            sumMilliseconds = Double(times.totalNanoseconds) / steps / 1e6
            hiddenMessagesMilliseconds = Double(times.hiddenNanoseconds) / steps / 1e6
            passes = times.passes.map { pass in
                let nanoseconds = Double(times.nanoseconds[pass] ?? 0)
                return Pass(
                    layer: pass.layer, pass: pass.name, milliseconds: nanoseconds / steps / 1e6,
                    gigaOperationsPerSecond: Double(times.operations[pass] ?? 0) / max(nanoseconds, 1))
            }
        }
    }

    /// A pass of a layer, or a part of the step outside layers.
    struct Pass: Encodable {
        let layer, pass: String
        let milliseconds: Double
        /// The rate of a matrix product or a convolution; 0 for other passes. With Winograd's algorithm, too,
        /// the operations of the direct convolution are counted.
        let gigaOperationsPerSecond: Double
    }

    init(_ subject: BenchSubject, steps: Int) throws {
        recipe = subject.recipe.name
        imageSize = subject.imageSize
        batchSize = subject.batchSize
        let (model, noise) = try subject.prepared(images: batchSize * 20)
        threads = model.threads
        processes = subject.communicator.size
        precision = model.precision
        processor = Machine.processor
        peak = Peak(
            float32: Machine.peakOperationsPerSecond(.float32, threads: threads),
            bfloat16: Machine.peakOperationsPerSecond(.bfloat16, threads: threads))
        let progress = BenchProgress(total: 4)
        func measure(_ training: Bool, timed: Bool, _ number: Int) throws -> (
            seconds: [Double], times: PassTimes?
        ) {
            progress.show(number)
            return try model.measureSteps(
                on: noise, batchSize: subject.batchSize, steps: steps, training: training, breakdown: timed,
                communicator: subject.communicator)
        }
        training = Step(
            plain: try measure(true, timed: false, 0), timed: try measure(true, timed: true, 1))
        inference = Step(
            plain: try measure(false, timed: false, 2), timed: try measure(false, timed: true, 3))
        progress.show(4)
    }

    enum CodingKeys: String, CodingKey {
        case recipe, training, inference, threads, processes, processor, precision
        case batchSize = "batch_size"
        case imageSize = "image_size"
        case peak = "peak_operations_per_second"
    }

    /// The results as text.
    var text: String {
        """
        \(processor), \(BenchSubject.workers(processes: processes, threads: threads)), \
        \(precision.rawValue), batch size \(batchSize), \(BenchSubject.title(recipe, imageSize))
        Measured peak: \((peak.float32 / 1e9).fixed(0)) GFLOP/s of float32 multiply-adds, \
        \(peak.bfloat16 > 0 ? "\((peak.bfloat16 / 1e9).fixed(0)) of bfloat16 products" : "no bfloat16")

        A training step
        \(table(training))
        An inference step
        \(table(inference))
        GFLOP/s count the operations of a direct convolution. Winograd's algorithm needs fewer
        multiplications, so its share of the peak can exceed 100 %.
        """
    }

    private func table(_ step: Step) -> String {
        let peak = precision == .float32 ? self.peak.float32 : self.peak.bfloat16
        var rows = step.passes.map { pass in
            let speed = pass.gigaOperationsPerSecond
            return [
                pass.layer, pass.pass, pass.milliseconds.fixed(2),
                (pass.milliseconds / step.sumMilliseconds).percent,
                speed > 0 ? speed.fixed(0) : "", speed > 0 && peak > 0 ? (speed * 1e9 / peak).percent : "",
            ]
        }
        rows.append(["all", "sum", step.sumMilliseconds.fixed(2), "", "", ""])
        if step.hiddenMessagesMilliseconds > 0 {
            rows.append(
                [
                    "all", "messages hidden behind layers", step.hiddenMessagesMilliseconds.fixed(2), "", "",
                    "",
                ])
        }
        rows.append(["all", "wall, timed", step.timedMilliseconds.fixed(2), "", "", ""])
        rows.append(["all", "wall, untimed (median)", step.milliseconds.fixed(2), "", "", ""])
        return Table(["layer", "pass", "ms", "share", "GFLOP/s", "of peak"], rows: rows).text
    }
}

extension BenchBreakdown.Step {
    enum CodingKeys: String, CodingKey {
        case milliseconds, passes
        case timedMilliseconds = "timed_milliseconds"
        case sumMilliseconds = "sum_milliseconds"
        case hiddenMessagesMilliseconds = "hidden_messages_milliseconds"
    }
}

extension BenchBreakdown.Pass {
    enum CodingKeys: String, CodingKey {
        case layer, pass, milliseconds
        case gigaOperationsPerSecond = "giga_operations_per_second"
    }
}
