import BigEggs
import CBigEggs

/// Optimizers as Keras describes them: a class name, and settings.
enum OptimizerSettings {
    /// The optimizer of a class name.
    static func optimizer(_ kind: String, _ settings: inout Settings) throws -> any Optimizer {
        switch kind {
        case "Adam":
            return Adam(
                learningRate: try schedule(&settings) ?? .constant(1e-3),
                beta1: try settings.float("beta_1") ?? 0.9, beta2: try settings.float("beta_2") ?? 0.999,
                epsilon: try settings.float("epsilon") ?? 1e-7,
                weightDecay: try settings.number("weight_decay") ?? 0)
        case "AdamW":
            return AdamW(
                learningRate: try schedule(&settings) ?? .constant(1e-3),
                weightDecay: try settings.number("weight_decay") ?? 0.004,
                beta1: try settings.float("beta_1") ?? 0.9, beta2: try settings.float("beta_2") ?? 0.999,
                epsilon: try settings.float("epsilon") ?? 1e-7)
        case "SGD":
            return SGD(
                learningRate: try schedule(&settings) ?? .constant(0.01),
                momentum: try settings.float("momentum") ?? 0,
                nesterov: try settings.flag("nesterov") ?? false,
                weightDecay: try settings.number("weight_decay") ?? 0)
        default:
            throw Failure.notFound("there is no optimizer \(kind): there are Adam, AdamW, SGD")
        }
    }

    /// A number, or an object with the settings of a schedule and its class name under "kind".
    private static func schedule(_ settings: inout Settings) throws -> LearningRateSchedule? {
        guard let value = settings.value("learning_rate") else { return nil }
        if let number = value.number { return .constant(number) }
        guard value.object != nil, let kind = value["kind"]?.string else {
            throw settings.wrong("learning_rate", value, "a number or a schedule with its \"kind\"")
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
            throw Failure.notFound("there is no schedule \(kind): there are CosineDecay, OneCycle")
        }
        try inner.done()
        return schedule
    }
}
