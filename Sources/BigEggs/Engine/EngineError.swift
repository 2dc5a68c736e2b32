/// An error of the engine. An error from oneDNN names the layer or primitive.
public enum EngineError: Error, Equatable, CustomStringConvertible {
    case oneDNN(operation: String, status: Int32)
    case oneDNNTooOld(version: String)
    case oneDNNThreads(version: String, runtime: String)
    case outOfMemory(bytes: Int)
    /// The process was forked while its parent was using the library, in another thread or in a callback.
    case forkedAtWork

    public var description: String {
        switch self {
        case .oneDNN(let operation, let status):
            "oneDNN failed on \(operation): status \(status) (\(EngineError.name(ofStatus: status)))"
        case .oneDNNTooOld(let version):
            "oneDNN \(version) is too old: install 2.6 or later, such as Debian's package libdnnl-dev"
        case .oneDNNThreads(let version, let runtime):
            "this oneDNN \(version) was built for \(runtime): install one built for OpenMP, such as Debian's "
                + "package libdnnl-dev"
        case .outOfMemory(let bytes):
            "no memory for \(bytes / 1_048_576) MiB of activations: try a smaller batch size"
        case .forkedAtWork:
            "this process was forked while its parent trained or predicted: fork before or after that, or start "
                + "a fresh process (in Python multiprocessing.get_context(\"spawn\"))"
        }
    }

    private static func name(ofStatus status: Int32) -> String {
        switch status {
        case 1: "out of memory"
        case 2: "invalid arguments"
        case 3: "unimplemented"
        default: "runtime error"
        }
    }
}
