import Foundation

/// The system calls of a program and its child processes, from strace.
struct SystemCalls {
    /// Whether strace is installed and permitted.
    static let canBeTraced: Bool = {
        let tracer = URL(fileURLWithPath: "/usr/bin/strace")
        return (try? BigEggsProgram(running: tracer, ["-o", "/dev/null", "/bin/true"]))?.status == 0
    }()

    let run: BigEggsProgram
    /// The paths of all files created, opened for writing, renamed, changed or removed.
    let written: Set<String>
    /// The programs that were started.
    let executed: Set<String>
    /// Calls that would let other processes connect to the program.
    let listening: [String]

    /// Runs a program in `directory` and waits for its end.
    init(of program: URL, _ arguments: [String], in directory: URL, environment: [String: String]) throws {
        let scratch = try TemporaryDirectory()
        let log = scratch.path + "/calls"
        let calls = "trace=%file,listen,accept,accept4,bind"
        run = try BigEggsProgram(
            running: URL(fileURLWithPath: "/usr/bin/strace"),
            ["-f", "-qq", "-s", "4096", "-e", calls, "-e", "signal=none", "-o", log, program.path]
                + arguments,
            in: directory, environment: environment)
        var (written, executed, listening) = (Set<String>(), Set<String>(), [String]())
        let changing = /\b(creat|mkdir|rename|unlink|rmdir|truncate|link|symlink|mknod|chmod|chown|utimens)/
        for line in try scratch.text("calls").split(separator: "\n") where !line.contains(" = -1 ") {
            let paths = line.matches(of: /"((?:[^"\\]|\\.)*)"/).map { String($0.1) }
            if line.contains(/\b(listen|accept|accept4|bind)\(/) {
                listening.append(String(line))
            } else if line.contains(/\bexecve\(/) {
                executed.formUnion(paths.prefix(1))
            } else if line.contains(/\bopen(at)?2?\(.*\b(O_WRONLY|O_RDWR|O_CREAT)\b/)
                || line.contains(changing)
            {
                written.formUnion(
                    paths.map { URL(fileURLWithPath: $0, relativeTo: directory).standardizedFileURL.path })
            }
        }
        (self.written, self.executed, self.listening) = (written, executed, listening)
    }
}
