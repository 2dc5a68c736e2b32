extension TransformParameters.Color {
    /// Changes an image in place. Values that are not finite become 0 or 255, times the scale.
    func change(_ image: Destination, height: Int, width: Int, channels: Int) {
        let most = 255 * image.scale
        let pixels = Float(height * width)
        guard channels == 3 else {
            // Without three channels there is no grey, so contrast uses the mean of all values.
            var sum: Float = 0
            image.forEach(height, width, channels) { value in
                value = (value * brightness).limited(to: most)
                sum += value
            }
            let mean = sum / (pixels * Float(channels))
            image.forEach(height, width, channels) { value in
                value = (mean + contrast * (value - mean)).limited(to: most)
            }
            return
        }
        var sum: Float = 0
        image.forEachColor(height, width) { color in
            color = (color * brightness).limited(to: most)
            sum += color.grey
        }
        let mean = SIMD3(repeating: sum / pixels)
        image.forEachColor(height, width) { color in
            color = (mean + contrast * (color - mean)).limited(to: most)
            let grey = SIMD3(repeating: color.grey)
            color = (grey + saturation * (color - grey)).limited(to: most)
        }
    }
}

extension Destination {
    @inline(__always)
    fileprivate func forEach(_ height: Int, _ width: Int, _ channels: Int, _ change: (inout Float) -> Void) {
        for row in 0..<height {
            for column in 0..<width {
                let pixel = pixel(row, column)
                for channel in 0..<channels { change(&pixel[channel * channelStride]) }
            }
        }
    }

    @inline(__always)
    fileprivate func forEachColor(_ height: Int, _ width: Int, _ change: (inout SIMD3<Float>) -> Void) {
        for row in 0..<height {
            for column in 0..<width {
                let pixel = pixel(row, column)
                var color = SIMD3(pixel[0], pixel[channelStride], pixel[2 * channelStride])
                change(&color)
                (pixel[0], pixel[channelStride], pixel[2 * channelStride]) = (color.x, color.y, color.z)
            }
        }
    }
}

extension Float {
    fileprivate func limited(to most: Float) -> Float { Swift.max(0, Swift.min(self, most)) }
}

extension SIMD3<Float> {
    /// Luma of ITU-R 601-2, as in Pillow and torchvision.
    fileprivate var grey: Float { 0.299 * x + 0.587 * y + 0.114 * z }

    fileprivate func limited(to most: Float) -> Self {
        clamped(lowerBound: .zero, upperBound: Self(repeating: most))
    }
}
