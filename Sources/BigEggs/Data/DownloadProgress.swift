/// How far a download has come.
public struct DownloadProgress: Sendable, Equatable {
    /// Bytes that have arrived.
    public let received: Int
    /// All bytes, if the server says so.
    public let total: Int?
    /// Seconds until the end at the speed so far, if ``total`` is known.
    public let secondsLeft: Double?
}
