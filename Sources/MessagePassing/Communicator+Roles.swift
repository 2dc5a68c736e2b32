import FoundationEssentials

/// Work that the first process does for all.
extension Communicator {
    /// Runs `body` in the first process, and returns its result in all processes.
    ///
    /// - Throws: in the first process, the errors of `body`; in the others, ``MessagePassingError/endedElsewhere`` if
    ///   `body` failed.
    @discardableResult
    public func fromFirst<Result: Codable>(_ body: () throws -> Result) throws -> Result {
        guard size > 1 else { return try body() }
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        if isFirst {
            let outcome = Swift.Result {
                let result = try body()
                return (result, encoded: Array(try encoder.encode([result])))
            }
            // An empty message means that `body` failed.
            _ = try broadcast((try? outcome.get())?.encoded ?? [])
            return try outcome.get().0
        }
        let bytes = try broadcast([])
        guard !bytes.isEmpty else { throw MessagePassingError.endedElsewhere }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode([Result].self, from: Data(bytes))[0]
    }

    /// Runs `body` in the first process alone; the others wait.
    ///
    /// - Returns: the result of `body`; nil in the other processes.
    /// - Throws: as ``fromFirst(_:)``.
    public func inFirst<Result>(_ body: () throws -> Result) throws -> Result? {
        var result: Result?
        _ = try fromFirst {
            result = try body()
            return true
        }
        return result
    }

    /// Runs `body` in the first process, and then in the others, so that they find its downloads and caches.
    ///
    /// - Throws: the errors of `body`; in the other processes, ``MessagePassingError/endedElsewhere`` if `body` failed
    ///   in the first process.
    public func firstThenOthers<Result>(_ body: () throws -> Result) throws -> Result {
        if let first = try inFirst(body) { return first }
        return try body()
    }
}
