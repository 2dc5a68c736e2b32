import Glibc

/// The affine map from points of the result to points of the original image.
///
/// Keras builds the matrix for points (x, y), centres it, and then swaps its axes, because arrays are indexed
/// by row and column. Before the swap, it takes half the height as the centre's x. Images that
/// are not square therefore rotate about a point other than their centre. This map does the same.
///
/// Source: `apply_affine_transform` and `transform_matrix_offset_center`,
/// <https://github.com/keras-team/keras/blob/master/keras/src/legacy/preprocessing/image.py>
struct AffineMap {
    private let matrix: AffineMatrix

    /// The map of a transformation without its flips; nil if this map is the identity.
    init?(_ parameters: TransformParameters, height: Int, width: Int) {
        let rotation = parameters.theta == 0 ? .identity : AffineMatrix.rotation(parameters.theta)
        let shift = AffineMatrix(x: parameters.tx, y: parameters.ty)
        let shear = parameters.shear == 0 ? .identity : AffineMatrix.shear(parameters.shear)
        let zoom = AffineMatrix(xx: parameters.zx, yy: parameters.zy)
        let transform = rotation * shift * shear * zoom
        guard transform != .identity else { return nil }

        let (centreX, centreY) = (Double(height) / 2 - 0.5, Double(width) / 2 - 0.5)
        matrix = AffineMatrix(x: centreX, y: centreY) * transform * AffineMatrix(x: -centreX, y: -centreY)
    }

    /// The row of the original image for a point of the result.
    @inline(__always)
    func row(_ row: Int, _ column: Int) -> Double {
        matrix.y + matrix.yy * Double(row) + matrix.yx * Double(column)
    }

    /// The column of the original image for a point of the result.
    @inline(__always)
    func column(_ row: Int, _ column: Int) -> Double {
        matrix.x + matrix.xy * Double(row) + matrix.xx * Double(column)
    }

    /// The increments of ``row(_:_:)`` and ``column(_:_:)`` from one column of the result to the next.
    var step: (row: Double, column: Double) { (matrix.yx, matrix.xx) }

    /// Whether all coordinates are finite. Parameters may be infinite or NaN.
    func isFinite(height: Int, width: Int) -> Bool {
        let (rows, columns) = (Double(height), Double(width))
        let row = abs(matrix.y) + abs(matrix.yy) * rows + abs(matrix.yx) * columns
        let column = abs(matrix.x) + abs(matrix.xy) * rows + abs(matrix.xx) * columns
        return row.isFinite && column.isFinite
    }
}

/// An affine map of points (x, y): the first two rows of a 3×3 matrix whose third row is (0, 0, 1).
private struct AffineMatrix: Equatable {
    var xx = 1.0
    var xy = 0.0
    var x = 0.0
    var yx = 0.0
    var yy = 1.0
    var y = 0.0

    static let identity = AffineMatrix()

    static func rotation(_ degrees: Double) -> AffineMatrix {
        let angle = degrees * (.pi / 180)
        return AffineMatrix(xx: cos(angle), xy: -sin(angle), yx: sin(angle), yy: cos(angle))
    }

    static func shear(_ degrees: Double) -> AffineMatrix {
        let angle = degrees * (.pi / 180)
        return AffineMatrix(xy: -sin(angle), yy: cos(angle))
    }

    /// The map that applies `right` first, then `left`.
    ///
    /// Uses fused multiply-add, like NumPy's matrix product on current processors. For a point exactly on the
    /// edge of an image, the last bit of a coordinate decides whether the point is inside.
    static func * (left: AffineMatrix, right: AffineMatrix) -> AffineMatrix {
        AffineMatrix(
            xx: (left.xx * right.xx).addingProduct(left.xy, right.yx),
            xy: (left.xx * right.xy).addingProduct(left.xy, right.yy),
            x: (left.xx * right.x).addingProduct(left.xy, right.y) + left.x,
            yx: (left.yx * right.xx).addingProduct(left.yy, right.yx),
            yy: (left.yx * right.xy).addingProduct(left.yy, right.yy),
            y: (left.yx * right.x).addingProduct(left.yy, right.y) + left.y)
    }
}
