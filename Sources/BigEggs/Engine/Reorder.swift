/// Copies a tensor into another layout, with a primitive created for this call.
package func reorder(
    _ values: UnsafeMutableRawPointer, in source: LayoutChoice, to copy: UnsafeMutableRawPointer,
    in destination: LayoutChoice
) throws {
    let primitive = try Primitive("a change of layout", .reorder(from: source, to: destination))
    try primitive.add(.source, at: .parameter(0))
    try primitive.add(.destination, at: .parameter(1))
    let scratch = AlignedMemory(bytes: max(64, primitive.scratchpadBytes))
    try primitive.useScratchpad(at: .scratchpad)
    try primitive.bind { place in
        switch place {
        case .parameter(0): values
        case .parameter: copy
        default: scratch.base
        }
    }
    primitive.execute()
}
