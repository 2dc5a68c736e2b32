/// Why settings mean nothing.
package enum SettingsError: Error, CustomStringConvertible {
    /// A setting that is missing, unknown or of no sense: the sentence says which, and what to give.
    case invalid(String)
    /// A name that nothing has: the sentence says which names there are.
    case unknown(String)

    package var description: String {
        switch self {
        case .invalid(let sentence), .unknown(let sentence): sentence
        }
    }
}
