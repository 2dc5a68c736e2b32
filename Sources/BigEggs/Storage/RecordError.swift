/// An error in a record.
public enum RecordError: Error, Equatable, CustomStringConvertible {
    /// The text is not JSON; line and column count from 1, columns in bytes.
    case invalid(source: String, line: Int, column: Int, problem: String)
    /// The number at `path` is infinite or NaN, which JSON cannot represent.
    case notFinite(path: String, value: Double)
    /// A value cannot be turned into a record, or a record into a value.
    case notConvertible(path: String, problem: String)

    /// The error in one sentence.
    public var description: String {
        switch self {
        case .invalid(let source, let line, let column, let problem):
            "\(source), line \(line), column \(column): \(problem); repair the file or record it anew"
        case .notFinite(let path, let value):
            "\(path) is \(value), which JSON cannot hold; leave it out or record null instead"
        case .notConvertible(let path, let problem):
            "\(path) cannot be converted: \(problem)"
        }
    }
}
