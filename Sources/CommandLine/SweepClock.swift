import BigEggs
import Reporting

/// Estimates the time of a sweep's trainings. A few steps of each network are measured before the trainings begin, and
/// the estimate is corrected by the trainings that have ended.
final class SweepClock {
    /// The seconds of each training, if none stops early.
    private let estimates: [Double]
    private var estimated = 0.0
    private var taken = 0.0

    /// The settings that determine the time of a step.
    private struct StepKind: Hashable {
        let network: String
        let augments: Bool
        let batchSize: Int
        let precision: Precision

        init(_ recipe: Recipe, _ precision: Precision) {
            network = "\(recipe.network)"
            augments = recipe.generator != nil
            batchSize = recipe.batchSize
            self.precision = precision
        }
    }

    /// Measures one training of each ``StepKind``.
    ///
    /// - Throws: the error of a recipe that cannot be trained.
    init(_ runs: [Sweep.Run], _ plan: Sweep.Plan, _ data: LoadedDataset, threads: Int?) throws {
        let trained = plan.images - plan.heldOut
        let watched = plan.heldOut + data.test.count
        let line = ProgressLine("Measuring", "recipes")
        defer { line.end() }
        var known: [StepKind: Double] = [:]
        var estimates: [Double] = []
        for (number, run) in runs.enumerated() {
            let recipe = run.combination.recipe
            let kind = StepKind(recipe, plan.precision(of: recipe))
            let perImage =
                try known[kind]
                ?? EpochTime.secondsPerImage(
                    recipe, data.train.prefix(trained), precision: plan.precision(of: recipe),
                    threads: threads)
            known[kind] = perImage
            // An image that is only evaluated takes a third of the time: one pass of three.
            let images = Double(trained) + Double(watched) / 3
            estimates.append(perImage * images * Double(recipe.epochs))
            line.show(number + 1, of: runs.count)
        }
        self.estimates = estimates
    }

    /// The estimated seconds of the trainings from index `number` on.
    func left(from number: Int) -> Double {
        let ratio = estimated > 0 ? taken / estimated : 1
        return estimates[number...].reduce(0, +) * ratio
    }

    /// Runs the training with index `number`, and measures its time.
    func time(_ number: Int, _ body: () throws -> Void) rethrows {
        let started = ContinuousClock.now
        try body()
        taken += started.duration(to: .now) / .seconds(1)
        estimated += estimates[number]
    }
}
