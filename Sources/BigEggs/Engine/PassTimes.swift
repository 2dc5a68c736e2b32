import Dispatch

/// Where the time of a step goes: nanoseconds by layer and pass, over any number of steps.
public struct PassTimes: Sendable {
    /// A layer's name and what of it ran: "forward", "backward", or a pass of the whole step.
    public struct Pass: Hashable, Sendable {
        /// The layer, or "step" for what belongs to no layer.
        public let layer: String
        /// "forward", "backward", "input", "copies", "loss" or "optimizer".
        public let name: String
    }

    /// The passes in the order in which they first ran.
    public private(set) var passes: [Pass] = []
    /// Total time of each pass.
    public private(set) var nanoseconds: [Pass: UInt64] = [:]

    mutating func measure(_ layer: String, _ name: String, _ body: () -> Void) {
        let start = DispatchTime.now().uptimeNanoseconds
        body()
        let pass = Pass(layer: layer, name: name)
        if nanoseconds[pass] == nil { passes.append(pass) }
        nanoseconds[pass, default: 0] += DispatchTime.now().uptimeNanoseconds - start
    }
}
