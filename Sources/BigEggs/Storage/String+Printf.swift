import Glibc

extension String {
    /// What `printf` writes, with a point in numbers whatever the process's locale. Foundation's `String(format:)` would
    /// do, but with Foundation come 40 MB of ICU's data.
    package init(printf format: String, _ values: any CVarArg...) {
        self.init(decoding: printed(format, values), as: UTF8.self)
    }
}

private func printed(_ format: String, _ values: [any CVarArg]) -> [UInt8] {
    let before = uselocale(plainNumbers)
    defer { uselocale(before) }
    let length = Int(max(withVaList(values) { vsnprintf(nil, 0, format, $0) }, 0))
    var text = [CChar](repeating: 0, count: length + 1)
    _ = withVaList(values) { vsnprintf(&text, length + 1, format, $0) }
    return text.prefix(length).map(UInt8.init(bitPattern:))
}

/// Numbers as in the locale "C", for the life of the process.
nonisolated(unsafe) private let plainNumbers = newlocale(1 << LC_NUMERIC, "C", nil)
