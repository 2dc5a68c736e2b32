import BigEggs

extension [NamedTensor] {
    /// By name, the bits of each tensor's numbers, so that a difference in the sign of a zero counts.
    var bits: [String: [UInt32]] {
        Dictionary(uniqueKeysWithValues: map { ($0.name, $0.values.map(\.bitPattern)) })
    }
}
