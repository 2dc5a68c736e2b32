import BigEggs
import Reporting

/// Times and memory by batch size and number of threads: `bigeggs bench --scaling`.
struct BenchScaling: Encodable {
    let recipe: String
    let imageSize: Int
    let rows: [Row]
    let processor: String
    let precision: Precision

    enum CodingKeys: String, CodingKey {
        case recipe, rows, processor, precision
        case imageSize = "image_size"
    }

    /// The results of one batch size on one number of threads.
    struct Row: Encodable {
        let batchSize, threads: Int
        let trainingStepSeconds, inferenceStepSeconds: Double
        let trainingImagesPerSecond, inferenceImagesPerSecond: Double
        /// The size of activations and their gradients.
        let workspaceBytes: Int

        enum CodingKeys: String, CodingKey {
            case threads
            case batchSize = "batch_size"
            case trainingStepSeconds = "training_step_seconds"
            case inferenceStepSeconds = "inference_step_seconds"
            case trainingImagesPerSecond = "training_images_per_second"
            case inferenceImagesPerSecond = "inference_images_per_second"
            case workspaceBytes = "workspace_bytes"
        }
    }

    init(_ subject: BenchSubject, rounds: Int) throws {
        let batchSizes = [32, 64, 128, 256, 512]
        let all = subject.engine.threads ?? Machine.standardThreads
        let cases = (all > 1 ? [1, all] : [1]).flatMap { threads in batchSizes.map { ($0, threads) } }
        let progress = BenchProgress(total: cases.count)
        var precision = Precision.float32
        rows = try cases.enumerated().map { number, one in
            progress.show(number)
            let (batchSize, threads) = one
            let (model, noise) = try subject.prepared(images: 512)
            precision = model.precision
            try model.use(threads: threads)
            let steps = max(rounds, rounds * 512 / batchSize)
            func seconds(training: Bool) throws -> Double {
                try median(
                    model.measureSteps(on: noise, batchSize: batchSize, steps: steps, training: training)
                        .seconds)
            }
            let training = try seconds(training: true)
            let bytes = model.workspaceBytes
            let inference = try seconds(training: false)
            return Row(
                batchSize: batchSize, threads: threads, trainingStepSeconds: training,
                inferenceStepSeconds: inference, trainingImagesPerSecond: Double(batchSize) / training,
                inferenceImagesPerSecond: Double(batchSize) / inference, workspaceBytes: bytes)
        }
        progress.show(cases.count)
        processor = Machine.processor
        self.precision = precision
        recipe = subject.recipe.name
        imageSize = subject.imageSize
    }

    /// The results as text.
    var text: String {
        let table = Table(
            [
                "threads", "batch", "ms/step training", "images/s", "ms/step inference", "images/s",
                "MB of activations",
            ],
            rows: rows.map { row in
                [
                    "\(row.threads)", "\(row.batchSize)", (row.trainingStepSeconds * 1e3).fixed(1),
                    row.trainingImagesPerSecond.fixed(0), (row.inferenceStepSeconds * 1e3).fixed(1),
                    row.inferenceImagesPerSecond.fixed(0), (Double(row.workspaceBytes) / 1e6).fixed(0),
                ]
            })
        return
            "\(processor), \(precision.rawValue), \(BenchSubject.title(recipe, imageSize))\n\n\(table.text)"
    }
}
