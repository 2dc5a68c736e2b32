/// Adds the gradient from one reader of a signal to the sum of the gradients from all its readers.
///
/// The first gradient is copied instead.
final class GradientSum: Pass {
    /// Where the reader's gradient is.
    private(set) var source: Place
    private let target: Place
    /// Whether nothing has been written to the target yet.
    private let isFirst: Bool
    private let count: Int
    private let precision: Precision
    private var addresses: (source: UnsafeMutableRawPointer, target: UnsafeMutableRawPointer)?

    /// - Parameters:
    ///   - source: where the reader's gradient is; `nil` to give it a buffer of its own.
    ///   - count: the number of elements, padding included.
    init(of source: Place?, into target: Place, isFirst: Bool, count: Int, _ precision: Precision) {
        self.source = source ?? target
        self.target = target
        self.isFirst = isFirst
        self.count = count
        self.precision = precision
        if source == nil { self.source = .own(ObjectIdentifier(self)) }
    }

    let implementation = "sum"
    let scratchpadBytes = 0
    func useScratchpad(at place: Place) {}

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        addresses = (address(source), address(target))
    }

    func execute() {
        guard let (source, target) = addresses else { return }
        accumulate(source, into: target, isFirst: isFirst, count: count, precision)
    }
}
