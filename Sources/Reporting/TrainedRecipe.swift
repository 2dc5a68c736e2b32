import BigEggs

/// What a file of weights says of the recipe that they were trained with.
public struct TrainedRecipe: Sendable, Equatable {
    /// The recipe's name.
    public let name: String
    /// How it looks at test images.
    public let testViews: [TestView]

    init(_ recipe: Recipe) {
        name = recipe.name
        testViews = recipe.testViews
    }

    /// Reads a ``record``.
    ///
    /// - Throws: `SettingsError`.
    init(_ record: Record) throws {
        var settings = try Settings(record, of: "a recipe")
        name = try settings.required(settings.text("name"), "name")
        testViews = try settings.testViews()
        try settings.done()
    }

    /// What makes it again.
    var record: Record {
        ["name": .string(name), "test_views": .array(testViews.map(\.record))]
    }
}
