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

    /// The processors that the process may run on.
    public static var processors: Int { Threads.processors }
    /// How many threads work where nobody says: `OMP_NUM_THREADS`, or else as many as there are processors.
    public static var standardThreads: Int { Threads.standard }

    /// oneDNN's version.
    public static var oneDNN: String { DNNL.version }

    /// The widest instruction set that oneDNN uses here.
    public static var instructionSet: String { DNNL.instructionSet.rawValue }

    /// The most memory that the process has held at once, in bytes; 0 where the kernel does not say.
    ///
    /// Not `getrusage`: its maximum starts with that of the process which started this one.
    public static var peakMemoryBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.lines.first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        else { return 0 }
        return (Int(kilobytes) ?? 0) * 1024
    }
}
