import BigEggs
import Foundation

extension Recipe {
    /// One of ``named`` by its name, or the recipe of a file, whose name ends in `.json`.
    ///
    /// - Throws: ``RecipeError``, and what ``init(reading:)`` throws.
    public init(_ argument: String) throws {
        if let recipe = Recipe(named: argument) {
            self = recipe
            return
        }
        guard argument.hasSuffix(".json") else { throw RecipeError.noSuchRecipe(argument) }
        try self.init(reading: argument)
    }

    /// Reads a recipe from a JSON file and checks it.
    ///
    /// The layers must fit together, and the optimizer, loss and callbacks must exist.
    ///
    /// - Throws: `FileError`, `RecordError` with the position of a JSON error, ``RecipeError`` with the invalid
    ///   setting.
    public init(reading file: String) throws {
        try self.init(described: Record.read(file), file: file)
    }

    /// A recipe from the contents of a file, with the same checks.
    ///
    /// - Throws: ``RecipeError``.
    init(described record: Record, file: String) throws {
        do {
            var settings = try Settings(record, of: "a recipe")
            let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
            try self.init(&settings, name: name, file: file)
            try settings.done()
            try check()
        } catch let error as RecipeError {
            throw error
        } catch {
            throw RecipeError(file: file, problem: "\(error)")
        }
    }

    private func check() throws {
        guard name.wholeMatch(of: /[\p{L}\p{N}._-]+/) != nil else {
            throw SettingsError.invalid(
                "\"name\" is \"\(name)\": give letters, digits, \".\", \"_\" and \"-\", as it names files")
        }
        if let own = Recipe(named: name), own != self {
            throw SettingsError.invalid("\"name\" is \"\(name)\", which is a recipe of BigEggs: give another")
        }
        try compile(
            try model(classes: 10, imageSize: imageSizes.lowerBound, seed: 0, threads: 1), trainImages: 50_000
        )
        _ = try callbacks()
    }
}
