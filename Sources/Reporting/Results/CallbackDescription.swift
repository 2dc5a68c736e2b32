import BigEggs

/// A callback and its settings, as a record holds them.
public struct CallbackDescription: Encodable, Sendable, Equatable {
    /// The callback's type.
    public let name: String
    /// Its arguments.
    public let settings: [String: Record]
}

extension ReportSettings {
    /// The callbacks that watch both trainings.
    public var callbacks: [CallbackDescription] {
        [
            CallbackDescription(
                name: "EarlyStopping",
                settings: [
                    "monitor": .string("val_loss"), "patience": .number(Double(patience)),
                    "restoreBestWeights": .bool(true),
                ]),
            CallbackDescription(
                name: "EarlyStopping",
                settings: ["monitor": .string("val_accuracy"), "patience": .number(Double(patience))]),
            CallbackDescription(
                name: "ReduceLROnPlateau",
                settings: [
                    "monitor": .string("val_loss"), "factor": .number(0.5),
                    "patience": .number(Double(plateauPatience)),
                ]),
        ]
    }
}
