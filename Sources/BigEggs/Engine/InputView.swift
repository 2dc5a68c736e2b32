import Glibc

/// The plan's input buffer and its strides, for gathering a batch.
struct InputView {
    let base: UnsafeMutableRawPointer
    let precision: Precision
    /// All strides in elements.
    let sampleStride: Int
    let pixelStride: Int
    let channelStride: Int
    let pixels: Int
    let channels: Int

    /// Zeroes the first sample.
    func clear() { memset(base, 0, pixels * channels * precision.bytes) }
}
