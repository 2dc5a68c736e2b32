import BigEggs

/// Prints `value` as JSON, as records are written: sorted keys, a list of numbers on one line.
func printJSON(_ value: some Encodable) throws {
    print(try Record(encoding: value).json(), terminator: "")
}
