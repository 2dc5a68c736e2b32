/// The arithmetic that turns gradients into parameter updates. Only the library's own optimizers have one.
public struct UpdateRule: Sendable {
    let update: any SegmentUpdate

    init(_ update: any SegmentUpdate) { self.update = update }
}
