import CTopLevelError

/// What happens when a script's top-level code throws.
enum TopLevelError {
    /// From now on an uncaught error ends the process with `error: …` on standard error and status 1,
    /// in place of the runtime's trap and stack trace.
    static func install() {
        be_set_top_level_error_handler { raw in
            let error = unsafeBitCast(raw, to: (any Error).self)
            Terminal.warn("error: \(error)\n")
        }
    }
}
