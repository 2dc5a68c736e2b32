/// A callback that C, Python and files can describe.
package protocol ConfigurableCallback: Callback, SendableMetatype {
    /// Reads the callback's settings, by Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
    /// The callback's results after training, by Keras's names if Keras has them.
    var outcome: Record { get }
}

extension ConfigurableCallback {
    package var outcome: Record { [:] }
}
