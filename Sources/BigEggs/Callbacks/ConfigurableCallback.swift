/// A callback as C, Python and files describe it.
package protocol ConfigurableCallback: Callback, SendableMetatype {
    /// Reads the callback's settings, by Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
    /// What became of it, by Keras's names.
    var outcome: Record { get }
}

extension ConfigurableCallback {
    package var outcome: Record { [:] }
}
