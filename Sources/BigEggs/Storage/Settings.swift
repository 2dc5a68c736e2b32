/// Settings from a JSON object with Keras's names.
///
/// ``done()`` throws on settings that were never read.
package struct Settings {
    private let owner: String
    private let members: [String: Record]
    private var known: [String] = []

    /// - Parameter owner: the owner of the settings, for errors: "Conv2D".
    package init(_ record: Record, of owner: String) throws {
        guard let members = record.object else {
            throw SettingsError.invalid("the settings of \(owner) are not a JSON object")
        }
        self.init(members, of: owner)
    }

    /// No settings.
    package init(of owner: String) { self.init([:], of: owner) }

    private init(_ members: [String: Record], of owner: String) {
        self.owner = owner
        self.members = members
    }

    /// All settings, as given.
    package var record: Record { .object(members) }

    /// The value of a setting; nil if it is missing or null.
    package mutating func value(_ name: String) -> Record? {
        known.append(name)
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    /// A whole number of magnitude up to 2³¹ − 1. No size needs more, and sums of a few such numbers do not overflow.
    package mutating func integer(_ name: String) throws -> Int? {
        let most = (1 << 31) - 1
        return try whole(name, in: -most...most, "a whole number of magnitude below 2^31")
    }

    /// A whole number from 0 to 2⁵³. Numbers are doubles, so a larger one may already have been rounded.
    package mutating func seed(_ name: String) throws -> UInt64? {
        try whole(name, in: 0...1 << 53, "a whole number from 0 to 2^53").map(UInt64.init)
    }

    private mutating func whole(
        _ name: String, in range: ClosedRange<Int>, _ allowed: String
    ) throws -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.integer, range.contains(number) else { throw wrong(name, value, allowed) }
        return number
    }

    /// A number.
    ///
    /// - Parameter orInfinite: whether to accept the texts "inf" and "-inf", because JSON has no infinity.
    package mutating func number(_ name: String, orInfinite: Bool = false) throws -> Double? {
        guard let value = value(name) else { return nil }
        if let number = value.number { return number }
        if orInfinite, value == "inf" { return .infinity }
        if orInfinite, value == "-inf" { return -.infinity }
        throw wrong(name, value, orInfinite ? "a number" : "a finite number")
    }

    package mutating func float(_ name: String) throws -> Float? {
        guard let number = try number(name) else { return nil }
        guard Float(number).isFinite else {
            throw wrong(name, .number(number), "a number in the range of a 32-bit float")
        }
        return Float(number)
    }

    package mutating func flag(_ name: String) throws -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.bool else { throw wrong(name, value, "true or false") }
        return flag
    }

    package mutating func text(_ name: String) throws -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw wrong(name, value, "a string") }
        return text
    }

    package mutating func texts(_ name: String) throws -> [String]? {
        guard let value = value(name) else { return nil }
        guard let texts = value.strings else { throw wrong(name, value, "a list of strings") }
        return texts
    }

    /// A list of anything.
    package mutating func list(_ name: String) throws -> [Record]? {
        guard let value = value(name) else { return nil }
        guard let list = value.array else { throw wrong(name, value, "a list") }
        return list
    }

    /// A case of an enumeration, given by its raw value.
    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of _: Choice.Type = Choice.self
    ) throws -> Choice? {
        guard let value = value(name) else { return nil }
        guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
            let all = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw wrong(name, value, "one of \(all)")
        }
        return choice
    }

    /// A shape: one to eight whole numbers of 1 or more, whose product is below 2³¹.
    package mutating func shape(_ name: String) throws -> [Int]? {
        guard let value = value(name) else { return nil }
        guard let shape = value.integers, (1...8).contains(shape.count), elementCount(shape) != nil else {
            throw wrong(name, value, "a list of 1 to 8 whole numbers of 1 or more, with a product below 2^31")
        }
        return shape
    }

    /// The value of a setting that must be present; throws if it is nil.
    package func required<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw SettingsError.invalid("\(owner) needs the setting \"\(name)\"") }
        return value
    }

    /// Throws on settings that were never read.
    package func done() throws {
        guard let stranger = members.keys.sorted().first(where: { !known.contains($0) }) else { return }
        let all = known.isEmpty ? "none" : known.joined(separator: ", ")
        throw SettingsError.invalid("\(owner) has no setting \"\(stranger)\": there are \(all)")
    }

    package func wrong(_ name: String, _ value: Record, _ allowed: String) -> SettingsError {
        let shown = (try? value.json())?.split(whereSeparator: \.isNewline).joined() ?? "no JSON"
        return .invalid("\(owner): \"\(name)\" is \(shown.prefix(80)): give \(allowed)")
    }
}

/// The number of elements of a shape; nil if an extent is below 1 or the number is 2³¹ or more.
package func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 1, !overflow, product < 1 << 31 else { return nil }
        count = product
    }
    return count
}
