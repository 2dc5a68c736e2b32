import BigEggs
import CBigEggs
import ONNX

/// Why a call of the C ABI fails: its status, and the sentence for `be_last_error`.
struct Failure: Error {
    let status: be_status
    let message: String

    static func invalidHandle(_ message: String) -> Failure {
        Failure(status: BE_INVALID_HANDLE, message: message)
    }
    static func invalidArgument(_ message: String) -> Failure {
        Failure(status: BE_INVALID_ARGUMENT, message: message)
    }
    static func notFound(_ message: String) -> Failure { Failure(status: BE_NOT_FOUND, message: message) }
    static func wrongState(_ message: String) -> Failure {
        Failure(status: BE_WRONG_STATE, message: message)
    }
    static func wrongType(_ message: String) -> Failure { Failure(status: BE_WRONG_TYPE, message: message) }
}

/// Runs the body of an ABI function: what it throws becomes a status and this thread's last error.
///
/// - Parameter otherwise: the status of an error that does not say what kind of failure it is; everything
///   of that sort is about a file or a download.
func answer(otherwise status: be_status = BE_CANNOT_READ, _ body: () throws -> Void) -> be_status {
    do {
        try body()
        return BE_OK
    } catch {
        LastError.text = (error as? Failure)?.message ?? "\(withKerasNames(error))"
        return (error as? Failure)?.status ?? meaning(of: error) ?? status
    }
}

/// An error as one that knows Keras's names meets it: `validation_split`, and not `validationSplit`.
private func withKerasNames(_ error: any Error) -> any Error {
    func kerasName(_ name: String) -> String {
        name.replacing(/[A-Z]+|[0-9]+/) { "_" + $0.output.lowercased() }
    }
    switch error {
    case TrainingError.invalid(let argument, let value, let allowed):
        return TrainingError.invalid(argument: kerasName(argument), value: value, allowed: allowed)
    case LayerError.invalid(let layer, let argument, let value, let allowed):
        return LayerError.invalid(
            layer: layer, argument: kerasName(argument), value: value, allowed: allowed)
    default: return error
    }
}

/// The status of an error of the library, if its type says it.
private func meaning(of error: any Error) -> be_status? {
    switch error {
    case TrainingError.notCompiled: BE_WRONG_STATE
    case TrainingError.lossNotFinite, TrainingError.validationLossNotFinite, TrainingError.stepNotFinite,
        TrainingError.weightNotFinite, TrainingError.weightsNotSaved, is EngineError:
        BE_FAILED
    case is TrainingError, is LayerError, is ImageDatasetError, is ONNXError: BE_INVALID_ARGUMENT
    case SettingsError.invalid: BE_INVALID_ARGUMENT
    case SettingsError.unknown, is UnknownMetric: BE_NOT_FOUND
    default: nil
    }
}

/// A pointer argument that must not be NULL, by its name in the header.
func require<Pointer>(_ pointer: Pointer?, _ name: String) throws -> Pointer {
    guard let pointer else { throw Failure.invalidArgument("the argument \(name) is NULL") }
    return pointer
}

/// A text argument, by its name in the header.
func requireText(_ text: UnsafePointer<CChar>?, _ name: String) throws -> String {
    guard let string = String(validatingCString: try require(text, name)) else {
        throw Failure.invalidArgument("the argument \(name) is not UTF-8")
    }
    return string
}

/// An index argument that must be one of `count` elements.
func requireIndex(_ index: Int64, below count: Int, of what: String) throws -> Int {
    guard index >= 0, index < count else {
        throw Failure.notFound("there is no \(what) \(index): there are \(count), counted from 0")
    }
    return Int(index)
}
