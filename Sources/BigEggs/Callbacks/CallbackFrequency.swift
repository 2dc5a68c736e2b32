/// How often a callback acts.
public enum CallbackFrequency: Sendable, Equatable {
    /// After every epoch.
    case epoch
    /// Whenever this number of steps has passed since the last time; the count continues across epochs.
    case batches(Int)

    /// - Throws: ``TrainingError`` for a number of steps below 1; the error names `argument`.
    package func check(_ argument: String) throws {
        guard case .batches(let count) = self, count < 1 else { return }
        throw TrainingError.invalid(argument: argument, value: "\(count)", allowed: "1 or more")
    }
}
