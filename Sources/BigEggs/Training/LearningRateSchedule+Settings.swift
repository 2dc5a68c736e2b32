extension LearningRateSchedule {
    /// The schedules by their names in Keras, and `OneCycle`, which is PyTorch's `OneCycleLR`.
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
                "PolynomialDecay",
                {
                    .polynomialDecay(
                        initialLearningRate: try $0.required(
                            $0.number("initial_learning_rate"), "initial_learning_rate"),
                        decaySteps: try $0.required($0.integer("decay_steps"), "decay_steps"),
                        endLearningRate: try $0.number("end_learning_rate") ?? 0.0001,
                        power: try $0.number("power") ?? 1)
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
