/// Zeroes a gradient where a ReLU's output is zero.
///
/// - Parameters:
///   - precision: the gradient's precision.
///   - valuesPrecision: the precision of the values: float32 in a last layer, whatever the gradient's precision.
func maskGradient(
    _ gradient: UnsafeMutableRawPointer, whereRectified values: UnsafeMutableRawPointer, count: Int,
    _ precision: Precision, valuesPrecision: Precision
) {
    switch (precision, valuesPrecision) {
    case (.float32, _):
        forEachLanes(gradient, Float.self, values, Float.self, count: count) { $0.masked(whereRectified: $1) }
    case (.bfloat16, .float32):
        forEachLanes(gradient, BFloat16.self, values, Float.self, count: count) {
            $0.masked(whereRectified: $1)
        }
    case (.bfloat16, .bfloat16):
        forEachLanes(gradient, BFloat16.self, values, BFloat16.self, count: count) {
            $0.masked(whereRectified: $1)
        }
    }
}

/// Writes max(x, 0) of each value to `target`, which may be `source`.
func rectify(
    _ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer, count: Int,
    _ precision: Precision
) {
    switch precision {
    case .float32:
        forEachLanes(target, Float.self, source, Float.self, count: count) { _, lanes in lanes.rectified }
    case .bfloat16:
        forEachLanes(target, BFloat16.self, source, BFloat16.self, count: count) { _, lanes in
            lanes.rectified
        }
    }
}
