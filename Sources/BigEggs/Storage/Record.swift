/// A tree of recorded results: JSON, with numbers as doubles.
///
/// ```swift
/// var record: Record = ["section": "04-plain-training", "results": ["loss": [1.2, 0.9]]]
/// try record.write(to: "04-plain-training.json")
/// let losses = try Record.read("04-plain-training.json")[path: "results.loss"]?.numbers
/// ```
///
/// The same tree always gives the same bytes. Keys are sorted. Whole numbers between -2⁵³ and 2⁵³ have no
/// decimal point; other numbers have the fewest digits that read back as the same double. A list of numbers
/// takes one line.
public indirect enum Record: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Record])
    case object([String: Record])

    /// A list of numbers.
    public static func numbers(_ values: some Sequence<Double>) -> Record {
        .array(values.map { .number($0) })
    }

    /// A list of whole numbers.
    public static func numbers(_ values: some Sequence<Int>) -> Record {
        .array(values.map { .number(Double($0)) })
    }

    /// A list of floats, each as the shortest decimal number that reads back as the same float: 0.1 stays
    /// 0.1 instead of becoming 0.10000000149011612.
    public static func numbers(_ values: some Sequence<Float>) -> Record {
        .array(values.map { Record($0) })
    }

    /// A float as the shortest decimal number that reads back as the same float.
    public init(_ value: Float) { self = .number(Double(value.description) ?? Double(value)) }

    /// The value of a ``bool(_:)``.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The value of a ``number(_:)``.
    public var number: Double? { if case .number(let value) = self { value } else { nil } }
    /// The value of a ``number(_:)`` that is whole.
    public var integer: Int? { number.flatMap(Int.init(exactly:)) }
    /// The value of a ``string(_:)``.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The elements of an ``array(_:)``.
    public var array: [Record]? { if case .array(let value) = self { value } else { nil } }
    /// The members of an ``object(_:)``.
    public var object: [String: Record]? { if case .object(let value) = self { value } else { nil } }
    /// Whether this is ``null``.
    public var isNull: Bool { self == .null }

    /// The elements of an ``array(_:)`` of numbers only.
    public var numbers: [Double]? { elements(\.number) }
    /// The elements of an ``array(_:)`` of whole numbers only.
    public var integers: [Int]? { elements(\.integer) }
    /// The elements of an ``array(_:)`` of strings only.
    public var strings: [String]? { elements(\.string) }
    /// The rows of an ``array(_:)`` of lists of numbers.
    public var matrix: [[Double]]? { elements(\.numbers) }

    private func elements<Value>(_ value: (Record) -> Value?) -> [Value]? {
        guard let array else { return nil }
        let values = array.compactMap(value)
        return values.count == array.count ? values : nil
    }

    /// A member of an ``object(_:)``. Setting nil removes the member. Setting a member of any other value
    /// replaces that value by an object.
    public subscript(key: String) -> Record? {
        get { object?[key] }
        set {
            var members = object ?? [:]
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The value at a path of keys and list indices, separated by dots: `results.demo.0.confidence`. Nil if there is no
    /// such value.
    public subscript(path path: String) -> Record? {
        var here = self
        for step in path.split(separator: ".", omittingEmptySubsequences: false) {
            switch here {
            case .object(let members):
                guard let next = members[String(step)] else { return nil }
                here = next
            case .array(let elements):
                guard let index = Int(step), elements.indices.contains(index) else { return nil }
                here = elements[index]
            default:
                return nil
            }
        }
        return here
    }
}

extension Record: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `null`
    public init(nilLiteral: ()) { self = .null }
    /// `true` or `false`
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A list.
    public init(arrayLiteral elements: Record...) { self = .array(elements) }
    /// An object; the last of several members with the same key counts.
    public init(dictionaryLiteral elements: (String, Record)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
