/// An error in the arrays for a data set.
public enum ImageDatasetError: Error, Equatable, CustomStringConvertible {
    case pixelCount(found: Int, expected: Int)
    case labelOutOfRange(label: Int, index: Int, classes: Int)

    /// What is wrong, in one sentence.
    public var description: String {
        switch self {
        case .pixelCount(let found, let expected):
            "the data set has \(found) pixel values, but its labels and image shape need \(expected)"
        case .labelOutOfRange(let label, let index, let classes):
            "image \(index) has label \(label); with \(classes) classes labels go from 0 to \(classes - 1)"
        }
    }
}
