import BigEggs
import Testing

/// Compares the report's whole network with Keras in float64; see Tests/Peers/fixtures_network.py.
@Suite struct EngineNetworkTests {
    /// Stripes with a different slope and width in each image, and some noise.
    private func dataset(images count: Int) throws -> ImageDataset {
        var pixels: [UInt8] = []
        for image in 0..<count {
            for row in 0..<32 {
                for column in 0..<32 {
                    for channel in 0..<3 {
                        let stripes =
                            row * (image % 4 + 1) + column * (image % 3 * 2 + 1) + 37 * image * channel
                        let noise = scrambled(pixels.count) >> 13 & 63
                        pixels.append(UInt8(stripes % 64 * 3 + Int(noise)))
                    }
                }
            }
        }
        return try ImageDataset(
            images: pixels, labels: Labels((0..<Int32(count)).map { $0 * 7 % 10 }), imageShape: [32, 32, 3],
            classNames: (0..<10).map { "class \($0)" }
        ).rescaled()
    }

    private func scrambled(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: index) &* 2_654_435_761 }

    /// The report's network without dropout, because Keras draws other masks.
    private func network(seed: UInt64) throws -> Sequential {
        try Sequential(input: [32, 32, 3], seed: seed) { reportLayers(classes: 10, dropout: false) }
    }

    /// The error of a gradient grows in the backward pass through 21 layers. Most of it comes from ReLUs
    /// whose input is closer to zero than the forward error, so that they may be active in only one of the
    /// two networks. With Winograd's convolutions and without, the measured errors are 6e-6 for the loss, and
    /// 1e-4 for a norm and 6e-4 for a projection of a gradient.
    @Test(arguments: [false, true])
    func theFirstStepAgreesWithKeras(withWinograd: Bool) throws {
        let fixture = try Record.read(Fixture.path("network.json"))
        let model = try network(seed: UInt64(try #require(fixture["seed"]?.integer)))
        model.allowsWinograd = withWinograd
        let dataset = try dataset(images: try #require(fixture["images"]?.integer))

        let before = try #require(fixture[path: "probabilities.before"]?.numbers)
        #expect(largestDifference(try model.predict(dataset), before) < 1e-6)

        let (loss, gradients) = try model.lossAndGradients(of: dataset)
        #expect(abs(loss - (try #require(fixture["loss"]?.number))) < 5e-5)

        let expected = try #require(fixture["gradients"]?.array)
        #expect(gradients.map(\.name) == expected.compactMap { $0["name"]?.string })
        for (gradient, keras) in zip(gradients, expected) {
            let norm = gradient.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let projection = gradient.values.enumerated().reduce(0.0) {
                $0 + (scrambled($1.offset) >> 16 & 1 == 1 ? 1 : -1) * Double($1.element)
            }
            let expectedNorm = try #require(keras["norm"]?.number)
            let expectedProjection = try #require(keras["projection"]?.number)
            #expect(abs(norm - expectedNorm) < 5e-4 * expectedNorm, "\(gradient.name)")
            #expect(abs(projection - expectedProjection) < 3e-3 * expectedNorm, "\(gradient.name)")
        }

        // The step in training has updated the moving statistics.
        let after = try #require(fixture[path: "probabilities.after"]?.numbers)
        #expect(largestDifference(before, after) > 1e-3)
        #expect(largestDifference(try model.predict(dataset), after) < 1e-6)
    }

    private func largestDifference(_ predictions: Predictions, _ expected: [Double]) -> Double {
        largestDifference(predictions.probabilities.map(Double.init), expected)
    }

    private func largestDifference(_ found: [Double], _ expected: [Double]) -> Double {
        #expect(found.count == expected.count)
        return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test func parameterCountsAgreeWithKeras() throws {
        let fixture = try Record.read(Fixture.path("network.json"))
        let model = try network(seed: 0)
        #expect(model.outputShape == [10])
        #expect(model.layers.count == 21)
        #expect(model.parameterCount == fixture[path: "parameters.all"]?.integer)
        #expect(model.trainableParameterCount == fixture[path: "parameters.trainable"]?.integer)
    }
}
