/// Why two runs cannot be compared.
public enum ComparisonError: Error, Equatable, CustomStringConvertible {
    /// There is no run at a path.
    case noRun(String)
    /// The two runs have no record in common.
    case nothingInCommon(String, String)

    public var description: String {
        switch self {
        case .noRun(let path):
            "\(path) is not a run: name the output directory of a report (with records/) or of `bigeggs train` (with "
                + "training.json), or the record of a training"
        case .nothingInCommon(let one, let other):
            "\(one) and \(other) have no record in common: compare two reports, or two trainings"
        }
    }
}
