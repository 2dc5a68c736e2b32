/// The values of a precision setting or option.
public enum PrecisionChoice: String, Sendable, Codable, CaseIterable {
    case float32, bfloat16
    /// The precision in which the processor trains faster: ``Precision/fastest``.
    case auto

    /// The precision that the choice gives on this machine.
    public var precision: Precision {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .auto: .fastest
        }
    }
}
