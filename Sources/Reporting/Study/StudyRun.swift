import BigEggs
import Foundation

/// One training of the study: a recipe, a seed, and the number of held-out training images.
///
/// The test images never affect a run: a run with held-out images chooses its epoch by those or not at all, and the
/// other runs choose nothing.
public struct StudyRun: Sendable, Equatable {
    /// The recipe.
    public let recipe: Recipe
    /// The seed of its random numbers.
    public let seed: UInt64
    /// How many training images, the last ones, are held out for validation. If none are, the test images are
    /// evaluated after every epoch, and the last epoch's weights are always kept.
    public let heldOut: Int

    /// The runs of section 8: the report's own recipes with three seeds, the others with two.
    public static let beyond: [StudyRun] = Recipe.all.flatMap { recipe in
        let seeds: ClosedRange<UInt64> = Recipe.ofReport.contains(recipe) ? 1...3 : 1...2
        return seeds.map { StudyRun(recipe: recipe, seed: $0) }
    }

    /// The runs of section 9: the fast recipe with five seeds, and with seed 1 once more with images held out; each
    /// variant without one ingredient with three seeds; and the larger network with one seed.
    public static let fast: [StudyRun] =
        (1...5).map { StudyRun(recipe: .fast, seed: $0) }
        + [StudyRun(recipe: .fast, seed: 1, heldOut: usualHeldOut)]
        + Recipe.fastWithoutOne.flatMap { recipe in (1...3).map { StudyRun(recipe: recipe, seed: $0) } }
        + [StudyRun(recipe: .strong, seed: 1)]

    /// The runs of both sections.
    public static let all = beyond + fast

    /// How many images are held out by section 8's runs and by recipes from files.
    private static let usualHeldOut = 5_000

    /// The run with a recipe and a seed, whether it is part of the study or not.
    ///
    /// - Parameter heldOut: how many training images are held out; nil for the standard number of the recipe.
    public init(recipe: Recipe, seed: UInt64, heldOut: Int? = nil) {
        self.recipe = recipe
        self.seed = seed
        self.heldOut = heldOut ?? StudyRun.standardHeldOut(recipe)
    }

    private static func standardHeldOut(_ recipe: Recipe) -> Int {
        let isFree = recipe.file == nil && Recipe.withoutChoice.contains { $0.name == recipe.name }
        return isFree ? 0 : usualHeldOut
    }

    /// The runs that a name means.
    ///
    /// `flip` means all runs of the study with this recipe, `flip-2` the one with seed 2. A recipe that holds
    /// out no images also has runs with 5,000 held-out images: `fast-held-out-1` is the one of `fast` with
    /// seed 1.
    ///
    /// The name of a recipe file works likewise: `wide.json` means seeds 1 and 2, and `wide.json-2` seed 2.
    ///
    /// - Returns: an empty list if there is no such recipe or run.
    /// - Throws: what `Recipe.init(reading:)` throws.
    public static func named(_ name: String) throws -> [StudyRun] {
        if let match = name.wholeMatch(of: /(.+\.json)(?:-(\d+))?/) {
            let recipe = try Recipe(reading: String(match.1))
            guard let given = match.2 else { return [1, 2].map { StudyRun(recipe: recipe, seed: $0) } }
            return UInt64(given).map { [StudyRun(recipe: recipe, seed: $0)] } ?? []
        }
        guard let match = name.wholeMatch(of: /(.+?)(-held-out)?(?:-(\d+))?/),
            let recipe = Recipe(named: String(match.1)), recipe.imageSizes.contains(32)
        else { return [] }
        let (standard, holdsOut) = (standardHeldOut(recipe), match.2 != nil)
        if holdsOut, standard > 0 { return [] }
        let heldOut = holdsOut ? usualHeldOut : standard
        guard let seed = match.3 else { return all.filter { $0.recipe == recipe && $0.heldOut == heldOut } }
        return UInt64(seed).map { [StudyRun(recipe: recipe, seed: $0, heldOut: heldOut)] } ?? []
    }

    /// The run's name, such as `flip-2` or `fast-held-out-1`.
    public var name: String { "\(nameWithoutSeed)-\(seed)" }

    /// The name of the run and of those that differ from it in the seed only, such as `flip` or `fast-held-out`.
    package var nameWithoutSeed: String {
        recipe.name + (heldOut == StudyRun.standardHeldOut(recipe) ? "" : "-held-out")
    }

    /// The command that trains it.
    public var command: String { "bigeggs study \(recipe.file.map { "\($0)-\(seed)" } ?? name)" }

    /// The arguments of `bigeggs train` for it, without output directory, data set, precision and threads.
    public var arguments: [String] {
        ["--recipe", recipe.file ?? recipe.name, "--seed", "\(seed)"]
            + (heldOut > 0 ? ["--hold-out", "\(heldOut)"] : [])
    }

    /// Whether a record is of this run with its present settings.
    ///
    /// Records of the report's recipes, and of recipes that the study derives from them, may hold ``Ingredients``
    /// instead of a recipe.
    public func isDescribed(by record: Record) -> Bool {
        let described = record[path: "settings.recipe"] ?? .null
        func earlier() -> Recipe? { (try? described.decoded() as Ingredients).map { Recipe($0, "") } }
        return (described == recipe.record || earlier() == recipe)
            && record[path: "settings.seed"]?.number == Double(seed)
            && record[path: "settings.heldOutImages"]?.integer == heldOut
    }
}
