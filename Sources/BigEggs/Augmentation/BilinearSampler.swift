/// A value of a pixel: a byte or a float.
protocol PixelValue: BitwiseCopyable {
    var float: Float { get }
    var double: Double { get }
}

extension UInt8: PixelValue {
    @inline(__always) var float: Float { Float(self) }
    @inline(__always) var double: Double { Double(self) }
}

extension Float: PixelValue {
    @inline(__always) var double: Double { Double(self) }
}

/// The image to transform: `[height, width, channels]`, contiguous.
struct OriginalImage<Pixel: PixelValue> {
    let pixels: UnsafePointer<Pixel>
    let height, width, channels: Int

    /// Copies the image without a transformation; values are multiplied by the destination's scale.
    func copy(to destination: Destination) {
        for row in 0..<height {
            for column in 0..<width {
                let pixel = pixels + (row * width + column) * channels
                let target = destination.pixel(row, column)
                for channel in 0..<channels {
                    target[channel * destination.channelStride] = pixel[channel].float * destination.scale
                }
            }
        }
    }
}

/// The output buffer of a transformed image, in the layout of the network's input.
struct Destination {
    var output: UnsafeMutablePointer<Float>
    var rowStride, pixelStride: Int
    let channelStride: Int
    let scale: Float

    @inline(__always)
    func pixel(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> {
        output + (row * rowStride + column * pixelStride)
    }

    mutating func reverseRows(count: Int) {
        output += (count - 1) * rowStride
        rowStride = -rowStride
    }

    mutating func reverseColumns(count: Int) {
        output += (count - 1) * pixelStride
        pixelStride = -pixelStride
    }
}

/// Reads an image at the points of an affine map, each value interpolated between four pixels.
///
/// Coordinates are computed in double precision and in SciPy's order of summation: for a point on the edge of an image,
/// the last bit of a coordinate can decide whether the point is inside. The loops over floats and doubles are simple
/// and over contiguous memory, so that the compiler vectorizes them.
struct BilinearSampler<Pixel: PixelValue> {
    let source: OriginalImage<Pixel>
    let map: AffineMap
    let fillMode: FillMode
    let cval: Float

    /// Fills the whole result with ``cval``.
    func fill(_ destination: Destination) {
        for row in 0..<source.height {
            for column in 0..<source.width { fill(destination.pixel(row, column), destination) }
        }
    }

    /// Writes the whole transformed image.
    func sample(to destination: Destination) {
        let (width, channels) = (source.width, source.channels)
        // Neighbours of weight zero may lie past the last pixel. They must be finite, as 0 · NaN is NaN.
        let count = source.height * width * channels
        let padding = (width + 1) * channels + 4
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count + padding) { image in
            withUnsafeTemporaryAllocation(of: Neighbours.self, capacity: width) { neighbours in
                guard let image = image.baseAddress, let neighbours = neighbours.baseAddress else { return }
                for index in 0..<count { image[index] = source.pixels[index].float }
                (image + count).initialize(repeating: 0, count: padding)
                for row in 0..<source.height {
                    locate(row, neighbours)
                    interpolate(row, neighbours, image, to: destination)
                }
            }
        }
    }

    /// The four pixels around a point.
    private struct Neighbours {
        /// The offset of the upper left pixel in the image; negative if the point is outside.
        var offset: Int32
        /// The weight of the lower pixels, 0 to 1.
        var down: Float
        /// The weight of the right pixels, 0 to 1.
        var right: Float
    }

    /// Finds the neighbours for each pixel of a row of the result.
    private func locate(_ row: Int, _ neighbours: UnsafeMutablePointer<Neighbours>) {
        let (width, channels) = (Int32(source.width), Int32(source.channels))
        let (lastRow, lastColumn) = (Double(source.height - 1), Double(source.width - 1))
        let (rowStart, columnStart) = (map.row(row, 0), map.column(row, 0))
        let step = map.step
        // In mode nearest, a point outside is moved to the edge and counts as inside.
        let outside: Int32 = fillMode == .nearest ? 0 : -1
        for column in 0..<source.width {
            let y = rowStart + step.row * Double(column)
            let x = columnStart + step.column * Double(column)
            let clampedY = y.clamped(to: lastRow)
            let clampedX = x.clamped(to: lastColumn)
            let (top, down) = clampedY.split
            let (left, right) = clampedX.split
            let offset = (top &* width &+ left) &* channels
            neighbours[column] = Neighbours(
                offset: y == clampedY && x == clampedX ? offset : offset | outside, down: down, right: right)
        }
    }

