/// An optimizer as C, Python and files describe it.
package protocol ConfigurableOptimizer: Optimizer {
    /// Reads the optimizer's settings, by Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
}

/// The kinds of optimizers, by their names in Keras.
package enum OptimizerTypes {
    package static let all: [any ConfigurableOptimizer.Type] = [
        Adam.self, AdamW.self, Muon.self, RMSprop.self, SGD.self,
    ]

    /// The optimizer of a class name.
    ///
    /// - Throws: ``SettingsError`` for a name that no optimizer has, and for settings that make no sense.
    package static func optimizer(
        _ className: String, _ settings: inout Settings
    ) throws -> any Optimizer {
        guard let type = all.first(where: { "\($0)" == className }) else {
            throw SettingsError.unknown(
                "there is no optimizer \(className): there are "
                    + all.map { "\($0)" }.joined(separator: ", "))
        }
        return try type.init(&settings)
    }
}

extension Settings {
    /// A learning rate: a number, or an object with the settings of a schedule and its class name under "kind".
    mutating func learningRate(otherwise rate: Double) throws -> LearningRateSchedule {
        guard let value = value("learning_rate") else { return .constant(rate) }
        if let number = value.number { return .constant(number) }
        guard value.object != nil, let kind = value["kind"]?.string else {
            throw wrong("learning_rate", value, "a number or a schedule with its \"kind\"")
        }
        var inner = try Settings(value, of: kind)
        _ = inner.value("kind")
        let schedule: LearningRateSchedule
        switch kind {
        case "CosineDecay":
            schedule = .cosineDecay(
                initialLearningRate: try inner.required(
                    inner.number("initial_learning_rate"), "initial_learning_rate"),
                decaySteps: try inner.required(inner.integer("decay_steps"), "decay_steps"),
                alpha: try inner.number("alpha") ?? 0, warmupTarget: try inner.number("warmup_target"),
                warmupSteps: try inner.integer("warmup_steps") ?? 0)
        case "OneCycle":
            schedule = .oneCycle(
                maxLearningRate: try inner.required(inner.number("max_learning_rate"), "max_learning_rate"),
                totalSteps: try inner.required(inner.integer("total_steps"), "total_steps"),
                pctStart: try inner.number("pct_start") ?? 0.3,
                divFactor: try inner.number("div_factor") ?? 25,
                finalDivFactor: try inner.number("final_div_factor") ?? 1e4)
        default:
            throw SettingsError.unknown("there is no schedule \(kind): there are CosineDecay, OneCycle")
        }
        try inner.done()
        return schedule
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
