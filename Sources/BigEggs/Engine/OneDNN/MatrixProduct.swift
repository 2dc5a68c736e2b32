import COneDNN

/// Products of row-major matrices in float32.
enum MatrixProduct {
    /// `result` = `keeping` · `result` + `factor` · first · second, `[rows, inner]` times `[inner, columns]`.
    ///
    /// - Parameters:
    ///   - firstIsTransposed: the first matrix is stored as `[inner, rows]`.
    ///   - secondIsTransposed: the second matrix is stored as `[columns, inner]`.
    static func run(
        _ first: [Float], _ second: [Float], into result: inout [Float], rows: Int, inner: Int, columns: Int,
        firstIsTransposed: Bool = false, secondIsTransposed: Bool = false, factor: Float = 1,
        keeping: Float = 0
    ) {
        let (yes, no) = (CChar(UInt8(ascii: "T")), CChar(UInt8(ascii: "N")))
        // One thread computes each group of rows. If a sum were divided among threads, the result would
        // depend on the number of threads.
        let atOnce = 64
        result.withUnsafeMutableBufferPointer { result in
            first.withUnsafeBufferPointer { first in
                guard let target = result.baseAddress, let source = first.baseAddress else { return }
                Threads.parallel(over: (rows + atOnce - 1) / atOnce) { runs, _ in
                    for run in runs {
                        let row = run * atOnce
                        // The call fails only for invalid sizes.
                        _ = dnnl_sgemm(
                            firstIsTransposed ? yes : no, secondIsTransposed ? yes : no,
                            dnnl_dim_t(min(atOnce, rows - row)), dnnl_dim_t(columns), dnnl_dim_t(inner),
                            factor,
                            source + (firstIsTransposed ? row : row * inner),
                            dnnl_dim_t(firstIsTransposed ? rows : inner), second,
                            dnnl_dim_t(secondIsTransposed ? inner : columns), keeping,
                            target + row * columns, dnnl_dim_t(columns))
                    }
                }
            }
        }
    }
}
