import BigEggs

/// The recipe of trained weights, as noted in their file.
public struct TrainedRecipe: Sendable, Equatable {
    /// The recipe's name.
    public let name: String
    /// The recipe's test views.
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

    /// The JSON description.
    var record: Record {
        ["name": .string(name), "test_views": .array(testViews.map(\.record))]
    }
}
