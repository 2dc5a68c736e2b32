/// Returns a pointer argument that must not be NULL; `name` is its name in the header.
func require<Pointer>(_ pointer: Pointer?, _ name: String) throws -> Pointer {
    guard let pointer else { throw Failure.invalidArgument("the argument \(name) is NULL") }
    return pointer
}

/// Returns a text argument; `name` is its name in the header.
func requireText(_ text: UnsafePointer<CChar>?, _ name: String) throws -> String {
    guard let string = String(validatingCString: try require(text, name)) else {
        throw Failure.invalidArgument("the argument \(name) is not UTF-8")
    }
    return string
}

/// Returns an index argument, which must be from 0 to `count` - 1.
func requireIndex(_ index: Int64, below count: Int, of what: String) throws -> Int {
    guard index >= 0, index < count else {
        throw Failure.notFound("there is no \(what) \(index): there are \(count), counted from 0")
    }
    return Int(index)
}
