/// The arithmetic by which the engine turns a gradient into a change of the parameter. Only the library's own
/// optimizers have one.
public struct UpdateRule: Sendable {
    let update: any SegmentUpdate

    init(_ update: any SegmentUpdate) { self.update = update }
}
