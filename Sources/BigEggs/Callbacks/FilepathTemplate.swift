import Glibc

/// A file name with fields for the epoch and metrics, in the syntax of Python's `str.format`:
/// `{epoch:02d}-{val_loss:.2f}.safetensors`.
///
/// A field is a name and, after a colon, an optional format: `0` to pad with zeros, a width, a point and a
/// number of digits, and one of `d`, `f`, `e`, `g`, `%`. A doubled brace is a literal one.
package struct FilepathTemplate {
    private enum Part {
        case text(String)
        case place(name: String, format: Substring)
    }

    private let template: String
    private let parts: [Part]

    /// - Throws: ``FilepathTemplateError`` for an unbalanced brace or an unknown format.
    package init(_ template: String) throws {
        self.template = template
        var parts: [Part] = []
        var text = ""
        var rest = template[...]
        while let character = rest.popFirst() {
            if character == "{" || character == "}", rest.first == character {
                text.append(rest.removeFirst())
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    throw FilepathTemplateError.unbalanced(template: template)
                }
                let place = rest[..<end].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                rest = rest[rest.index(after: end)...]
                let format = place.count > 1 ? place[1] : ""
                guard format.wholeMatch(of: FilepathTemplate.format) != nil else {
                    throw FilepathTemplateError.format(String(format), template: template)
                }
                if !text.isEmpty { parts.append(.text(text)) }
                parts.append(.place(name: String(place[0]), format: format))
                text = ""
            } else if character == "}" {
                throw FilepathTemplateError.unbalanced(template: template)
            } else {
                text.append(character)
            }
        }
        self.parts = text.isEmpty ? parts : parts + [.text(text)]
    }

    private nonisolated(unsafe) static let format = #/(0?)([1-9]\d{0,2})?(?:\.(\d{1,2}))?([dfeg%]?)/#

    /// The name with every field filled in.
    ///
    /// - Parameters:
    ///   - counts: whole numbers by name, such as the epoch.
    ///   - values: metrics by name.
    /// - Throws: ``FilepathTemplateError`` for a field with an unknown name, or a format that does not suit
    ///   the value, such as `d` for a metric.
    package func path(counts: [String: Int], values: [String: Double]) throws -> String {
        try parts.map { part -> String in
            switch part {
            case .text(let text): return text
            case .place(let name, let format):
                if let count = counts[name] { return try write(Double(count), count: count, as: format) }
                if let value = values[name] { return try write(value, count: nil, as: format) }
                throw FilepathTemplateError.unknown(
                    name: name, template: template, available: Array(counts.keys) + Array(values.keys))
            }
        }.joined()
    }

    private func write(_ value: Double, count: Int?, as format: Substring) throws -> String {
        let unknown = FilepathTemplateError.format(String(format), template: template)
        guard let match = format.wholeMatch(of: FilepathTemplate.format) else { throw unknown }
        let (_, zero, width, digits, kind) = match.output
        let precision = digits.map { "." + $0 } ?? ""
        let text: String
        // Python writes NaN without a sign; C may write one.
        switch kind {
        case "d", "":
            guard digits == nil, count != nil || kind.isEmpty else { throw unknown }
            text = count.map { "\($0)" } ?? (value.isNaN ? "nan" : "\(value)")
        case "%":
            text = value.isNaN ? "nan%" : String(printf: "%\(precision)f%%", value * 100)
        default:
            text = value.isNaN ? "nan" : String(printf: "%\(precision)\(kind)", value)
        }
        let missing = max(0, (width.flatMap { Int($0) } ?? 0) - text.count)
        guard !zero.isEmpty else { return String(repeating: " ", count: missing) + text }
        let sign = text.hasPrefix("-") ? "-" : ""
        return sign + String(repeating: "0", count: missing) + text.dropFirst(sign.count)
    }
}

/// Why a file name template is invalid.
public enum FilepathTemplateError: Error, Equatable, CustomStringConvertible {
    case unbalanced(template: String)
    case format(String, template: String)
    case unknown(name: String, template: String, available: [String])

    public var description: String {
        switch self {
        case .unbalanced(let template):
            "the file name \(template) has an unmatched brace: double it for a literal brace"
        case .format(let format, let template):
            "the file name \(template) asks for the format \"\(format)\": use one such as 02d for an epoch "
                + "or .2f for a metric"
        case .unknown(let name, let template, let available):
            "the file name \(template) has a field for \(name), which is not measured: there are "
                + available.sorted().joined(separator: ", ")
        }
    }
}
