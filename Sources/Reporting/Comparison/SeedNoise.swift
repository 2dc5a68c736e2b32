import BigEggs
import Foundation

/// How far a result may differ between two trainings that differ only in their seeds, estimated from the study.
///
/// The variance is pooled over the recipes of one section that have at least two seeds. 95 % of the differences
/// between two single trainings lie within √2 standard deviations times Student's t for the pooled degrees of
/// freedom.
struct SeedNoise {
    /// The study's records by section, and by recipe; trainings with other held-out images are a recipe of their own.
    private let records: [[String: [Record]]]

    /// Reads the study's records.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read.
    init(_ study: Study) throws {
        records = try [StudyRun.beyond, StudyRun.fast].map { runs in
            try runs.reduce(into: [:]) { recipes, run in
                guard let record = try study.recorded(run) else { return }
                recipes[run.nameWithoutSeed, default: []].append(record)
            }
        }
    }

    /// The size that 95 % of the differences between two seeds do not exceed.
    ///
    /// - Parameters:
    ///   - key: the path of the result in a training's record.
    ///   - recipe: the recipe that was trained.
    /// - Returns: nil if the study's records are not enough to tell.
    func width(of key: String, recipe: String) -> Double? {
        guard let recipes = records.first(where: { $0[recipe] != nil }) else { return nil }
        var squares = 0.0
        var degrees = 0
        for runs in recipes.values {
            let values = runs.compactMap { $0[path: Self.studied(key)]?.number }
            guard values.count > 1 else { continue }
            let mean = values.reduce(0, +) / Double(values.count)
            squares += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            degrees += values.count - 1
        }
        guard degrees > 0 else { return nil }
        return Self.student(degrees) * (2 * squares / Double(degrees)).squareRoot()
    }

    /// The key of a result in the study's records: `test` for `results.evaluation`. In every run, `test` is
    /// of the test images; `results.evaluation` is of the held-out images if there are any.
    private static func studied(_ key: String) -> String {
        key.hasPrefix("results.evaluation.") ? "test." + key.dropFirst("results.evaluation.".count) : key
    }

    /// Student's t of a two-sided 95 % interval.
    ///
    /// Closed form for one and two degrees of freedom. From three on, the first terms of the expansion around the
    /// normal distribution (Abramowitz and Stegun, 26.7.5), which are off by 0.7 % at three and by less beyond.
    static func student(_ degrees: Int) -> Double {
        switch degrees {
        case 1: return tan(.pi * 0.475)
        case 2: return 0.95 * (2 / (1 - 0.95 * 0.95)).squareRoot()
        default:
            let z = 1.959963984540054
            let n = Double(degrees)
            let first = (pow(z, 3) + z) / 4
            let second = (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / 96
            let third = (3 * pow(z, 7) + 19 * pow(z, 5) + 17 * pow(z, 3) - 15 * z) / 384
            return z + first / n + second / (n * n) + third / (n * n * n)
        }
    }
}
