import BigEggs
import Foundation
import Testing

@Suite struct WhiteningTests {
    /// On the images that the filters were computed from, the mean product of a filter's output with itself
    /// is λ / (λ + ε), with that of its negative −λ / (λ + ε), and with that of any other filter 0.
    @Test(arguments: [2, 3])
    func theFiltersMakePatchesUncorrelated(size: Int) throws {
        // Neighbouring pixels are correlated, and channels differ in mean and standard deviation.
        let (side, channels) = (8, 3)
        let noise = Noise(stream: 5).uniforms(40 * side * side * channels, in: 0...60)
        let pixels = (0..<40 * side * side * channels).map { index -> UInt8 in
            let channel = index % channels
            let neighbour = index >= channels ? noise[index - channels] : 0
            return UInt8(20 * Float(channel) + noise[index] * Float(channel + 1) / 3 + neighbour)
        }
        let dataset = try ImageDataset(
            images: pixels, labels: Labels(Array(repeating: 0, count: 40)),
            imageShape: [side, side, channels],
            classNames: ["all"]
        ).rescaled(1 / 255)
        let epsilon = 5e-4
        let whitening = try Whitening(of: dataset, size: size, epsilon: epsilon)
        let filters = 2 * size * size * channels
        #expect(whitening.shape == [size, size, channels, filters])
        let model = try Sequential(input: [side, side, channels]) {
            Conv2D(filters, kernelSize: size, kernelTrainable: false, name: "white")
            Flatten()
        }
        try model.whiten("white", whitening)
        let predictions = try model.predict(dataset, batchSize: 40)
        var moments = [[Double]](repeating: Array(repeating: 0, count: filters), count: filters)
        var patches = 0.0
        for image in 0..<40 {
            let row = Array(predictions[image]).map(Double.init)
            for start in stride(from: 0, to: row.count, by: filters) {
                for one in 0..<filters {
                    for two in 0..<filters { moments[one][two] += row[start + one] * row[start + two] }
                }
                patches += 1
            }
        }
        let half = filters / 2
        for one in 0..<filters {
            let value = whitening.eigenvalues[one % half]
            for two in 0..<filters {
                let expected =
                    one % half != two % half ? 0 : value / (value + epsilon) * (one == two ? 1 : -1)
                #expect(abs(moments[one][two] / patches - expected) < 1e-4)
            }
        }
    }

    /// The matrix of second differences has the eigenvalues 2 − 2 cos(kπ / 7).
    @Test func eigenvaluesOfSecondDifferencesMatchTheClosedForm() throws {
        let matrix = (0..<6).map { row in (0..<6).map { $0 == row ? 2.0 : abs($0 - row) == 1 ? -1 : 0 } }
        let found = SymmetricMatrix(matrix)
        let expected = (1...6).map { 2 - 2 * cos(Double($0) * .pi / 7) }.sorted(by: >)
        for (value, known) in zip(found.eigenvalues, expected) { #expect(abs(value - known) < 1e-12) }
        for (value, vector) in zip(found.eigenvalues, found.eigenvectors) {
            for row in 0..<6 {
                let product = (0..<6).reduce(0) { $0 + matrix[row][$1] * vector[$1] }
                #expect(abs(product - value * vector[row]) < 1e-12)
            }
            for other in found.eigenvectors {
                let product = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(product - (vector == other ? 1 : 0)) < 1e-12)
            }
            #expect(vector[0] > 0)
        }
    }

    @Test func aMismatchedLayerIsReported() throws {
        let data = try Noise(stream: 4).dataset(count: 6, imageShape: [8, 8, 3], classes: 10)
        let whitening = try Whitening(of: data)
        let model = try Sequential(input: [8, 8, 3]) {
            Conv2D(20, kernelSize: 2, name: "narrow")
            Conv2D(24, kernelSize: 2, useBias: false, name: "bare")
        }
        for (layer, phrase) in [
            ("narrow", "narrow/kernel of shape [2, 2, 3, 20]"), ("none", "without none/kernel"),
            ("bare", "bare/kernel of shape [2, 2, 20, 24]"),
        ] {
            let error = #expect(throws: TrainingError.self) { try model.whiten(layer, whitening) }
            #expect("\(try #require(error))".contains(phrase))
        }
        #expect(throws: TrainingError.self) { try Whitening(of: data, size: 9) }
    }
}
