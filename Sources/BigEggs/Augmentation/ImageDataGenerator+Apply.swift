extension ImageDataGenerator {
    /// Transforms one image.
    ///
    /// - Parameters:
    ///   - parameters: the transformation, from ``randomTransform(seed:epoch:sample:imageShape:)`` or made by the
    ///     caller.
    ///   - image: `[height, width, channels]`, 0 to 255.
    ///   - imageShape: `[height, width, channels]`.
    /// - Returns: `[height, width, channels]`, 0 to 255, interpolated bilinearly and not rounded.
    public func apply(
        _ parameters: TransformParameters, to image: some Collection<UInt8>, imageShape: [Int]
    ) -> [Float] {
        let pixels = Array(image)
        precondition(
            imageShape.count == 3 && pixels.count == imageShape.reduce(1, *),
            "an image of shape \(imageShape) does not have \(pixels.count) values")
        return [Float](unsafeUninitializedCapacity: pixels.count) { output, count in
            count = pixels.count
            pixels.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress, let output = output.baseAddress else { return }
                apply(parameters, to: source, imageShape: imageShape, into: output)
            }
        }
    }

    /// Transforms one image into the network's input.
    ///
    /// Each pixel of the result is interpolated bilinearly between four pixels of the image and multiplied by `scale`.
    /// An affine map that is the identity copies values exactly. If coordinates of the map are infinite or NaN, the
    /// whole result is ``cval``.
    ///
    /// - Parameters:
    ///   - parameters: the transformation.
    ///   - pixels: `[height, width, channels]`, 0 to 255.
    ///   - imageShape: `[height, width, channels]`.
    ///   - output: the result; the value of row `r`, column `c`, channel `k` is at index
    ///     `(r * width + c) * pixelStride + k * channelStride`.
    ///   - scale: a factor for every value, 1/255 for a network that takes [0, 1].
    ///   - pixelStride: the distance from one pixel to the next in `output`; by default the number of channels.
    ///   - channelStride: the distance from one channel to the next in `output`.
    public func apply(
        _ parameters: TransformParameters, to pixels: UnsafePointer<UInt8>, imageShape: [Int],
        into output: UnsafeMutablePointer<Float>, scale: Float = 1, pixelStride: Int? = nil,
        channelStride: Int = 1
    ) {
        transform(
            pixels, parameters, imageShape, into: output, scale: scale, pixelStride: pixelStride,
            channelStride: channelStride)
    }

    /// Transforms one image of floats of any range; ``cval`` is in the same range.
    public func apply(
        _ parameters: TransformParameters, to pixels: UnsafePointer<Float>, imageShape: [Int],
        into output: UnsafeMutablePointer<Float>, scale: Float = 1, pixelStride: Int? = nil,
        channelStride: Int = 1
    ) {
        transform(
            pixels, parameters, imageShape, into: output, scale: scale, pixelStride: pixelStride,
            channelStride: channelStride)
    }

    private func transform<Pixel: PixelValue>(
        _ pixels: UnsafePointer<Pixel>, _ parameters: TransformParameters, _ imageShape: [Int],
        into output: UnsafeMutablePointer<Float>, scale: Float, pixelStride: Int?, channelStride: Int
    ) {
        let (height, width, channels) = (imageShape[0], imageShape[1], imageShape[2])
        guard height > 0, width > 0, channels > 0 else { return }
        let pixelStride = pixelStride ?? channels

        let upright = Destination(
            output: output, rowStride: width * pixelStride, pixelStride: pixelStride,
            channelStride: channelStride, scale: scale)
        defer {
            parameters.color?.change(upright, height: height, width: width, channels: channels)
            cover(parameters.cutout, of: upright, height: height, width: width, channels: channels)
        }
        // A flip writes the rows or columns in reverse order.
        var destination = upright
        if parameters.flipVertical { destination.reverseRows(count: height) }
        if parameters.flipHorizontal { destination.reverseColumns(count: width) }

        let source = OriginalImage(pixels: pixels, height: height, width: width, channels: channels)
        guard let map = AffineMap(parameters, height: height, width: width) else {
            source.copy(to: destination)
            return
        }
        let sampler = BilinearSampler(source: source, map: map, fillMode: fillMode, cval: cval)
        if !map.isFinite(height: height, width: width) {
            sampler.fill(destination)
        } else {
            sampler.sample(to: destination)
        }
    }

    /// Fills the part of a square that lies within the image.
    private func cover(
        _ square: TransformParameters.Square?, of image: Destination, height: Int, width: Int, channels: Int
    ) {
        guard let square else { return }
        func within(_ first: Int, _ extent: Int) -> Range<Int> {
            (first..<first + max(square.side, 0)).clamped(to: 0..<extent)
        }
        for row in within(square.top, height) {
            for column in within(square.left, width) {
                for channel in 0..<channels {
                    image.pixel(row, column)[channel * image.channelStride] = cval * image.scale
                }
            }
        }
    }
}
