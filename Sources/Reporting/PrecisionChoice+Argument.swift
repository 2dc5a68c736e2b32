import ArgumentParser
import BigEggs

extension PrecisionChoice: ExpressibleByArgument {
    /// The help of `--precision`.
    ///
    /// - Parameter otherwise: the text for the default; nil if the option has a default value, which is shown
    ///   anyway.
    public static func help(otherwise: String? = nil) -> ArgumentHelp {
        ArgumentHelp(
            """
            The precision of activations: float32, bfloat16, or auto for the one that this processor is faster \
            in. Weights are kept in float32 in any case\(otherwise.map { " (default: \($0))" } ?? "").
            """)
    }
}
