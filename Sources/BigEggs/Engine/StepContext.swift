/// The facts about the current step that nodes need.
struct StepContext {
    /// The number of steps since the start of training; dropout masks depend on it.
    var step: Int
    var training: Bool
    /// The samples of the batch that the plan computes; nil for all. A plan has at least one sample: an empty share is
    /// computed with an image of zeros, which is not counted.
    var share: Share?

    /// The index in the batch of the plan's first sample.
    var firstSample: Int { share?.samples.lowerBound ?? 0 }
    /// The share, if batch normalization sums over all processes; otherwise nil.
    var sharedSums: Share? { share.flatMap { $0.team.usesLocalStatistics ? nil : $0 } }
}
