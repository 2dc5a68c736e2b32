import BigEggs
import Testing

@Suite struct GradCAMTests {
    /// The cases that have a convolution.
    static let convolutional =
        (ReferenceCase.all + ReferenceCase.further + ReferenceCase.graphs + ReferenceCase.winograd)
        .filter { $0.layers.contains { $0 is Conv2D } }

    /// The maps, computed by their definition. The reference computes no gradients, so a filter's weight
    /// comes from a central difference: the change of the score if all outputs of the filter change, divided
    /// by that change and by the number of positions.
    private static func expected(
        _ model: Model, _ dataset: ImageDataset, classes: [Int], layer name: String
    ) throws -> [Double] {
        let reference = try ReferenceNetwork(model)
        let index = try #require(reference.layers.firstIndex { $0.name == name })
        let known = reference.activations([reference.input(dataset)], .inference)[...(index + 1)]
        let output = known[index + 1]
        let (positions, filters) = (output.shape[1] * output.shape[2], output.shape[3])
        let distance = 1e-7
        var maps = [Double](repeating: 0, count: classes.count * positions)
        for filter in 0..<filters {
            let scores = [distance, -distance].map { moved in
                var values = output
                for place in stride(from: filter, to: values.numbers.count, by: filters) {
                    values.numbers[place] += moved
                }
                let all = reference.activations(known.dropLast() + [values], .inference)
                return all[all.count - 1].numbers
            }
            for (image, label) in classes.enumerated() {
                let score = image * model.outputShape[0] + label
                let weight = (scores[0][score] - scores[1][score]) / (2 * distance) / Double(positions)
                for position in image * positions..<(image + 1) * positions {
                    maps[position] += weight * output.numbers[position * filters + filter]
                }
            }
        }
        return maps.map { max($0, 0) }
    }

    @Test(arguments: convolutional)
    func mapsAgreeWithFiniteDifferences(_ example: ReferenceCase) throws {
        let model = try example.model()
        let dataset = try example.dataset()
        let classes = (0..<dataset.count).map { ($0 + 1) % 3 }
        let last = try #require(model.summary.last { $0.kind == "Conv2D" }?.name)
        let expected = try GradCAMTests.expected(model, dataset, classes: classes, layer: last)
        let maps = try model.gradCAM(dataset, classes: classes, layer: last)
        let largest = expected.max() ?? 0
        #expect(maps.count == dataset.count && maps.values.count == expected.count)
        let worst = zip(maps.values, expected).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
        #expect(worst <= 1e-4 * largest + 1e-6, "largest value \(largest)")
    }

    /// The only filter copies the channel, and a dense layer sums it, so the map is a multiple of the channel.
    @Test func theMapOfACopiedChannelIsThatChannelScaled() throws {
        let model = try Sequential(input: [4, 3, 1]) {
            Conv2D(1, kernelSize: 1, activation: .relu)
            Flatten()
            Dense(2, activation: .softmax)
        }
        try model.setWeights(
            try model.weights().map { tensor in
                let values: [Float] =
                    switch tensor.name {
                    case "conv2d/kernel": [1]
                    case "dense/kernel": (0..<12).flatMap { _ in [0.5, -0.5] as [Float] }
                    default: tensor.values.map { _ in 0 }
                    }
                return NamedTensor(name: tensor.name, shape: tensor.shape, values: values)
            })
        let image = try ImageDataset(
            images: (0..<12).map { UInt8($0 * 20) }, labels: Labels([0]), imageShape: [4, 3, 1],
            classNames: ["a", "b"])
        let both = try ImageDataset(
            images: image.images + image.images, labels: Labels([0, 0]), imageShape: [4, 3, 1],
            classNames: ["a", "b"])
        let maps = try model.gradCAM(both, classes: [0, 1], batchSize: 1)
        #expect((maps.height, maps.width) == (4, 3))
        #expect(Array(maps[0]) == (0..<12).map { Float($0 * 10) })
        #expect(Array(maps[1]) == Array(repeating: 0, count: 12), "what speaks against a class is not shown")
    }

    @Test func gradCAMChangesNeitherWeightsNorPredictions() throws {
        let example = try #require(ReferenceCase.winograd.first)
        let model = try example.model()
        let dataset = try example.dataset()
        let before = (try model.weights(), try model.predict(dataset))
        let first = try model.gradCAM(dataset, classes: Array(repeating: 1, count: dataset.count))
        #expect(try model.weights() == before.0)
        #expect(try model.predict(dataset) == before.1)
        let again = try model.gradCAM(
            dataset, classes: Array(repeating: 1, count: dataset.count), batchSize: dataset.count)
        #expect(first == again)
    }

    @Test func gradCAMSupportsEarlierConvolutions() throws {
        let example = try #require(
            GradCAMTests.convolutional.first { $0.layers.filter { $0 is Conv2D }.count > 1 })
        let model = try example.model()
        let dataset = try example.dataset()
        let name = try #require(model.summary.first { $0.kind == "Conv2D" }?.name)
        let expected = try GradCAMTests.expected(
            model, dataset, classes: Array(repeating: 2, count: dataset.count), layer: name)
        let maps = try model.gradCAM(
            dataset, classes: Array(repeating: 2, count: dataset.count), layer: name)
        let worst = zip(maps.values, expected).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
        #expect(worst <= 1e-4 * (expected.max() ?? 0) + 1e-6)
    }

    @Test func theDefaultLayerHasAMapOfAtLeast4x4Pixels() throws {
        let model = try Sequential(input: [8, 8, 3], seed: 2) {
            Conv2D(4, kernelSize: 3, strides: 2, padding: .same, activation: .relu, name: "four")
            Conv2D(4, kernelSize: 3, strides: 2, padding: .same, activation: .relu, name: "two")
            GlobalAveragePooling2D()
            Dense(3, activation: .softmax)
        }
        let images = try Noise(stream: 1).dataset(count: 2, imageShape: [8, 8, 3], classes: 3)
        let maps = try model.gradCAM(images, classes: [0, 2])
        #expect((maps.height, maps.width) == (4, 4))
        #expect(maps == (try model.gradCAM(images, classes: [0, 2], layer: "four")))
        #expect(try model.gradCAM(images, classes: [0, 2], layer: "two").height == 2)
    }

    @Test func unknownClassesAndLayersAreRefused() throws {
        let example = try #require(GradCAMTests.convolutional.first)
        let model = try example.model()
        let dataset = try example.dataset().prefix(1)
        #expect(throws: TrainingError.self) { try model.gradCAM(dataset, classes: [10]) }
        #expect(throws: TrainingError.self) { try model.gradCAM(dataset, classes: []) }
        #expect(throws: TrainingError.self) { try model.gradCAM(dataset, classes: [0], layer: "dense") }
        let dense = try Sequential(input: [4]) { Dense(2, activation: .softmax) }
        let vectors = try Noise(stream: 1).dataset(count: 1, imageShape: [4], classes: 2)
        #expect(throws: TrainingError.self) { try dense.gradCAM(vectors, classes: [0]) }
    }
}
