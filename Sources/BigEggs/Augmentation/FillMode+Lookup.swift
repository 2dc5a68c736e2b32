extension FillMode {
    /// Brings a coordinate that lies outside the pixels' centres to the one it stands for, as SciPy's
    /// `map_coordinate`; nil where the mode has no pixel there.
    ///
    /// - Parameters:
    ///   - coordinate: a finite number of rows or columns.
    ///   - count: how many rows or columns there are.
    func inside(_ coordinate: Double, count: Int) -> Double? {
        let last = Double(count - 1)
        guard coordinate < 0 || coordinate > last else { return coordinate }
        guard count > 1 else { return self == .constant ? nil : 0 }
        switch self {
        case .nearest:
            return coordinate < 0 ? 0 : last
        case .constant:
            return nil
        case .reflect:
            // Twice the width is one period: the image and its mirror image.
            let period = 2 * Double(count)
            let phase = coordinate - period * (coordinate / period).rounded(.down)
            let mirrored = phase < Double(count) ? phase : period - 1 - phase
            // The half pixels beyond either end lie between two copies of the edge pixel.
            return min(max(mirrored, 0), last)
        case .wrap:
            let periods = (abs(coordinate) / last).rounded(.towardZero)
            let phase = coordinate < 0 ? coordinate + last * (periods + 1) : coordinate - last * periods
            // Very far away there are no fractions of a pixel left, nor exact periods.
            return min(max(phase, 0), last)
        }
    }
}
