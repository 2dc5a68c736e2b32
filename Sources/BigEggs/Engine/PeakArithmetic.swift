import CLanes
import Foundation

extension Machine {
    /// The most floating-point operations a second that this machine was seen to do, from registers.
    ///
    /// Measured, in about a tenth of a second: multiply-adds of float32, or dot products of bfloat16
    /// pairs, in chains that wait for nothing. A multiplication and an addition count as two.
    ///
    /// - Returns: 0 for bfloat16 on a processor that has no instruction for it.
    public static func peakOperationsPerSecond(_ precision: Precision, threads: Int) -> Double {
        let operations =
            precision == .float32 ? be_multiply_add_operations() : be_dot_product_operations()
        guard operations > 0 else { return 0 }
        Threads.use(threads)
        let rounds: Int64 = 2_000_000
        var best = Double.infinity
        var sink = [Float](repeating: 0, count: threads)
        for _ in 0..<5 {
            let start = DispatchTime.now().uptimeNanoseconds
            sink.withUnsafeMutableBufferPointer { sink in
                let sink = sink
                Threads.parallel { thread, _ in
                    sink[thread] =
                        precision == .float32 ? be_multiply_add(rounds, 0.5) : be_dot_product(rounds, 0.5)
                }
            }
            best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
        }
        return sink.contains { $0.isNaN } ? 0 : Double(operations) * Double(rounds) * Double(threads) / best
    }
}
