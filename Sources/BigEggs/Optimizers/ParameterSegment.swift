/// A run of the flat parameter store whose tensors are changed alike.
struct ParameterSegment {
    /// All have `count` elements, a multiple of sixteen. What fills up a layout is zero and stays so.
    let parameters, gradients: UnsafeMutablePointer<Float>
    /// What the optimizer remembers, in the order of ``SegmentUpdate/stateNames``.
    let states: [UnsafeMutablePointer<Float>]
    let count: Int
    /// The tensors, for rules that look at each.
    let tensors: [Tensor]

    struct Tensor {
        /// Elements from the segment's start.
        let offset: Int
        /// Elements, those that fill up the layout included.
        let count: Int
        /// Keras's shape.
        let shape: [Int]
        /// Where in memory each element of Keras's row-major array is, from the tensor's start; empty unless
        /// ``SegmentUpdate/readsTensors``.
        let places: [Int32]
    }
}
