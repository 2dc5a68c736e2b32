/// A layer that the engine can run.
protocol LoweredLayer: ConfigurableLayer {
    /// The moving statistics of a batch normalization; `nil` for other layers.
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics?
    /// Whether the layer prefers input images with few channels as one plane per channel.
    var readsPlanes: Bool { get }
    /// Adds the nodes that compute the layer.
    ///
    /// - Parameters:
    ///   - layer: this layer, with its name, shapes and parameters.
    ///   - inputs: the layer's inputs. A flattened image may still have an image's layout.
    /// - Returns: the layer's output.
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal
}

extension LoweredLayer {
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics? { nil }
    var readsPlanes: Bool { false }
}
