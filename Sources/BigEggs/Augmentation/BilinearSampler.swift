/// An image to read from: `[height, width, channels]`, contiguous.
struct ImageSource {
    let pixels: UnsafePointer<UInt8>
    let height, width, channels: Int

    /// The image as it is, value for value.
    func copy(to destination: Destination) {
        for row in 0..<height {
            for column in 0..<width {
                let pixel = pixels + (row * width + column) * channels
                let target = destination.pixel(row, column)
                for channel in 0..<channels {
                    target[channel * destination.channelStride] = Float(pixel[channel]) * destination.scale
                }
            }
        }
    }
}

/// Where a transformed image is written, in whichever layout the network's input has.
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
struct BilinearSampler {
    let source: ImageSource
    let map: AffineMap
    let fillMode: FillMode
    let cval: Float

    /// The value of the outside everywhere.
    func fill(_ destination: Destination) {
        for row in 0..<source.height {
            for column in 0..<source.width { fill(destination.pixel(row, column), destination) }
        }
    }

    /// Any number of channels, one pixel after the other, with coordinates in double precision.
    func sample(to destination: Destination) {
        for row in 0..<source.height {
            for column in 0..<source.width { samplePixel(row, column, to: destination) }
        }
    }

    /// Three channels, sixteen coordinates at a time.
    ///
    /// The four neighbours of a point are two times six adjacent bytes, read eight at a time. Where the
    /// fill mode is nearest, clamping the point brings every neighbour inside; in the other modes a pixel
    /// whose point is not well inside is left to the careful ``sample(to:)``, because there the last bit
    /// of a coordinate can decide between the image and what surrounds it.
    func sampleThreeChannels(to destination: Destination) {
        let (height, width) = (source.height, source.width)
        let rowBytes = width * 3
        let lastLoad = height * rowBytes - 8
        let lastRow = SIMD16<Float>(repeating: Float(height - 1))
        let lastColumn = SIMD16<Float>(repeating: Float(width - 1))
        let lastTop = SIMD16<Float>(repeating: Float(height - 2))
        let lastLeft = SIMD16<Float>(repeating: Float(width - 2))
        let margin = SIMD16<Float>(repeating: 0x1p-6)
        let steps = SIMD16<Float>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        let rowSteps = steps * Float(map.step.row)
        let columnSteps = steps * Float(map.step.column)
        let clamps = fillMode == .nearest
        let bytes = UnsafeRawPointer(source.pixels)
        let (channelStride, scale) = (destination.channelStride, destination.scale)

        for row in 0..<height {
            for first in stride(from: 0, to: width, by: 16) {
                let rows = rowSteps + Float(map.row(row, first))
                let columns = columnSteps + Float(map.column(row, first))
                let clampedRows = rows.clamped(lowerBound: .zero, upperBound: lastRow)
                let clampedColumns = columns.clamped(lowerBound: .zero, upperBound: lastColumn)
                let insideRows = (rows .>= margin) .& (rows .<= lastRow - margin)
                let inside = insideRows .& (columns .>= margin) .& (columns .<= lastColumn - margin)

                let tops = pointwiseMin(clampedRows.wholes, lastTop)
                let lefts = pointwiseMin(clampedColumns.wholes, lastLeft)
                let down = clampedRows - tops
                let right = clampedColumns - lefts
                let offsets = (tops.bits &* UInt32(width) &+ lefts.bits) &* 3

                var target = destination.pixel(row, first)
                for lane in 0..<min(16, width - first) {
                    if clamps || inside[lane] {
                        let offset = Int(offsets[lane])
                        let top = bytes.eight(at: offset, notBeyond: lastLoad)
                        let bottom = bytes.eight(at: offset + rowBytes, notBeyond: lastLoad)
                        let column = top + (bottom - top) * down[lane]
                        let near = column.lowHalf
                        let far = SIMD4(column[3], column[4], column[5], column[6])
                        let value = (near + (far - near) * right[lane]) * scale
                        target[0] = value[0]
                        target[channelStride] = value[1]
                        target[2 * channelStride] = value[2]
                    } else {
                        samplePixel(row, first + lane, to: destination)
                    }
                    target += destination.pixelStride
                }
            }
        }
    }

    @inline(never)
    private func samplePixel(_ row: Int, _ column: Int, to destination: Destination) {
        let target = destination.pixel(row, column)
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
                Double(source.pixels[(row * width + column) * channels + channel])
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

extension UnsafeRawPointer {
    /// Eight bytes from an offset as floats. Near the end of the image they are read from the last place
    /// where eight fit and shifted down, so that nothing beyond the image is touched.
    @inline(__always)
    fileprivate func eight(at offset: Int, notBeyond last: Int) -> SIMD8<Float> {
        let start = min(offset, last)
        let word = loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian
        let shifted = word &>> UInt64(truncatingIfNeeded: (offset &- start) &* 8)
        return SIMD8<Float>(unsafeBitCast(shifted, to: SIMD8<UInt8>.self))
    }
}

/// Whole numbers from 0 to 2²² without the checks of Swift's conversions, which would undo the vectors:
/// adding 2²³ to a float leaves its whole part in the low bits.
extension SIMD16<Float> {
    private static let shift = SIMD16<Float>(repeating: 0x1p23)

    /// Each number rounded down.
    @inline(__always)
    fileprivate var wholes: SIMD16<Float> {
        let nearest = (self + Self.shift) - Self.shift
        return nearest - SIMD16<Float>.zero.replacing(with: 1, where: nearest .> self)
    }

    /// Whole numbers as integers.
    @inline(__always)
    fileprivate var bits: SIMD16<UInt32> {
        unsafeBitCast(self + Self.shift, to: SIMD16<UInt32>.self) & 0x7F_FFFF
    }
}
