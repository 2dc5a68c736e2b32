// Calls one function of a Python module and prints its answer: PythonProbe DIRECTORY MODULE FUNCTION.
// Tests run it in environments that try to select another Python.
import EmbeddedPython
import Foundation

// Restores interrupts: the tests' parent process may ignore them, and the tests' threads block signals.
signal(SIGINT, SIG_DFL)
var interrupts = sigset_t()
sigemptyset(&interrupts)
sigaddset(&interrupts, SIGINT)
sigprocmask(SIG_UNBLOCK, &interrupts, nil)

let arguments = CommandLine.arguments
do {
    try Python.start(searchPaths: [arguments[1]])
    let answer = try Python.call(arguments[3], in: arguments[2])
    print(answer.string ?? "\(answer)")
} catch {
    print(error)
}
