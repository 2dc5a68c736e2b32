import BigEggs

extension [NamedTensor] {
    /// The bits of each tensor's values, by name. Unlike values, the bits of 0 and −0 differ.
    var bits: [String: [UInt32]] {
        Dictionary(uniqueKeysWithValues: map { ($0.name, $0.values.map(\.bitPattern)) })
    }
}
