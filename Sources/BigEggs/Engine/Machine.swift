import FoundationEssentials

/// The machine that the program runs on.
public enum Machine {
    /// The processor's name from /proc/cpuinfo, or "unknown processor".
    public static var processor: String {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
            let line = text.lines.first(where: { $0.hasPrefix("model name") }),
            let name = line.split(separator: ":", maxSplits: 1).last
        else { return "unknown processor" }
        return name.trimmed
    }

    /// The maker of a processor: "Intel", "AMD", or else the processor's whole name.
    public static func maker(of processor: String) -> String {
        ["Intel", "AMD"].first(where: processor.contains) ?? processor
    }

    /// The number of processors that the process may run on.
    public static var processors: Int { Threads.processors }
    /// The default number of threads: `OMP_NUM_THREADS`, or else the number of processors.
    public static var standardThreads: Int { Threads.standard }

    /// oneDNN's version.
    public static var oneDNN: String { DNNL.version }

    /// The widest instruction set that the engine uses here.
    public static var instructionSet: String { DNNL.instructionSet.rawValue }

    /// The peak resident memory of the process in bytes; 0 if the kernel does not report it.
    ///
    /// Not from `getrusage`, whose maximum starts at the value of the parent process.
    public static var peakMemoryBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.lines.first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        else { return 0 }
        return (Int(kilobytes) ?? 0) * 1024
    }
}
