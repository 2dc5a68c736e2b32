/// The callbacks that settings can fully describe, by class name.
package enum CallbackTypes {
    package static let all: [any ConfigurableCallback.Type] = [
        CSVLogger.self, EarlyStopping.self, ModelCheckpoint.self, ReduceLROnPlateau.self,
        TerminateOnNaN.self, WeightAveraging.self,
    ]

    package static let table = ComponentTable<any ConfigurableCallback>(
        "callback", all.map { type in ("\(type)", { try type.init(&$0) }) })
}
