/// Numbers at a fixed address.
final class Buffer<Number> {
    let start: UnsafeMutablePointer<Number>
    let count: Int

    init(_ values: [Number]) {
        count = values.count
        start = .allocate(capacity: count)
        start.initialize(from: values, count: count)
    }

    convenience init(_ count: Int, filledWith value: Number) {
        self.init(Array(repeating: value, count: count))
    }

    var values: [Number] { Array(UnsafeBufferPointer(start: start, count: count)) }

    deinit { start.deallocate() }
}
