import BigEggs

/// A setting of a recipe, and the values that a sweep gives it: `learning_rate=1e-3,3e-3`.
///
/// The name is the path of the setting in a recipe's JSON, joined by points and without "config": `batch_size`,
/// `optimizer.momentum`, `augmentation.rotation_range`. An element of a list is given by its index from 0, or
/// by its class or name, which selects all elements that have it: `network.Dropout.rate`. `learning_rate` is
/// short for `optimizer.learning_rate`; for a schedule it is the highest rate.
public struct SweepSetting: Sendable, Equatable {
    /// The name as typed.
    public let name: String
    /// The values, at least one.
    public let values: [Record]

    /// Reads `name=value,value`. A value is JSON, or else text; values with commas are given as one JSON list.
    ///
    /// - Throws: ``SweepError``.
    public init(_ argument: String) throws {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw SweepError.notASetting(argument)
        }
        name = String(parts[0])
        let list = try? Record(json: String(parts[1])).array
        values =
            list
            ?? parts[1].split(separator: ",", omittingEmptySubsequences: false).map {
                (try? Record(json: String($0))) ?? .string(String($0))
            }
        guard !values.isEmpty, !values.contains(""), !name.split(separator: ".").isEmpty else {
            throw SweepError.notASetting(argument)
        }
        if let twice = values.indices.first(where: { values[..<$0].contains(values[$0]) }) {
            throw SweepError.valueTwice(setting: name, value: Self.text(values[twice]))
        }
    }

    /// A value for display: a text has no quotation marks.
    package static func text(_ value: Record) -> String {
        value.string ?? (try? value.compactText()) ?? "\(value)"
    }

    /// A recipe's description with one of the values set.
    ///
    /// - Throws: ``SweepError/noSuchElement(setting:step:names:)``.
    func set(_ value: Record, in recipe: Record) throws -> Record {
        let path = name == "learning_rate" ? "optimizer.learning_rate" : name
        let steps = path.split(separator: ".").map(String.init)
        return try set(value, at: steps[...], in: recipe)
    }

    private func set(_ value: Record, at path: ArraySlice<String>, in here: Record?) throws -> Record {
        guard let step = path.first else { return Self.peak(value, in: here) }
        let rest = path.dropFirst()
        switch here {
        case .string(let name):
            // A component without settings is described by its class name alone.
            return try Component(name, [step: set(value, at: rest, in: nil)]).record
        case .array(var elements):
            let chosen = elements.indices.filter {
                Int(step) == $0 || Self.names(elements[$0]).contains(step)
            }
            guard !chosen.isEmpty else {
                throw SweepError.noSuchElement(
                    setting: name, step: step, names: elements.compactMap { Self.names($0).first })
            }
            for index in chosen { elements[index] = try set(value, at: rest, in: elements[index]) }
            return .array(elements)
        case .object(var members) where members["class_name"] != nil:
            members["config"] = try set(value, at: path, in: members["config"] ?? [:])
            return .object(members)
        default:
            var changed = here ?? [:]
            changed[step] = try set(value, at: rest, in: changed[step])
            return changed
        }
    }

    /// The value; for a number that replaces a schedule, the schedule with the number as its highest rate.
    private static func peak(_ value: Record, in here: Record?) -> Record {
        guard value.number != nil, var schedule = here, let config = schedule["config"]?.object,
            let highest = ["initial_learning_rate", "max_learning_rate"].first(where: { config[$0] != nil })
        else { return value }
        schedule["config"]?[highest] = value
        return schedule
    }

    /// The names of a list's element: its class and, if it has one, its name.
    private static func names(_ element: Record) -> [String] {
        [element.string, element["class_name"]?.string, element["config"]?["name"]?.string].compactMap { $0 }
    }
}
