/// A layout as a primitive is asked for it, or as it chose it.
package enum LayoutChoice: Equatable {
    /// Whatever the primitive likes best.
    case free(dims: [Int], Precision)
    case described(TensorLayout)
    /// Chosen by a primitive, and more than a ``TensorLayout`` can say.
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
