/// How often a callback does what it does.
public enum CallbackFrequency: Sendable, Equatable {
    /// After every epoch.
    case epoch
    /// After so many steps, counted on through the epochs.
    case batches(Int)

    /// - Throws: ``TrainingError`` for a number of steps below 1, in the name of `argument`.
    package func check(_ argument: String) throws {
        guard case .batches(let count) = self, count < 1 else { return }
        throw TrainingError.invalid(argument: argument, value: "\(count)", allowed: "1 or more")
    }
}
