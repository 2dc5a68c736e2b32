/// A layer, an optimizer, a schedule or a callback as files describe it: Keras's class name and settings.
///
/// In JSON `{"class_name": "Conv2D", "config": {"filters": 32, "kernel_size": 3}}`, as Keras has it, or the class
/// name alone.
package struct Component: Sendable, Equatable {
    /// Such as "Conv2D".
    package var className: String
    /// The settings, an object.
    package var config: Record

    package init(_ className: String, _ config: Record = [:]) {
        self.className = className
        self.config = config
    }

    /// Reads a description.
    ///
    /// - Parameter what: what it should be, for errors: "a layer".
    /// - Throws: ``SettingsError`` for one without a class name, and for anything else beside the settings.
    package init(_ record: Record, of what: String) throws {
        if let name = record.string {
            self.init(name)
            return
        }
        var settings = try Settings(record, of: what)
        // Models saved by earlier versions have "kind" and "settings".
        let name = try settings.text("class_name") ?? settings.text("kind")
        let config = settings.value("config") ?? settings.value("settings") ?? [:]
        self.init(try settings.required(name, "class_name"), config)
        try settings.done()
    }

    package var record: Record { ["class_name": .string(className), "config": config] }
}

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
    package var classNames: [String] { entries.map(\.className) }

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
