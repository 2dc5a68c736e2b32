/// An invalid recipe.
public struct RecipeError: Error, Equatable, CustomStringConvertible {
    /// One sentence: what is wrong and what to do.
    public let description: String
    /// The description without the file's name.
    let problem: String

    init(file: String, problem: String) {
        description = "\(file): \(problem)"
        self.problem = problem
    }

    private init(_ description: String) {
        self.description = description
        problem = description
    }

    static func noSuchRecipe(_ name: String) -> RecipeError {
        RecipeError(
            "there is no recipe \(name): there are \(Recipe.named.map(\.name).joined(separator: ", ")), and files whose "
                + "names end in .json")
    }
}
