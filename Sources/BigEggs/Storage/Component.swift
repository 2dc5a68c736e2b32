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
