import BigEggs
import Testing

/// The engine's own 2×2 max pooling, against its definition.
@Suite struct MaxPoolingTests {
    /// Even and odd sides. The few values make windows with several largest values, of which the first one counts.
    @Test(arguments: [(6, 4, 16), (5, 7, 32), (3, 3, 16), (2, 2, 48)])
    func valuesAndGradientsAreThoseOfTheFirstLargestPixel(height: Int, width: Int, channels: Int) {
        let samples = 3
        func values(_ stream: Int, _ count: Int) -> [Float] {
            Noise(stream: stream).integers(count, below: 5).map { Float($0 - 2) }
        }
        let image = values(1, samples * height * width * channels)
        let slopes = values(2, samples * (height / 2) * (width / 2) * channels)
        var expected = (output: [Float](), gradient: [Float](repeating: 0, count: image.count))
        for window in 0..<samples * (height / 2) * (width / 2) {
            let (sample, row) = (window / (width / 2) / (height / 2), window / (width / 2) % (height / 2))
            let first = (sample * height + 2 * row) * width + window % (width / 2) * 2
            for channel in 0..<channels {
                let places = [first, first + 1, first + width, first + width + 1].map {
                    $0 * channels + channel
                }
                let largest = places.map { image[$0] }.max() ?? 0
                let place = places.first { image[$0] == largest } ?? 0
                expected.gradient[place] = slopes[expected.output.count]
                expected.output.append(largest)
            }
        }

        let pass = MaxPoolingPass(samples: samples, height: height, width: width, channels: channels)
        let (input, gradient) = (Buffer(image.map(half)), Buffer(slopes.map(half)))
        let output = Buffer(slopes.count, filledWith: half(9))
        let inputGradient = Buffer(image.count, filledWith: half(9))
        let places = Buffer(slopes.count, filledWith: UInt8(9))
        pass.forward(input.start, into: output.start, places: places.start)
        pass.backward(gradient.start, places: places.start, into: inputGradient.start)
        #expect(output.values == expected.output.map(half))
        #expect(inputGradient.values == expected.gradient.map(half))
    }
}
