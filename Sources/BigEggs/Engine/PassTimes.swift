import Dispatch

/// Nanoseconds by layer and pass, over any number of steps.
public struct PassTimes: Sendable {
    /// A layer's forward or backward pass, or a pass of the whole step.
    public struct Pass: Hashable, Sendable {
        /// The layer's name, or "step" for a pass of the whole step.
        public let layer: String
        /// "forward", "backward", "input", "copies", "loss", "softmax", "messages" or "optimizer".
        public let name: String
    }

    /// The passes in the order in which they first ran.
    public private(set) var passes: [Pass] = []
    /// Total time of each pass.
    public private(set) var nanoseconds: [Pass: UInt64] = [:]

    /// The number of multiplications and additions of convolutions and matrix products, over all steps. They
    /// are counted as for direct convolution; Winograd's algorithm needs fewer.
    public private(set) var operations: [Pass: Int] = [:]
    /// The sum of the times of all passes.
    public var totalNanoseconds: UInt64 { nanoseconds.values.reduce(0, +) }

    /// Nanoseconds in which gradients were exchanged between processes while layers computed. These are part of the
    /// layers' time. Time spent waiting for messages is the pass "messages" of "step".
    public internal(set) var hiddenNanoseconds: UInt64 = 0

    /// No times yet.
    public init() {}

    mutating func measure(_ layer: String, _ name: String, operations count: Int, _ body: () throws -> Void)
        rethrows
    {
        let start = DispatchTime.now().uptimeNanoseconds
        try body()
        let pass = Pass(layer: layer, name: name)
        if nanoseconds[pass] == nil { passes.append(pass) }
        if count > 0 { operations[pass, default: 0] += count }
        nanoseconds[pass, default: 0] += DispatchTime.now().uptimeNanoseconds - start
    }
}