    /// Writes a row of the result.
    private func interpolate(
        _ row: Int, _ neighbours: UnsafePointer<Neighbours>, _ image: UnsafePointer<Float>,
        to destination: Destination
    ) {
        let (width, channels) = (source.width, source.channels)
        let (channelStride, scale) = (destination.channelStride, destination.scale)
        let rowBelow = width &* channels
        var target = destination.pixel(row, 0)
        for column in 0..<width {
            let place = neighbours[column]
            if place.offset >= 0 {
                let pixel = image + Int(place.offset)
                for first in stride(from: 0, to: channels, by: 4) {
                    let upper = pixel + first
                    let lower = upper + rowBelow
                    let above = upper.four.moved(by: place.right, to: (upper + channels).four)
                    let below = lower.four.moved(by: place.right, to: (lower + channels).four)
                    let value = above.moved(by: place.down, to: below) * scale
                    let place = target + first &* channelStride
                    for channel in 0..<min(4, channels &- first) {
                        place[channel &* channelStride] = value[channel]
                    }
                }
            } else {
                sampleOutside(row, column, to: target, destination)
            }
            target += destination.pixelStride
        }
    }

    /// Writes one pixel whose point is outside the image.
    @inline(never)
    private func sampleOutside(
        _ row: Int, _ column: Int, to target: UnsafeMutablePointer<Float>, _ destination: Destination
    ) {
        let (height, width, channels) = (source.height, source.width, source.channels)
        guard let insideRow = fillMode.inside(map.row(row, column), count: height),
            let insideColumn = fillMode.inside(map.column(row, column), count: width)
        else {
            fill(target, destination)
            return
        }
        let (top, left) = (Int(insideRow), Int(insideColumn))
        let (bottom, right) = (min(top + 1, height - 1), min(left + 1, width - 1))
        let (down, across) = (insideRow - Double(top), insideColumn - Double(left))
        for channel in 0..<channels {
            func value(_ row: Int, _ column: Int) -> Double {
                source.pixels[(row * width + column) * channels + channel].double
            }
            let above = value(top, left) * (1 - across) + value(top, right) * across
            let below = value(bottom, left) * (1 - across) + value(bottom, right) * across
            target[channel * destination.channelStride] =
                Float(above * (1 - down) + below * down) * destination.scale
        }
    }

    private func fill(_ target: UnsafeMutablePointer<Float>, _ destination: Destination) {
        for channel in 0..<source.channels {
            target[channel * destination.channelStride] = cval * destination.scale
        }
    }
}

extension UnsafePointer<Float> {
    /// The four floats at this address.
    @inline(__always)
    fileprivate var four: SIMD4<Float> { UnsafeRawPointer(self).loadUnaligned(as: SIMD4<Float>.self) }
}

extension SIMD4<Float> {
    /// Linear interpolation between two vectors.
    @inline(__always)
    fileprivate func moved(by fraction: Float, to other: SIMD4<Float>) -> SIMD4<Float> {
        self + (other - self) * fraction
    }
}

extension Double {
    /// The nearest number from 0 to `last`.
    @inline(__always)
    fileprivate func clamped(to last: Double) -> Double {
        let raised = self > 0 ? self : 0
        return raised < last ? raised : last
    }

    /// The whole part and the fraction of a number from 0 to 2³¹.
    ///
    /// Skips the range checks of a conversion to `Int32`, which would prevent vectorization of the loop. A whole number
    /// n may be split into n - 1 and a fraction of 1.
    @inline(__always)
    fileprivate var split: (whole: Int32, fraction: Float) {
        // Doubles above 2⁵² have no fractional bits: the sum is rounded, and its low bits are the integer.
        let shifted = (self - 0.5) + 0x1.8p52
        return (Int32(truncatingIfNeeded: shifted.bitPattern), Float(self - (shifted - 0x1.8p52)))
    }
}
