extension FillMode {
    /// Maps a coordinate outside the range of the pixels' centres to one inside it, like SciPy's `map_coordinate`; nil
    /// with ``constant``.
    ///
    /// - Parameters:
    ///   - coordinate: a finite row or column coordinate.
    ///   - count: the number of rows or columns.
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
            // A point between an edge pixel and its mirror image, which are equal, has their value.
            return min(max(mirrored, 0), last)
        case .wrap:
            let periods = (abs(coordinate) / last).rounded(.towardZero)
            let phase = coordinate < 0 ? coordinate + last * (periods + 1) : coordinate - last * periods
            // Clamped, because the number of periods is inexact for very large coordinates.
            return min(max(phase, 0), last)
        }
    }
}
