import Foundation

/// A progress line on standard error: how much is done, and how long the rest takes.
///
/// It is rewritten in place on a terminal, and written once elsewhere.
public final class ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let started = ContinuousClock.now
    private let verb, things: String
    /// The number of items done at the start.
    private let before: Int
    private var isBegun = false

    /// A line such as "Decoding 640 of 10,000 pictures, 12 s left".
    ///
    /// - Parameter before: the number of items done at the start; the time estimate ignores them.
    public init(_ verb: String, _ things: String, before: Int = 0) {
        self.before = before
        self.verb = verb
        self.things = things
    }

    /// Shows how many items are done.
    public func show(_ done: Int, of total: Int) {
        let seconds = started.duration(to: .now) / .seconds(1)
        guard done > before, done < total else { return }
        let left = seconds / Double(done - before) * Double(total - done)
        // Work of 2 seconds or less shows no line.
        guard isBegun || seconds + left > 2 else { return }
        if isTerminal {
            let rest = "\(left.rounded(.up).fixed(0)) s left"
            Terminal.warn("\r\u{1b}[K\(verb) \(done.grouped) of \(total.grouped) \(things), \(rest)")
        } else if !isBegun {
            Terminal.warn("\(verb) \(total.grouped) \(things)\n")
        }
        isBegun = true
    }

    /// Removes the line, if there is one.
    public func end() {
        if isBegun && isTerminal { Terminal.warn("\r\u{1b}[K") }
        isBegun = false
    }
}
