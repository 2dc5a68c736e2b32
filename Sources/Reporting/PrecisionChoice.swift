import ArgumentParser
import BigEggs

/// What `--precision` may say.
public enum PrecisionChoice: String, Sendable, Codable, CaseIterable, ExpressibleByArgument {
    case float32, bfloat16
    /// bfloat16 on a processor that computes in it, float32 on any other.
    case auto

    /// The precision that it comes to on this machine.
    public var precision: Precision {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .auto: .fastest
        }
    }

    /// The option's help.
    public static let help: ArgumentHelp = """
        The precision of activations: float32, bfloat16 (faster, on processors that have it), or auto \
        for bfloat16 where there is. Weights are kept in float32 in any case.
        """
}
