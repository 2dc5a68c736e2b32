import BigEggs

extension [NamedTensor] {
    /// The bits of each tensor's values, by name. Unlike values, the bits of 0 and −0 differ.
    var bits: [String: [UInt32]] {
        Dictionary(uniqueKeysWithValues: map { ($0.name, $0.values.map(\.bitPattern)) })
    }
}

/// The bits of the nearest bfloat16 number.
func half(_ value: Float) -> UInt16 {
    UInt16((value.bitPattern &+ 0x7FFF &+ (value.bitPattern >> 16 & 1)) >> 16)
}
