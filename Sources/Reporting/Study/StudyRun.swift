import BigEggs
import Foundation

/// One training of the study: a recipe and a seed.
///
/// All runs hold the same training images out, choose by them, and look at the test images without letting
/// them decide.
public struct StudyRun: Sendable, Equatable {
    /// What is trained how.
    public let recipe: Recipe
    /// The seed of its random numbers.
    public let seed: UInt64

    /// The training images, the last ones, that validate.
    public static let heldOut = 5_000

    /// The runs of the study: the report's own recipes with three seeds, the others with two.
    public static let all: [StudyRun] = Recipe.all.flatMap { recipe in
        let seeds: ClosedRange<UInt64> = Recipe.ofReport.contains(recipe) ? 1...3 : 1...2
        return seeds.map { StudyRun(recipe: recipe, seed: $0) }
    }

    /// The run with a recipe and a seed, whether the study has it or not.
    public init(recipe: Recipe, seed: UInt64) {
        self.recipe = recipe
        self.seed = seed
    }

    /// The runs that a name means: `flip` all of the study with this recipe, `flip-2` the one with this seed.
    ///
    /// Of a recipe that the study does not have, five.
    ///
    /// With the name of a file in place of a recipe's, `wide.json` or `wide.json-2`, those of its recipe.
    ///
    /// - Returns: none for a name without a recipe.
    /// - Throws: what `Recipe.init(reading:)` throws.
    public static func named(_ name: String) throws -> [StudyRun] {
        if let match = name.wholeMatch(of: /(.+\.json)(?:-(\d+))?/) {
            let recipe = try Recipe(reading: String(match.1))
            guard let given = match.2 else { return [1, 2].map { StudyRun(recipe: recipe, seed: $0) } }
            return UInt64(given).map { [StudyRun(recipe: recipe, seed: $0)] } ?? []
        }
        let parts = name.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let recipe = Recipe(named: String(parts[0])) else { return [] }
        if parts.count == 1 {
            let own = all.filter { $0.recipe == recipe }
            return own.isEmpty ? (1...5).map { StudyRun(recipe: recipe, seed: $0) } : own
        }
        return UInt64(parts[1]).map { [StudyRun(recipe: recipe, seed: $0)] } ?? []
    }

    /// `flip-2`.
    public var name: String { "\(recipe.name)-\(seed)" }

    /// The command that trains it.
    public var command: String { "bigeggs study \(recipe.file.map { "\($0)-\(seed)" } ?? name)" }

    /// The arguments of `bigeggs train` for it, without those that say where to and how fast.
    public var arguments: [String] {
        ["--recipe", recipe.file ?? recipe.name, "--seed", "\(seed)", "--hold-out", "\(Self.heldOut)"]
    }

    /// Whether a record is that of this run, trained as it would be trained now.
    ///
    /// Records of the report's recipes, and of those that the study makes of them, may have the recipe's ``Ingredients``.
    public func isDescribed(by record: Record) -> Bool {
        let described = record[path: "settings.recipe"] ?? .null
        func earlier() -> Recipe? { (try? described.decoded() as Ingredients).map { Recipe($0, "") } }
        return (described == recipe.record || earlier() == recipe)
            && record[path: "settings.seed"]?.number == Double(seed)
            && record[path: "settings.heldOutImages"]?.integer == Self.heldOut
    }
}
