import CBigEggs

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
