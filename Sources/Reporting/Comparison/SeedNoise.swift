import BigEggs
import Foundation

/// How far a result of two trainings that differ in their seeds alone is apart by chance: from the study's trainings.
///
/// The variance is pooled over the recipes of one network, each of which has two seeds or more; 95 in 100 differences of
/// two single trainings then lie within Student's t for its degrees of freedom, times √2 standard deviations.
struct SeedNoise {
    /// The study's records, recipe by recipe, of each network.
    private let records: [String: [String: [Record]]]

    /// Reads the study's records.
    ///
    /// - Throws: `RecordError` or `FileError` for one that cannot be read.
    init(_ study: Study) throws {
        var records: [String: [String: [Record]]] = [:]
        for (network, runs) in [("report", StudyRun.beyond), ("fast", StudyRun.fast)] {
            for run in runs {
                guard let record = try study.recorded(run) else { continue }
                records[network, default: [:]][run.recipe.name, default: []].append(record)
            }
        }
        self.records = records
    }

    /// Within what 95 in 100 differences by chance are.
    ///
    /// - Parameters:
    ///   - key: the way to the result in a training's record.
    ///   - recipe: what was trained.
    /// - Returns: nil where the study does not tell.
    func width(of key: String, recipe: String) -> Double? {
        guard let recipes = records.values.first(where: { $0[recipe] != nil }) else { return nil }
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

    /// Where the study's records have a result: its trainings validate on images held out, and the test images are
    /// looked at apart.
    private static func studied(_ key: String) -> String {
        key.hasPrefix("results.evaluation.") ? "test." + key.dropFirst("results.evaluation.".count) : key
    }

    /// Student's t that 95 in 100 values stay below in size.
    ///
    /// With one and two degrees of freedom in closed form; from three on the first terms of the expansion around the
    /// normal distribution, Abramowitz and Stegun, 26.7.5, which are off by 0.7 % at three and by less after.
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
