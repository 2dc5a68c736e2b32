/// Number formats for tables.
///
/// They do not depend on the locale: a notebook must be the same wherever it was run.
extension BinaryInteger {
    /// The number with a comma between thousands: `50,000`.
    public var grouped: String {
        let digits = String(magnitude)
        let groups = digits.enumerated().map { index, digit in
            let isBoundary = index > 0 && (digits.count - index).isMultiple(of: 3)
            return isBoundary ? ",\(digit)" : "\(digit)"
        }
        return (self < 0 ? "-" : "") + groups.joined()
    }
}

extension BinaryFloatingPoint {
    /// The number with a fixed count of digits after the point, rounded to nearest.
    ///
    /// Halves are rounded away from zero, even if a rounding error puts them slightly below, as in the figures and
    /// the report. Halves are common: a tenth of all accuracies on 10,000 images are halves when shown in percent.
    public func fixed(_ digits: Int) -> String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        let scale = (0..<digits).reduce(1.0) { result, _ in result * 10 }
        let scaled = (Double(self).magnitude * scale * (1 + 4 * .ulpOfOne)).rounded()
        guard scaled < 1e14 else { return "\(Double(self))" }
        let whole = UInt64(scaled)
        let fraction = String(whole % UInt64(scale))
        let padded = String(repeating: "0", count: digits - min(digits, fraction.count)) + fraction
        let sign = self < 0 && whole > 0 ? "-" : ""
        return "\(sign)\(whole / UInt64(scale))" + (digits > 0 ? "." + padded : "")
    }

    /// A share between 0 and 1 as a percentage with one digit after the point: `87.5 %`.
    public var percent: String { (Double(self) * 100).fixed(1) + " %" }

    /// Seconds in readable units: `9.4 s`, `10 min`, `1 h 5 min`.
    public var duration: String {
        if self < 60 { return fixed(1) + " s" }
        let minutes = Int((self / 60).rounded())
        return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
