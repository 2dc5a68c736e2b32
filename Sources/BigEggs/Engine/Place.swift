/// Where the bytes of a pass's argument are.
///
/// Arguments name places, not pointers, because a plan is described before it gets memory.
enum Place: Hashable {
    /// A signal's values.
    case values(ObjectIdentifier)
    /// A signal's values, computed again for the backward pass.
    case recomputed(ObjectIdentifier)
    /// The gradient of a signal's values.
    case valuesGradient(ObjectIdentifier)
    /// A node's own memory.
    case own(ObjectIdentifier)
    /// Scratch that all passes of a plan share.
    case scratchpad
    /// A parameter: its number in the parameter store.
    case parameter(Int)
    /// A parameter's gradient: the parameter's number.
    case gradient(Int)
    /// A parameter in another layout or precision: its index in the parameter store's list of copies.
    case copy(Int)
}
