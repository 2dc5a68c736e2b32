/// Where the bytes of a primitive's argument are.
///
/// A plan is described first and given memory afterwards, so arguments name places, not pointers.
enum Place: Equatable {
    /// Bytes from the start of the plan's workspace.
    case workspace(Int)
    /// A parameter: its number in the parameter store.
    case parameter(Int)
    /// A parameter's gradient: the parameter's number.
    case gradient(Int)
    /// A parameter in another layout or precision: its index in the parameter store's list of copies.
    case copy(Int)
}
