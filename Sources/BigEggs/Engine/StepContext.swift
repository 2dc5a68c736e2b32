/// What a node may want to know of the step that it takes part in.
struct StepContext {
    /// Steps since the training began: dropout's masks depend on it.
    var step: Int
    var training: Bool
    /// Which samples of the batch the plan computes; nil for all. A plan has one sample at least: a share without any goes
    /// through with an image of zeros, which counts nowhere.
    var share: Share?

    /// The number in the batch of the plan's first sample.
    var firstSample: Int { share?.samples.lowerBound ?? 0 }
    /// The share over which batch normalization takes its sums, if those of other processes belong to them.
    var sharedSums: Share? { share.flatMap { $0.team.usesLocalStatistics ? nil : $0 } }
}
