/// The values that one node of a plan writes and others read, and the gradient that flows back.
final class Signal {
    /// `[batch, channels, height, width]` or `[batch, features]`: oneDNN's order of dimensions.
    let dims: [Int]
    let layout: TensorLayout
    /// The strides for hand-written passes over the values.
    let walk: ChannelWalk
    /// The number of nodes that read the values.
    var readers = 0
    /// The values depend on parameters, so the backward pass needs their gradient.
    var needsGradient = false
    /// The values are a ReLU's output: the gradient must be masked where they are zero.
    var isRectified = false
    /// The only reader of these values masks the gradient.
    var gradientIsMasked = false
    /// The writing node includes the max pooling that follows.
    var isPooled = false
    /// The writing node includes the activation that follows.
    var isActivated = false

    /// The values are not kept from the forward pass but recomputed for the backward pass.
    var isRecomputed = false

    init(dims: [Int], layout: TensorLayout) {
        self.dims = dims
        self.layout = layout
        walk = ChannelWalk(dims: dims, layout: layout)
    }

    var byteCount: Int { layout.byteCount }
    var place: Place { .values(ObjectIdentifier(self)) }
    /// Where the backward pass finds the values.
    var placeInBackward: Place { isRecomputed ? .recomputed(ObjectIdentifier(self)) : place }
    var gradientPlace: Place { .valuesGradient(ObjectIdentifier(self)) }
}
