/// Zeroes a gradient where the values that a ReLU put out are zero.
func maskGradient(
    _ gradient: UnsafeMutableRawPointer, whereRectified values: UnsafeRawPointer, count: Int,
    _ precision: Precision
) {
    switch precision {
    case .float32:
        forEachLanes(gradient, values, of: Float.self, count: count) { $0.masked(whereRectified: $1) }
    case .bfloat16:
        forEachLanes(gradient, values, of: BFloat16.self, count: count) { $0.masked(whereRectified: $1) }
    }
}

/// Replaces values by max(x, 0).
func rectify(_ values: UnsafeMutableRawPointer, count: Int, _ precision: Precision) {
    switch precision {
    case .float32: forEachLanes(values, values, of: Float.self, count: count) { lanes, _ in lanes.rectified }
    case .bfloat16:
        forEachLanes(values, values, of: BFloat16.self, count: count) { lanes, _ in lanes.rectified }
    }
}

/// Replaces each sixteen elements of `target` by a function of them and of those of `other`.
@inline(__always)
private func forEachLanes<Element: ActivationElement>(
    _ target: UnsafeMutableRawPointer, _ other: UnsafeRawPointer, of type: Element.Type, count: Int,
    _ body: (Lanes, Lanes) -> Lanes
) {
    let target = target.assumingMemoryBound(to: Element.self)
    let other = other.assumingMemoryBound(to: Element.self)
    Threads.parallel(over: count / 16) { range, _ in
        for index in range {
            let offset = index * 16
            Element.store(body(Element.load(target + offset), Element.load(other + offset)), target + offset)
        }
    }
    for index in count / 16 * 16..<count {
        let lanes = body(Lanes(repeating: target[index].float), Lanes(repeating: other[index].float))
        target[index] = Element(lanes[0])
    }
}
