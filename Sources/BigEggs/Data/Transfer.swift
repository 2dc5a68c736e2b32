#if Downloads
    import Foundation
    import FoundationNetworking

    /// One transfer over the network into a file.
    ///
    /// URLSession calls the delegate methods on a queue of its own, while the caller's thread waits, reports
    /// progress and checks the timeouts.
    final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
        private let download: Download
        private let path: String
        private let file: Int32
        private let digest: Digest

        /// Guards the properties below.
        private let condition = NSCondition()
        private var received = 0
        private var total: Int?
        private var hasAnswer = false
        private var redirections = 0
        private var lastArrival = Date()
        private var outcome: Result<Void, DownloadError>?

        /// - Throws: ``DownloadError/unwritable(path:reason:)``; ``DataError/digestUnavailable(name:)``.
        init(_ download: Download, into path: String) throws {
            self.download = download
            self.path = path
            digest = try Digest(.md5)
            file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard file >= 0 else { throw DownloadError.cannotWrite(path) }
        }

        deinit { close(file) }

        /// Transfers the file and returns its MD5.
        ///
        /// - Throws: ``DownloadError``.
        func run(progress: ((DownloadProgress) -> Void)?) throws -> String {
            guard let url = URL(string: download.address) else {
                throw DownloadError.unreachable(address: download.address, reason: "it is not a web address")
            }
            let configuration = URLSessionConfiguration.ephemeral
            // `wait` enforces the timeouts. URLSession's own are longer, so that they do not interfere.
            configuration.timeoutIntervalForRequest = 2 * max(download.connectTimeout, download.stallTimeout)
            configuration.timeoutIntervalForResource = 24 * 3600
            let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
            defer { session.invalidateAndCancel() }
            let start = Date()
            condition.withLock { lastArrival = start }
            session.dataTask(with: url).resume()
            while true {
                let (outcome, state) = wait(since: start)
                if state.received > 0 { progress?(state) }
                if let outcome {
                    try outcome.get()
                    return digest.finish()
                }
            }
        }

        /// Waits up to a tenth of a second for the outcome, and checks the timeouts.
        private func wait(since start: Date) -> (Result<Void, DownloadError>?, DownloadProgress) {
            condition.lock()
            defer { condition.unlock() }
            if outcome == nil { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1)) }
            let quiet = Date().timeIntervalSince(lastArrival)
            if !hasAnswer, quiet > download.connectTimeout {
                let reason = "no answer in \(download.connectTimeout) s"
                finish(.unreachable(address: download.address, reason: reason))
            } else if hasAnswer, quiet > download.stallTimeout {
                finish(
                    .stalled(address: download.address, received: received, seconds: download.stallTimeout))
            }
            let speed = Double(received) / max(Date().timeIntervalSince(start), 1e-3)
            let left = total.flatMap { received > 0 ? Double(max($0 - received, 0)) / speed : nil }
            return (outcome, DownloadProgress(received: received, total: total, secondsLeft: left))
        }

        /// Sets the outcome, unless it is set already. The lock must be held.
        private func finish(_ error: DownloadError?) {
            if outcome == nil { outcome = error.map { .failure($0) } ?? .success(()) }
            condition.signal()
        }

        /// Follows up to ten redirections; URLSession has no limit.
        ///
        /// For redirections and responses, the completion handler is called under the lock and never after the outcome
        /// is set. Once the outcome is set, the caller's thread cancels the session, and FoundationNetworking would end
        /// the process on a later call of the handler.
        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
        ) {
            condition.withLock {
                guard outcome == nil else { return }
                redirections += 1
                let isAllowed = redirections <= 10
                completionHandler(isAllowed ? request : nil)
                if !isAllowed { finish(.status(address: download.address, code: response.statusCode)) }
            }
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
        ) {
            condition.withLock {
                guard outcome == nil else { return }
                lastArrival = Date()
                hasAnswer = true
                total = response.expectedContentLength > 0 ? Int(response.expectedContentLength) : nil
                let failure = failure(of: response)
                completionHandler(failure == nil ? .allow : .cancel)
                if let failure { finish(failure) }
            }
        }

        /// The error of a response that cannot be the file; `nil` if it may be.
        private func failure(of response: URLResponse) -> DownloadError? {
            if let code = (response as? HTTPURLResponse)?.statusCode, code != 200 {
                return .status(address: download.address, code: code)
            }
            if response.mimeType == "text/html" { return .page(address: download.address) }
            if let total, total > download.byteLimit {
                return .tooLarge(address: download.address, limit: download.byteLimit)
            }
            return nil
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            condition.withLock {
                guard outcome == nil else { return }
                lastArrival = Date()
                received += data.count
                guard received <= download.byteLimit else {
                    return finish(.tooLarge(address: download.address, limit: download.byteLimit))
                }
                data.withUnsafeBytes { bytes in
                    digest.update(bytes)
                    if let failure = write(bytes) { finish(failure) }
                }
            }
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?)
        {
            condition.withLock {
                if let error {
                    let reason = error.localizedDescription
                    finish(
                        hasAnswer
                            ? .cutOff(address: download.address, received: received, reason: reason)
                            : .unreachable(address: download.address, reason: reason))
                } else if let total, received < total {
                    let reason = "\(total) bytes were promised"
                    finish(.cutOff(address: download.address, received: received, reason: reason))
                } else {
                    finish(nil)
                }
            }
        }

        private func write(_ bytes: UnsafeRawBufferPointer) -> DownloadError? {
            FileSizeSignal.withheld {
                var written = 0
                while written < bytes.count {
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                    let count = Foundation.write(file, rest.baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return .cannotWrite(path) }
                    written += count
                }
                return nil
            }
        }
    }
#endif
