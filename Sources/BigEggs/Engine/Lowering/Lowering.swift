/// How the engine runs a layer. Only the library's own layers have a lowering.
public struct Lowering: Sendable {
    let layer: any LoweredLayer
    /// The layer's settings and weights.
    package var described: any ConfigurableLayer { layer }

    init(_ layer: any LoweredLayer) { self.layer = layer }
}
