/// An optimizer that C, Python and files can describe.
package protocol ConfigurableOptimizer: Optimizer {
    /// Reads the optimizer's settings, by Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
}

extension Settings {
    /// A learning rate: a number, or a schedule.
    mutating func learningRate(otherwise rate: Double) throws -> LearningRateSchedule {
        guard let value = value("learning_rate") else { return .constant(rate) }
        if let number = value.number { return .constant(number) }
        guard value.object != nil else {
            throw wrong("learning_rate", value, "a number or a schedule with its \"class_name\"")
        }
        return try LearningRateSchedule.table.make(Component(value, of: "a schedule"))
    }

    /// Keras's "clipvalue", "clipnorm" or "global_clipnorm".
    mutating func clipping() throws -> GradientClipping? {
        let limits: [GradientClipping?] = [
            try float("clipvalue").map { .value($0) }, try float("clipnorm").map { .norm($0) },
            try float("global_clipnorm").map { .globalNorm($0) },
        ]
        let given = limits.compactMap { $0 }
        guard given.count < 2 else {
            throw SettingsError.invalid("give one of \"clipvalue\", \"clipnorm\" and \"global_clipnorm\"")
        }
        return given.first
    }
}
