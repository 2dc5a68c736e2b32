/// A layer that the engine can run.
protocol LoweredLayer: ConfigurableLayer {
    /// What a batch normalization keeps of its batches.
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics?
    /// Whether the layer reads the images of a model with few channels best as planes.
    var readsPlanes: Bool { get }
    /// Adds the nodes that compute the layer.
    ///
    /// - Parameter layer: this layer in its place.
    func lower(_ layer: ResolvedLayer, into plan: inout PlanBuilder) throws
}

extension LoweredLayer {
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics? { nil }
    var readsPlanes: Bool { false }
}

/// How the engine runs a layer. Only the library's own layers have one.
public struct Lowering: Sendable {
    let layer: any LoweredLayer
    /// The layer's settings and weights.
    package var described: any ConfigurableLayer { layer }

    init(_ layer: any LoweredLayer) { self.layer = layer }
}
