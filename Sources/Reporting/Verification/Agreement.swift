import BigEggs
import Foundation

/// How far two results agree.
public struct Agreement: Sendable, Equatable, Comparable, Encodable {
    /// The number of matching decimal digits; `Int.max` if all bits match.
    let digits: Int

    /// Every bit is the same.
    public static let sameBits = Agreement(digits: .max)
    /// No digit matches, or the results are not numbers and differ.
    public static let different = Agreement(digits: 0)

    public static func < (one: Agreement, other: Agreement) -> Bool { one.digits < other.digits }

    private init(digits: Int) { self.digits = digits }

    /// The agreement of two numbers.
    package init(_ one: Double, _ other: Double) {
        if one.bitPattern == other.bitPattern {
            self = .sameBits
        } else {
            let distance = abs(one - other) / max(abs(one), abs(other))
            let digits = distance == 0 ? 16 : -log10(distance)
            self.init(digits: digits.isFinite ? min(max(Int(digits), 0), 16) : 0)
        }
    }

    /// The agreement of two tensors, relative to the largest magnitude.
    init(_ one: [Float], _ other: [Float]) {
        guard one.count == other.count else {
            self = .different
            return
        }
        if one.elementsEqual(other, by: { $0.bitPattern == $1.bitPattern }) {
            self = .sameBits
        } else {
            let largest = one.reduce(0) { max($0, abs($1)) }
            let distance = zip(one, other).reduce(0) { max($0, abs($1.0 - $1.1)) }
            self.init(Double(largest + distance), Double(largest))
        }
    }

    /// The agreement of two trees of results: the lowest agreement of their values.
    ///
    /// - Parameter leftOut: the names of members to ignore.
    init(_ one: Record, _ other: Record, leavingOut leftOut: Set<String> = []) {
        switch (one, other) {
        case (.number(let one), .number(let other)):
            self.init(one, other)
        case (.array(let one), .array(let other)) where one.count == other.count:
            self = zip(one, other).map { Agreement($0, $1, leavingOut: leftOut) }.min() ?? .sameBits
        case (.object(let one), .object(let other)):
            let names = Set(one.keys).union(other.keys).subtracting(leftOut)
            self =
                names.map { name in
                    guard let one = one[name], let other = other[name] else { return .different }
                    return Agreement(one, other, leavingOut: leftOut)
                }.min() ?? .sameBits
        default:
            self = one == other ? .sameBits : .different
        }
    }

    /// The agreement in words.
    public var description: String {
        switch digits {
        case .max: "same bits"
        case 0: "differs"
        default: "same to \(digits) \(digits == 1 ? "digit" : "digits")"
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
