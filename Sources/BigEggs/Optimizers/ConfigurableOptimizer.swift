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

    package static let table = ComponentTable<any Optimizer>(
        "optimizer", all.map { type in ("\(type)", { try type.init(&$0) }) })
}

/// Optimizers of parameters whose names end in a certain way; the first that fits counts.
package struct OptimizerGroups: Sendable {
    private let groups: [(ending: String, optimizer: any Optimizer)]

    /// Reads "groups", a list of objects with "ending" and "optimizer".
    ///
    /// - Throws: ``SettingsError``.
    package init(_ settings: inout Settings) throws {
        groups = try (settings.list("groups") ?? []).map { described in
            var group = try Settings(described, of: "a group of parameters")
            let ending = try group.required(group.text("ending"), "ending")
            let optimizer = try group.required(group.value("optimizer"), "optimizer")
            try group.done()
            return (ending, try OptimizerTypes.table.make(Component(optimizer, of: "an optimizer")))
        }
    }

    /// The optimizer of a parameter, such as "conv2d/kernel"; nil for the model's.
    package func optimizer(of parameter: String) -> (any Optimizer)? {
        groups.first { parameter.hasSuffix($0.ending) }?.optimizer
    }
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

extension LearningRateSchedule {
    /// The schedules, by their names in Keras; `OneCycle` is PyTorch's.
    package static let table = ComponentTable<LearningRateSchedule>(
        "schedule",
        [
            (
                "CosineDecay",
                {
                    .cosineDecay(
                        initialLearningRate: try $0.required(
                            $0.number("initial_learning_rate"), "initial_learning_rate"),
                        decaySteps: try $0.required($0.integer("decay_steps"), "decay_steps"),
                        alpha: try $0.number("alpha") ?? 0, warmupTarget: try $0.number("warmup_target"),
                        warmupSteps: try $0.integer("warmup_steps") ?? 0)
                }
            ),
            (
                "OneCycle",
                {
                    .oneCycle(
                        maxLearningRate: try $0.required($0.number("max_learning_rate"), "max_learning_rate"),
                        totalSteps: try $0.required($0.integer("total_steps"), "total_steps"),
                        pctStart: try $0.number("pct_start") ?? 0.3,
                        divFactor: try $0.number("div_factor") ?? 25,
                        finalDivFactor: try $0.number("final_div_factor") ?? 1e4)
                }
            ),
        ])
}
