/// Why a model cannot be written as ONNX.
public enum ONNXError: Error, Equatable, CustomStringConvertible {
    case tooLarge(parameters: Int)

    /// Protocol buffers are limited to 2 GiB. This number of weights takes 2 GB, which leaves enough room for the rest.
    static let mostParameters = 500_000_000

    public var description: String {
        switch self {
        case .tooLarge(let parameters):
            "the model has \(parameters) weights, and an ONNX file holds \(ONNXError.mostParameters) at most"
        }
    }
}
