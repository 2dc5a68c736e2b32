/// The progress of a download.
public struct DownloadProgress: Sendable, Equatable {
    /// Bytes that have arrived.
    public let received: Int
    /// The size of the file in bytes, if the server reports it.
    public let total: Int?
    /// Seconds until the end at the speed so far, if ``total`` is known.
    public let secondsLeft: Double?
}
