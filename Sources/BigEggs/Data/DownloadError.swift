import Glibc

/// Why a download did not succeed.
public enum DownloadError: Error, Equatable, CustomStringConvertible {
    /// The server could not be reached, or did not begin to answer.
    case unreachable(address: String, reason: String)
    /// The server answered with an HTTP status other than 200, or redirected more than ten times.
    case status(address: String, code: Int)
    /// The server answered with a web page, for example a network's login page.
    case page(address: String)
    /// The connection broke off.
    case cutOff(address: String, received: Int, reason: String)
    /// No data arrived for some time.
    case stalled(address: String, received: Int, seconds: Double)
    /// The file is larger than the limit.
    case tooLarge(address: String, limit: Int)
    /// The file's checksum is not the expected one.
    case wrongChecksum(address: String, found: String, expected: String)
    /// The file cannot be written.
    case unwritable(path: String, reason: String)

    /// What went wrong and what to do, in one sentence.
    public var description: String {
        switch self {
        case .unreachable(let address, let reason):
            "\(address) cannot be reached (\(reason))"
        case .status(let address, let code):
            "\(address) answered with HTTP status \(code) in place of the file"
        case .page(let address):
            "\(address) answered with a web page in place of the file: open it in a browser to see what it says"
        case .cutOff(let address, let received, let reason):
            "the download of \(address) broke off after \(received) bytes (\(reason)): start it again"
        case .stalled(let address, let received, let seconds):
            "the download of \(address) stalled: nothing came for \(seconds) s after \(received) bytes; start it again"
        case .tooLarge(let address, let limit):
            "the download of \(address) was refused because it is larger than \(limit) bytes"
        case .wrongChecksum(let address, let found, let expected):
            "the download of \(address) was refused because its MD5 is \(found) and not \(expected)"
        case .unwritable(let path, let reason):
            "\(path) cannot be written (\(reason)): name another directory for downloads in XDG_CACHE_HOME"
        }
    }

    /// Whether the file cannot be obtained here, for example without a network. False for a download that
    /// began and failed, which may succeed the next time.
    var meansOutOfReach: Bool {
        switch self {
        case .unreachable, .status, .page, .unwritable: true
        case .cutOff, .stalled, .tooLarge, .wrongChecksum: false
        }
    }

    /// ``unwritable(path:reason:)`` with the reason in `errno`.
    static func cannotWrite(_ path: String) -> DownloadError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
