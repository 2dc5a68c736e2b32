/// Constructors of layers, optimizers, schedules, callbacks or losses, by class name.
package struct ComponentTable<Made>: Sendable {
    package typealias Make = @Sendable (inout Settings) throws -> Made

    /// The kind of the entries, for errors: "layer".
    private let kind: String
    private let entries: [(className: String, make: Make)]

    package init(_ kind: String, _ entries: [(className: String, make: Make)]) {
        self.kind = kind
        self.entries = entries
    }

    private var classNames: [String] { entries.map(\.className) }

    /// Makes an instance from settings; unknown settings are allowed.
    ///
    /// - Throws: ``SettingsError`` for a name that is not in the table, and for invalid settings.
    package func make(_ className: String, _ settings: inout Settings) throws -> Made {
        guard let entry = entries.first(where: { $0.className == className }) else {
            throw SettingsError.unknown(
                "there is no \(kind) \(className): there are \(classNames.joined(separator: ", "))")
        }
        return try entry.make(&settings)
    }

    /// Makes an instance from its description.
    ///
    /// - Throws: ``SettingsError`` for a name that is not in the table, and for invalid or unknown settings.
    package func make(_ component: Component) throws -> Made {
        var settings = try Settings(component.config, of: component.className)
        let made = try make(component.className, &settings)
        try settings.done()
        return made
    }
}
