/// The callbacks that C, Python and files can create from a class name and settings.
package enum CallbackTypes {
    package static let all: [any ConfigurableCallback.Type] = [
        CSVLogger.self, EarlyStopping.self, ModelCheckpoint.self, ReduceLROnPlateau.self,
        TerminateOnNaN.self, WeightAveraging.self,
    ]

    package static let table = ComponentTable<any ConfigurableCallback>(
        "callback", all.map { type in ("\(type)", { try type.init(&$0) }) })
}
