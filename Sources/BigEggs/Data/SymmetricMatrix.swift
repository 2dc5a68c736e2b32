/// The eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations.
///
/// Each rotation zeroes one off-diagonal element; a sweep rotates each pair of rows once. Six to ten sweeps suffice.
/// Source: Golub and Van Loan, "Matrix computations", 4th edition, section 8.5.
package struct SymmetricMatrix {
    /// The eigenvalues, the largest first.
    package let eigenvalues: [Double]
    /// The eigenvector of each eigenvalue, with norm 1. In each vector, the first element with a magnitude
    /// above 1e-9 is positive.
    package let eigenvectors: [[Double]]

    /// - Parameter rows: the rows of a square matrix; only the diagonal and the elements above it are read.
    package init(_ rows: [[Double]]) {
        let size = rows.count
        var matrix = (0..<size).map { row in (0..<size).map { rows[min(row, $0)][max(row, $0)] } }
        var vectors = (0..<size).map { row in (0..<size).map { row == $0 ? 1.0 : 0 } }
        for _ in 0..<30 {
            let rest = (0..<size).reduce(0.0) { sum, row in
                sum + matrix[row].enumerated().reduce(0) { $0 + ($1.offset == row ? 0 : abs($1.element)) }
            }
            if rest == 0 { break }
            for first in 0..<size {
                for second in first + 1..<size where matrix[first][second] != 0 {
                    SymmetricMatrix.rotate(&matrix, &vectors, first, second)
                }
            }
        }
        let order = (0..<size).sorted { matrix[$0][$0] > matrix[$1][$1] }
        eigenvalues = order.map { matrix[$0][$0] }
        eigenvectors = order.map { column in
            let vector = vectors.map { $0[column] }
            let leading = vector.first { abs($0) > 1e-9 } ?? 1
            return leading < 0 ? vector.map { -$0 } : vector
        }
    }

    /// Zeroes the element in row `first` and column `second`.
    private static func rotate(
        _ matrix: inout [[Double]], _ vectors: inout [[Double]], _ first: Int, _ second: Int
    ) {
        let ratio = (matrix[second][second] - matrix[first][first]) / (2 * matrix[first][second])
        let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        for index in matrix.indices {
            let (one, two) = (matrix[index][first], matrix[index][second])
            matrix[index][first] = cosine * one - sine * two
            matrix[index][second] = sine * one + cosine * two
        }
        for index in matrix.indices {
            let (one, two) = (matrix[first][index], matrix[second][index])
            matrix[first][index] = cosine * one - sine * two
            matrix[second][index] = sine * one + cosine * two
            let (left, right) = (vectors[index][first], vectors[index][second])
            vectors[index][first] = cosine * left - sine * right
            vectors[index][second] = sine * left + cosine * right
        }
        // Removes the rounding error.
        (matrix[first][second], matrix[second][first]) = (0, 0)
    }
}
