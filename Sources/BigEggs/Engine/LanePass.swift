/// Adds `source` to `target`, or copies it there.
///
/// - Parameters:
///   - isFirst: whether nothing has been written to `target` yet, so that `source` is copied.
///   - count: the number of elements, padding included.
func accumulate(
    _ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer, isFirst: Bool, count: Int,
    _ precision: Precision
) {
    switch precision {
    case .float32: accumulate(source, into: target, isFirst: isFirst, count: count, Float.self)
    case .bfloat16: accumulate(source, into: target, isFirst: isFirst, count: count, BFloat16.self)
    }
}

private func accumulate<Element: ActivationElement>(
    _ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer, isFirst: Bool, count: Int,
    _ type: Element.Type
) {
    if isFirst {
        forEachLanes(target, type, source, type, count: count) { _, added in added }
    } else {
        forEachLanes(target, type, source, type, count: count) { sum, added in sum + added }
    }
}

/// Replaces the elements of `target`, sixteen at a time, by `body` of these elements and the elements of `other`.
@inline(__always)
func forEachLanes<Target: ActivationElement, Other: ActivationElement>(
    _ target: UnsafeMutableRawPointer, _ targetType: Target.Type,
    _ other: UnsafeMutableRawPointer, _ otherType: Other.Type, count: Int, _ body: (Lanes, Lanes) -> Lanes
) {
    let target = target.assumingMemoryBound(to: Target.self)
    let other = other.assumingMemoryBound(to: Other.self)
    Threads.parallel(over: count / 16) { range, _ in
        for index in range {
            let offset = index * 16
            Target.store(body(Target.load(target + offset), Other.load(other + offset)), target + offset)
        }
    }
    for index in count / 16 * 16..<count {
        let lanes = body(Lanes(repeating: target[index].float), Lanes(repeating: other[index].float))
        target[index] = Target(lanes[0])
    }
}
