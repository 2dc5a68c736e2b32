extension Flatten: LoweredLayer {
    /// Nothing: the image stays as it lies in memory, and who needs a matrix reorders it.
    func lower(_ layer: ResolvedLayer, into plan: inout PlanBuilder) {}
}
