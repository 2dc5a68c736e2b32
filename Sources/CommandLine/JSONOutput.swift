import BigEggs

/// Prints `value` as JSON in the format of records: sorted keys, a list of numbers on one line.
func printJSON(_ value: some Encodable) throws {
    print(try Record(encoding: value).json(), terminator: "")
}
