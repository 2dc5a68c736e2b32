/// A layout that a primitive must use, or that a primitive chose.
package enum LayoutChoice: Equatable {
    /// Left to the primitive.
    case free(dims: [Int], Precision)
    case described(TensorLayout)
    /// Chosen by a primitive, and not expressible as a ``TensorLayout``.
    case opaque(Descriptor)

    /// 0 if nothing has been chosen.
    var byteCount: Int {
        switch self {
        case .free: 0
        case .described(let layout): layout.byteCount
        case .opaque(let descriptor): descriptor.byteCount
        }
    }
}
