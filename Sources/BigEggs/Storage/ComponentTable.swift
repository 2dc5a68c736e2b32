/// What is found by its class name: the layers, the optimizers, the schedules, the callbacks, the losses.
package struct ComponentTable<Made>: Sendable {
    package typealias Make = @Sendable (inout Settings) throws -> Made

    /// What all of them are, for errors: "layer".
    private let kind: String
    private let entries: [(className: String, make: Make)]

    package init(_ kind: String, _ entries: [(className: String, make: Make)]) {
        self.kind = kind
        self.entries = entries
    }

    /// The class names.
    private var classNames: [String] { entries.map(\.className) }

    /// Makes one of settings, which may have more than it reads.
    ///
    /// - Throws: ``SettingsError`` for a name that is not in the table, and for settings that make no sense.
    package func make(_ className: String, _ settings: inout Settings) throws -> Made {
        guard let entry = entries.first(where: { $0.className == className }) else {
            throw SettingsError.unknown(
                "there is no \(kind) \(className): there are \(classNames.joined(separator: ", "))")
        }
        return try entry.make(&settings)
    }

    /// Makes what is described.
    ///
    /// - Throws: the same, and ``SettingsError`` for a setting that it does not have.
    package func make(_ component: Component) throws -> Made {
        var settings = try Settings(component.config, of: component.className)
        let made = try make(component.className, &settings)
        try settings.done()
        return made
    }
}
