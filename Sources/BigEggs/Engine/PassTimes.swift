import Dispatch

/// Where the time of a step goes: nanoseconds by layer and pass, over any number of steps.
public struct PassTimes: Sendable {
    /// A layer's name and what of it ran: "forward", "backward", or a pass of the whole step.
    public struct Pass: Hashable, Sendable {
        /// The layer, or "step" for what belongs to no layer.
        public let layer: String
        /// "forward", "backward", "input", "copies", "loss", "messages" or "optimizer".
        public let name: String
    }

    /// The passes in the order in which they first ran.
    public private(set) var passes: [Pass] = []
    /// Total time of each pass.
    public private(set) var nanoseconds: [Pass: UInt64] = [:]

    /// Multiplications and additions of convolutions and products, two for each pair, over all steps.
    /// They are those of the definition; Winograd's algorithm does with fewer.
    public private(set) var operations: [Pass: Int] = [:]
    /// The time of all passes together.
    public var totalNanoseconds: UInt64 { nanoseconds.values.reduce(0, +) }

    /// Nanoseconds in which gradients travelled between processes while layers computed. They are part of the layers'
    /// time; what was waited for messages is the pass "messages" of "step".
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
