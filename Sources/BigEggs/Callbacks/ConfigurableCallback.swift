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

/// The kinds of callbacks that settings describe whole, by their names in Keras.
package enum CallbackTypes {
    package static let all: [any ConfigurableCallback.Type] = [
        CSVLogger.self, EarlyStopping.self, ModelCheckpoint.self, ReduceLROnPlateau.self,
        TerminateOnNaN.self, WeightAveraging.self,
    ]

    package static let table = ComponentTable<any ConfigurableCallback>(
        "callback", all.map { type in ("\(type)", { try type.init(&$0) }) })
}
