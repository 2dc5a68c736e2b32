/// A layer that the engine can run.
protocol LoweredLayer: ConfigurableLayer {
    /// What a batch normalization keeps of its batches.
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics?
    /// Whether the layer reads the images of a model with few channels best as planes.
    var readsPlanes: Bool { get }
    /// Adds the nodes that compute the layer.
    ///
    /// - Parameters:
    ///   - layer: this layer in its place.
    ///   - inputs: what it reads. A vector that was an image may still lie in memory as one.
    /// - Returns: the layer's output.
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal
}

extension LoweredLayer {
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics? { nil }
    var readsPlanes: Bool { false }
}
