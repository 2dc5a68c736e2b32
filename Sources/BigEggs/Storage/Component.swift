/// A layer, an optimizer, a schedule or a callback as described in files: Keras's class name and settings.
///
/// In JSON it is `{"class_name": "Conv2D", "config": {"filters": 32, "kernel_size": 3}}`, as in Keras, or only the
/// class name.
package struct Component: Sendable, Equatable {
    /// For example "Conv2D".
    package var className: String
    /// The settings, an object.
    package var config: Record

    package init(_ className: String, _ config: Record = [:]) {
        self.className = className
        self.config = config
    }

    /// Reads a description.
    ///
    /// - Parameter what: the expected kind, for errors: "a layer".
    /// - Throws: ``SettingsError`` without a class name, and for keys other than class name and settings.
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
