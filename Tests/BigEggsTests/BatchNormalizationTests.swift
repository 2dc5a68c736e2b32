import BigEggs
import Testing

@Suite struct BatchNormalizationTests {
    /// The channel's first value lies 60 deviations from the mean, as a pixel at an image's edge may after a
    /// convolution with zero padding.
    @Test func theVarianceIsPreciseWhereTheFirstValueIsFarFromTheMean() throws {
        let count = 4 * 32 * 32
        var bytes = (0..<count).map { UInt8(200 + $0 * 7 % 5) }
        bytes[0] = 0
        let dataset = try ImageDataset(
            images: bytes, labels: Labels([0, 1, 0, 1]), imageShape: [32, 32, 1], classNames: ["a", "b"])
        let model = try Sequential(input: [32, 32, 1], threads: 1) { BatchNormalization() }
        let output = try model.output(of: dataset, training: true)

        let values = bytes.map(Double.init)
        let mean = values.reduce(0, +) / Double(count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        let deviation = (variance + 1e-3).squareRoot()
        let worst = zip(output, values).map { abs(Double($0) - ($1 - mean) / deviation) }.max() ?? 1
        // Rounding the largest output, -60, alone makes an error of 4e-6.
        #expect(worst < 2e-5)
    }
}
