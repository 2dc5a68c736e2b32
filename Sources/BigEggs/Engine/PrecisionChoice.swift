/// What a setting or an option may say of the precision.
public enum PrecisionChoice: String, Sendable, Codable, CaseIterable {
    case float32, bfloat16
    /// The one that the processor trains faster in: ``Precision/fastest``.
    case auto

    /// The precision that it comes to on this machine.
    public var precision: Precision {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .auto: .fastest
        }
    }
}
