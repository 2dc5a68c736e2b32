import BigEggs

/// A callback and its settings, as a record holds them.
public struct CallbackDescription: Encodable, Sendable, Equatable {
    /// The callback's type.
    public let name: String
    /// Its arguments.
    public let settings: [String: Record]

    /// Describes an `EarlyStopping` or a `ReduceLROnPlateau`; nil for any other callback.
    public init?(_ callback: any Callback) {
        switch callback {
        case let stopping as EarlyStopping:
            name = "EarlyStopping"
            settings = [
                "monitor": .string(stopping.monitor), "patience": .number(Double(stopping.patience)),
                "restoreBestWeights": .bool(stopping.restoreBestWeights),
            ]
        case let plateau as ReduceLROnPlateau:
            name = "ReduceLROnPlateau"
            settings = [
                "monitor": .string(plateau.monitor), "factor": .number(plateau.factor),
                "patience": .number(Double(plateau.patience)),
            ]
        default: return nil
        }
    }
}
