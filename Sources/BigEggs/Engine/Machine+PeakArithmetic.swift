import CKernels
import Dispatch

extension Machine {
    /// The measured peak of floating-point operations per second, with all operands in registers.
    ///
    /// The measurement takes about a tenth of a second. It runs independent chains of float32 multiply-adds, or of
    /// products of bfloat16 numbers: of AMX's tiles, or dot products of pairs. A multiplication and an addition count
    /// as two operations. The instruction set is the largest that the engine uses on this processor, whatever this
    /// build was compiled for.
    ///
    /// - Returns: 0 for bfloat16 on a processor without an instruction for it.
    public static func peakOperationsPerSecond(_ precision: Precision, threads: Int) -> Double {
        let instructionSet = DNNL.instructionSet.ofKernels
        let measure = precision == .float32 ? be_multiply_add : be_bfloat16_products
        Threads.use(threads)
        var best = 0.0
        var sink = [Float](repeating: 0, count: threads)
        for _ in 0..<5 {
            var operations: Int64 = 0
            let start = DispatchTime.now().uptimeNanoseconds
            sink.withUnsafeMutableBufferPointer { sink in
                let sink = sink
                Threads.parallel { thread, _ in
                    let count = measure(instructionSet, 2_000_000, 0.5, &sink[thread])
                    if thread == 0 { operations = count }
                }
            }
            let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
            best = max(best, Double(operations) * Double(threads) / seconds)
        }
        return sink.contains { $0.isNaN } ? 0 : best
    }
}
