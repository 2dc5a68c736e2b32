import CKernels

/// 2×2 max pooling with stride 2 and without padding, of images `[samples, height, width, channels]` of bfloat16
/// bits. The number of channels is a multiple of 16.
///
/// Among equal values, the first in row-major order counts as the largest.
package struct MaxPoolingPass {
    private let samples, height, width, channels: Int

    package init(samples: Int, height: Int, width: Int, channels: Int) {
        (self.samples, self.height, self.width, self.channels) = (samples, height, width, channels)
    }

    private var rows: Int { height / 2 }
    private var columns: Int { width / 2 }

    /// Calls `body` for each row of windows, with the row's number in its image, and the offsets of its first value in
    /// the input and in the output.
    @inline(__always)
    private func forEachRow(_ body: (_ row: Int, _ source: Int, _ target: Int) -> Void) {
        Threads.parallel(over: samples * rows) { range, _ in
            for row in range {
                let (sample, y) = (row / rows, row % rows)
                body(y, (sample * height + 2 * y) * width * channels, row * columns * channels)
            }
        }
    }

    /// - Parameter places: receives for each output which of its window's four pixels it comes from; `nil` to keep
    ///   nothing.
    package func forward(
        _ input: UnsafePointer<UInt16>, into output: UnsafeMutablePointer<UInt16>,
        places: UnsafeMutablePointer<UInt8>?
    ) {
        let (channels, columns, rowValues) = (channels, columns, width * channels)
        forEachRow { _, source, target in
            for x in 0..<columns {
                let upper = input + source + 2 * x * channels
                let lower = upper + rowValues
                for channel in stride(from: 0, to: channels, by: 16) {
                    let a = be_load_bfloat16(upper + channel)
                    let b = be_load_bfloat16(upper + channels + channel)
                    let c = be_load_bfloat16(lower + channel)
                    let d = be_load_bfloat16(lower + channels + channel)
                    let place = target + x * channels + channel
                    be_store_bfloat16(be_larger16(be_larger16(a, b), be_larger16(c, d)), output + place)
                    if let places { be_store_bytes16(be_first_maximum16(a, b, c, d), places + place) }
                }
            }
        }
    }

    /// Puts each value of the output's gradient at its pixel, and zeros at all others.
    package func backward(
        _ gradient: UnsafePointer<UInt16>, places: UnsafePointer<UInt8>,
        into inputGradient: UnsafeMutablePointer<UInt16>
    ) {
        let (channels, columns, rowValues) = (channels, columns, width * channels)
        let (isOddAcross, isOddDown, lastRow) = (width % 2 == 1, height % 2 == 1, rows - 1)
        forEachRow { row, source, target in
            for x in 0..<columns {
                let upper = inputGradient + source + 2 * x * channels
                let lower = upper + rowValues
                for channel in stride(from: 0, to: channels, by: 16) {
                    let place = target + x * channels + channel
                    let slope = be_load_bfloat16(gradient + place)
                    let largest = be_load_bytes16(places + place)
                    be_store_bfloat16(be_where16(largest, 0, slope), upper + channel)
                    be_store_bfloat16(be_where16(largest, 1, slope), upper + channels + channel)
                    be_store_bfloat16(be_where16(largest, 2, slope), lower + channel)
                    be_store_bfloat16(be_where16(largest, 3, slope), lower + channels + channel)
                }
            }
            // An odd image's last column and row are outside of all windows.
            let first = inputGradient + source
            if isOddAcross {
                let last = first + 2 * columns * channels
                last.update(repeating: 0, count: channels)
                (last + rowValues).update(repeating: 0, count: channels)
            }
            if isOddDown, row == lastRow {
                (first + 2 * rowValues).update(repeating: 0, count: rowValues)
            }
        }
    }
}
