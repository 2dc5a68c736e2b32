import FoundationEssentials
import MessagePassing

/// Checks that the processes that train together have the same settings and weights.
extension Team {
    /// The SHA-256 of the program or library that this code is in.
    static let programDigest = Result { try Checksum.sha256(of: Communicator.programFile) }

    /// Checks that `settings` are the same in all processes.
    ///
    /// - Throws: in all processes, ``MessagePassingError/differs(rank:host:differences:)`` about the lowest
    ///   rank whose settings differ from those of process 0.
    func checkAlike(_ settings: [String: String]) throws {
        let first = try communicator.fromFirst { settings }
        let differences = Checkpoint.differences(from: first, to: settings)
        let report =
            differences.isEmpty ? Data() : try JSONEncoder().encode([communicator.host] + differences)
        let reports = try communicator.gather(bytes: Array(report))
        guard let rank = reports.firstIndex(where: { !$0.isEmpty }) else { return }
        let parts = try JSONDecoder().decode([String].self, from: Data(reports[rank]))
        throw MessagePassingError.differs(rank: rank, host: parts[0], differences: Array(parts.dropFirst()))
    }

    /// - Parameter digest: the digest of this process's weights.
    /// - Throws: ``MessagePassingError/divergedWeights(rank:host:)`` if the digests differ, except with local
    ///   statistics.
    func checkWeights(_ digest: String) throws {
        let reports = try communicator.gather(bytes: Array("\(digest) \(communicator.host)".utf8))
            .map { String(decoding: $0, as: UTF8.self).split(separator: " ", maxSplits: 1).map(String.init) }
        guard !usesLocalStatistics, let rank = reports.firstIndex(where: { $0[0] != reports[0][0] }) else {
            return
        }
        throw MessagePassingError.divergedWeights(rank: rank, host: reports[rank].last ?? "")
    }
}
