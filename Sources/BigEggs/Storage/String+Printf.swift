import Glibc

extension String {
    /// Text formatted as by `printf`, with a decimal point in every locale. Foundation's `String(format:)` would bring
    /// 40 MB of ICU data.
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

/// The number format of the locale "C"; never freed.
nonisolated(unsafe) private let plainNumbers = newlocale(1 << LC_NUMERIC, "C", nil)
