/// A range of the flat parameter store that one optimizer updates.
struct ParameterSegment {
    /// Parameters, gradients and each of ``states`` have `count` elements, a multiple of sixteen. Padding is zero and
    /// stays zero.
    let parameters, gradients: UnsafeMutablePointer<Float>
    /// The optimizer's state buffers, in the order of ``SegmentUpdate/stateNames``.
    let states: [UnsafeMutablePointer<Float>]
    let count: Int
    /// The tensors, for rules that treat each separately.
    let tensors: [Tensor]

    struct Tensor {
        /// The first element, counted from the segment's start.
        let offset: Int
        /// The number of elements, padding included.
        let count: Int
        /// The tensor's shape in Keras.
        let shape: [Int]
        /// The index in memory, from the tensor's start, of each element of Keras's row-major array; empty unless
        /// ``SegmentUpdate/readsTensors``.
        let places: [Int32]
    }
}
