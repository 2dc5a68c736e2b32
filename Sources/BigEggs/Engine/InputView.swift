import Glibc

/// The plan's input as the gathering of a batch sees it.
struct InputView {
    let base: UnsafeMutableRawPointer
    let precision: Precision
    /// All strides in elements.
    let sampleStride: Int
    let pixelStride: Int
    let channelStride: Int
    let pixels: Int
    let channels: Int

    /// Makes the first sample zeros.
    func clear() { memset(base, 0, pixels * channels * precision.bytes) }
}
