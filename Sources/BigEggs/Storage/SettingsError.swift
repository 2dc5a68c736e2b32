/// An error in settings.
package enum SettingsError: Error, CustomStringConvertible {
    /// A setting is missing, unknown or invalid: the sentence says which, and what to give.
    case invalid(String)
    /// An unknown name: the sentence lists the known ones.
    case unknown(String)

    package var description: String {
        switch self {
        case .invalid(let sentence), .unknown(let sentence): sentence
        }
    }
}
