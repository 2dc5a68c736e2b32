import BigEggs

extension [NamedTensor] {
    /// The bits of each tensor's numbers by name. Differences in the sign of a zero count.
    var bits: [String: [UInt32]] {
        Dictionary(uniqueKeysWithValues: map { ($0.name, $0.values.map(\.bitPattern)) })
    }
}
