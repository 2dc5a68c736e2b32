import ArgumentParser
import BigEggs

extension PrecisionChoice: ExpressibleByArgument {
    /// The help of `--precision`.
    public static let help: ArgumentHelp = """
        The precision of activations: float32, bfloat16 (faster, on processors that have it), or auto \
        for bfloat16 where there is. Weights are kept in float32 in any case.
        """
}
