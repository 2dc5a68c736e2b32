/// The values that one node of a plan writes and others read, and the gradient that flows back.
final class Signal {
    /// `[batch, channels, height, width]` or `[batch, features]`: oneDNN's order of dimensions.
    let dims: [Int]
    let layout: TensorLayout
    /// How the hand-written passes walk through it.
    let walk: ChannelWalk
    /// How many nodes read it.
    var readers = 0
    /// Parameters have a part in it, so that the backward pass reaches it.
    var needsGradient = false
    /// The values went through a ReLU: the gradient is to be masked where they are not positive.
    var isRectified = false
    /// The only node that reads these values has masked the gradient already.
    var gradientIsMasked = false
    /// The node that wrote it has done the work of the max pooling behind it.
    var isPooled = false
    /// The node that wrote it has done the work of the activation behind it.
    var isActivated = false

    /// The values are not kept from the forward to the backward pass, but computed again for it.
    var isRecomputed = false

    init(dims: [Int], layout: TensorLayout) {
        self.dims = dims
        self.layout = layout
        walk = ChannelWalk(dims: dims, layout: layout)
    }

    var byteCount: Int { layout.byteCount }
    var place: Place { .values(ObjectIdentifier(self)) }
    /// Where the backward pass finds the values: where they are computed again, if they are not kept.
    var placeInBackward: Place { isRecomputed ? .recomputed(ObjectIdentifier(self)) : place }
    var gradientPlace: Place { .valuesGradient(ObjectIdentifier(self)) }
}
