/// An error in settings.
package enum SettingsError: Error, CustomStringConvertible {
    /// A setting is missing, unknown or invalid. The sentence says which, and what to give.
    case invalid(String)
    /// There is no class or layer of a given name. The sentence lists the existing names.
    case unknown(String)

    package var description: String {
        switch self {
        case .invalid(let sentence), .unknown(let sentence): sentence
        }
    }
}
