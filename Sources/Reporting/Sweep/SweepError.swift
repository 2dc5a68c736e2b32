/// Why a sweep cannot start.
public enum SweepError: Error, Equatable, CustomStringConvertible {
    /// An argument is not a name and its values.
    case notASetting(String)
    /// A setting is given twice.
    case settingTwice(String)
    /// A value of a setting is given twice.
    case valueTwice(setting: String, value: String)
    /// A list of the recipe has no element of this name.
    case noSuchElement(setting: String, step: String, names: [String])
    /// The recipe with these values is invalid.
    case noRecipe(values: String, problem: String)
    /// The setting makes no difference to the recipe.
    case noDifference(setting: String, values: [String])
    /// There is already a training of this name with other settings.
    case otherTraining(record: String, differences: [String])

    public var description: String {
        switch self {
        case .notASetting(let argument):
            "\"\(argument)\" is not a setting and its values: write it as in --set learning_rate=1e-3,3e-3"
        case .settingTwice(let name):
            "--set \(name) is there twice: give all its values after one, with commas between"
        case .valueTwice(let setting, let value):
            "--set \(setting) has the value \(value) twice: give each once"
        case .noSuchElement(let setting, let step, let names):
            "--set \(setting): there is no \"\(step)\" in this list of the recipe, which has "
                + (names.isEmpty ? "nothing" : names.joined(separator: ", "))
        case .noRecipe(let values, let problem):
            "with \(values) the recipe is invalid: \(problem)"
        case .noDifference(let setting, let values):
            "--set \(setting): the recipe is the same with \(values.joined(separator: " and "))"
        case .otherTraining(let record, let differences):
            "\(record) is of a training with another \(differences.joined(separator: " and ")): "
                + "give another --out, or train anew there with --restart"
        }
    }
}
