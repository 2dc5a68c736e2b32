import BigEggs
import Testing

@Suite struct BatchNormalizationTests {
    /// The channel's first value is 58 standard deviations from the mean. Zero padding in a convolution can
    /// cause such values at an image's edge.
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
        // Near the largest output, -58, neighbouring float32 numbers differ by 4e-6.
        #expect(worst < 2e-5)
    }
}
