import BigEggs
import CBigEggs
import ONNX

/// Runs the body of an ABI function; an error becomes a status and this thread's last error.
///
/// - Parameter otherwise: the status for errors whose type has no status. Such errors are about files or downloads.
func answer(otherwise status: be_status = BE_CANNOT_READ, _ body: () throws -> Void) -> be_status {
    do {
        try body()
        return BE_OK
    } catch {
        LastError.text = (error as? Failure)?.message ?? "\(withKerasNames(error))"
        return (error as? Failure)?.status ?? meaning(of: error) ?? status
    }
}

/// Answers a call about the object of a handle.
///
/// - Parameter otherwise: the status for errors whose type has no status.
func answer<Object: NamedByHandle>(
    _ handle: be_handle, as kind: Object.Type, otherwise status: be_status = BE_CANNOT_READ,
    _ body: (Object) throws -> Void
) -> be_status {
    answer(otherwise: status) { try body(object(handle, as: kind)) }
}

/// Answers a call that reads a value of the object of a handle.
///
/// - Parameters:
///   - result: where to write the result of the body.
///   - name: the name of `result` in the header.
func answer<Object: NamedByHandle, Value>(
    _ handle: be_handle, as kind: Object.Type, writing result: UnsafeMutablePointer<Value>?, _ name: String,
    _ body: (Object) throws -> Value
) -> be_status {
    answer(handle, as: kind) { object in
        let result = try require(result, name)
        result.pointee = try body(object)
    }
}

/// Answers a call that creates an object.
///
/// - Parameters:
///   - handle: where to write the handle of the object that the body returns.
///   - name: the name of `handle` in the header.
func answer(
    into handle: UnsafeMutablePointer<be_handle>?, _ name: String, _ body: () throws -> any NamedByHandle
) -> be_status {
    answer {
        let handle = try require(handle, name)
        insert(try body(), handle)
    }
}

/// Answers a call that creates an object from the object of a handle.
///
/// - Parameters:
///   - made: where to write the handle of the object that the body returns.
///   - name: the name of `made` in the header.
func answer<Object: NamedByHandle>(
    _ handle: be_handle, as kind: Object.Type, into made: UnsafeMutablePointer<be_handle>?, _ name: String,
    _ body: (Object) throws -> any NamedByHandle
) -> be_status {
    answer(handle, as: kind) { object in
        let made = try require(made, name)
        insert(try body(object), made)
    }
}

/// An error with Keras's argument names: `validation_split`, not `validationSplit`.
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

/// The status of an error of the library, if its type has one.
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
