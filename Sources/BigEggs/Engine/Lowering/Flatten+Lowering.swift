extension Flatten: LoweredLayer {
    /// Adds no node: the image keeps its layout, and a layer that needs a matrix reorders it.
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) -> Signal { inputs[0] }
}
