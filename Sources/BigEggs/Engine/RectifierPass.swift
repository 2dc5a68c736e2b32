/// Zeroes a gradient where the values that a ReLU put out are not positive.
func maskGradient(
    _ gradient: UnsafeMutableRawPointer, where values: UnsafeRawPointer, count: Int, _ precision: Precision
) {
    switch precision {
    case .float32: maskGradient(of: Float.self, gradient, where: values, count: count)
    case .bfloat16: maskGradient(of: BFloat16.self, gradient, where: values, count: count)
    }
}

private func maskGradient<Element: ActivationElement>(
    of type: Element.Type, _ gradient: UnsafeMutableRawPointer, where values: UnsafeRawPointer, count: Int
) {
    let gradient = gradient.assumingMemoryBound(to: Element.self)
    let values = values.assumingMemoryBound(to: Element.self)
    Threads.parallel(over: count / 16) { range, _ in
        for index in range {
            var lanes = Element.load(gradient + index * 16)
            lanes.replace(with: 0, where: Element.load(values + index * 16) .<= 0)
            Element.store(lanes, gradient + index * 16)
        }
    }
    for index in count / 16 * 16..<count where values[index].float <= 0 { gradient[index] = Element(0) }
}
