import BigEggs
import Foundation
import Testing

/// Compares loss, gradients, moving statistics and predictions of the engine with the float64 reference.
@Suite struct GradientTests {
    /// The allowed differences between the engine and the reference.
    struct Tolerance {
        /// For the loss, relative to the loss.
        let loss: Double
        /// For an element of a gradient, relative to the largest compared element of its tensor.
        let gradient: Double
        /// For any element of a gradient, absolute. It covers gradients that are zero except for rounding,
        /// such as the gradient of a bias before a normalization.
        let floor: Double
        /// For a moving statistic and a probability, absolute.
        let value: Double

        /// A rounding to float32 has a relative error of up to 6e-8, and some thousand roundings add up in a
        /// gradient here. The largest error measured in all cases is 4e-6, and 2.1e-5 with oneDNN's code for
        /// AVX2. The error of a wrong formula is far larger than 1e-2.
        static let direct = Tolerance(
            loss: 1e-6, gradient: DNNL.instructionSet >= .avx512 ? 2e-5 : 3e-5, floor: 1e-6, value: 1e-6)
        /// Winograd's transforms add and subtract numbers larger than their result. F(4×4, 3×3) loses up to
        /// one decimal digit, so the tolerance is ten times that of direct sums.
        static let winograd = Tolerance(loss: 1e-5, gradient: 2e-4, floor: 1e-5, value: 1e-5)
    }

    @Test(
        arguments: ReferenceCase.all + ReferenceCase.further + ReferenceCase.graphs + ReferenceCase.winograd)
    func aStepAgreesWithFiniteDifferences(_ example: ReferenceCase) throws {
        let model = try example.model()
        model.allowsWinograd = false
        try compareStep(of: model, on: try example.dataset(), within: .direct)
    }

    @Test(arguments: ReferenceCase.winograd)
    func aStepWithWinogradAgreesWithFiniteDifferences(_ example: ReferenceCase) throws {
        let model = try example.model()
        try compareStep(of: model, on: try example.dataset(), within: .winograd)
        if DNNL.instructionSet >= .avx2 {
            let own = ["wino", "tiny"]
            let passes = model.engineDescription.algorithms.filter { passes in
                own.contains { passes.algorithm.hasPrefix($0) }
            }
            #expect(Set(passes.map(\.pass)) == ["forward", "backward data", "backward weights"])
        }
    }

    /// A plan for one batch size must not change the algorithms of another plan.
    @Test func stepsOfDifferentSizesOnOneModelAgreeWithFiniteDifferences() throws {
        let example = ReferenceCase.winograd[0]
        let model = try example.model()
        let images = try Noise(stream: 8).dataset(count: 7, imageShape: example.input, classes: 10)
        for count in [5, 1, 7, 2] {
            _ = try model.predict(images, batchSize: 4)
            try compareStep(of: model, on: images.prefix(count), within: .winograd)
        }
    }

    @Test(
        arguments: ReferenceCase.all + ReferenceCase.further + ReferenceCase.graphs + ReferenceCase.winograd)
    func predictionsAgreeWithTheReference(_ example: ReferenceCase) throws {
        let model = try example.model()
        let dataset = try example.dataset()
        let reference = try ReferenceNetwork(model)
        let expected = ReferenceNetwork.softmax(
            reference.logits(reference.input(dataset), .inference), images: dataset.count)
        for batchSize in [2, dataset.count] {
            let predictions = try model.predict(dataset, batchSize: batchSize)
            #expect(predictions.probabilities.count == expected.count)
            let worst = largestDifference(predictions.probabilities, expected)
            #expect(worst < Tolerance.winograd.value)
        }
    }

    /// bfloat16 keeps 8 bits, so its relative rounding error is up to 4e-3. Rounding may switch a ReLU whose
    /// input is close to zero, and single gradients may then be far off, so the directions of the whole
    /// gradients are compared. The largest measured differences are 6° between the directions, 4 % in the
    /// squared norm, and 0.3 % in the loss. A missing ReLU or normalization term turns the gradient by far
    /// more than 10°.
    @Test(
        .enabled(if: hasBFloat16),
        arguments: ReferenceCase.all + ReferenceCase.further + ReferenceCase.graphs + ReferenceCase.winograd)
    func bfloat16GradientsHaveTheReferencesDirection(_ example: ReferenceCase) throws {
        let model = try example.model(precision: .bfloat16)
        let dataset = try example.dataset()
        let step = try ComparedStep(model, dataset)
        #expect(abs(step.loss - step.expectedLoss) < 0.02 * step.expectedLoss)
        var (product, square, expectedSquare) = (0.0, 0.0, 0.0)
        for gradient in step.gradients.flatMap(\.compared) {
            product += gradient.found * gradient.expected
            square += gradient.found * gradient.found
            expectedSquare += gradient.expected * gradient.expected
        }
        let cosine = product / (square * expectedSquare).squareRoot()
        #expect(cosine > cos(10 * Double.pi / 180))
        #expect(abs(square / expectedSquare - 1) < 0.1)
        let moved = step.statistics
        #expect(moved.allSatisfy { abs($0.found - $0.expected) < 0.01 })
    }

    private func compareStep(
        of model: Model, on dataset: ImageDataset, within tolerance: Tolerance
    ) throws {
        let step = try ComparedStep(model, dataset)
        #expect(abs(step.loss - step.expectedLoss) <= tolerance.loss * step.expectedLoss)
        for tensor in step.gradients {
            let largest = tensor.compared.map { abs($0.expected) }.max() ?? 0
            let worst = tensor.compared.map { abs($0.found - $0.expected) }.max() ?? 0
            #expect(worst <= tolerance.gradient * largest + tolerance.floor, "\(tensor.name)")
        }
        for statistic in step.statistics {
            #expect(abs(statistic.found - statistic.expected) <= tolerance.value, "\(statistic.name)")
        }
    }

    static let hasBFloat16 =
        (try? Sequential(input: [1], precision: .bfloat16) { Dense(1) }) != nil
}

/// One step of a model, and the reference's results.
private struct ComparedStep {
    struct Pair {
        let name: String
        let found: Double
        let expected: Double
    }

    let loss: Double
    let expectedLoss: Double
    /// At most twelve elements of every trainable tensor.
    let gradients: [(name: String, compared: [Pair])]
    /// All moving statistics after the step.
    let statistics: [Pair]

    /// The number of the step. It is not 0, so that a dropout mask that ignores it is noticed.
    private static let step = 3

    init(_ model: Model, _ dataset: ImageDataset) throws {
        let mode = ReferenceNetwork.Mode.training(step: ComparedStep.step)
        let reference = try ReferenceNetwork(model)
        let (loss, found) = try model.lossAndGradients(of: dataset, step: ComparedStep.step)
        let activations = reference.activations([reference.input(dataset)], mode)
        let labels = dataset.labels.values
        self.loss = loss
        expectedLoss = ReferenceNetwork.crossentropy(activations[activations.count - 1], labels)

        let trainable = reference.weights.keys.filter { !$0.contains("moving") }
        #expect(Set(found.map(\.name)) == Set(trainable), "every trainable tensor has a gradient")
        gradients = try found.enumerated().map { number, tensor in
            let layer = try #require(
                reference.layers.firstIndex { tensor.name.hasPrefix("\($0.name)/") })
            #expect(tensor.shape == reference.shapes[tensor.name])
            let chosen =
                tensor.values.count <= 12
                ? Array(tensor.values.indices)
                : Noise(stream: 200 + number).integers(12, below: tensor.values.count)
            return (
                tensor.name,
                chosen.map { index in
                    let expected = reference.centralDifference(of: tensor.name, index) {
                        let values = $0.activations(Array(activations[...layer]), mode)
                        return ReferenceNetwork.crossentropy(values[values.count - 1], labels)
                    }
                    return Pair(
                        name: "\(tensor.name)[\(index)]", found: Double(tensor.values[index]),
                        expected: expected)
                }
            )
        }
        let moved = reference.movedStatistics(activations)
        statistics = try model.weights().flatMap { tensor in
            zip(tensor.values, moved[tensor.name] ?? []).map {
                Pair(name: tensor.name, found: Double($0), expected: $1)
            }
        }
        let normalizations = model.layers.filter { $0 is BatchNormalization }.count
        #expect(moved.count == 2 * normalizations)
    }
}

extension ReferenceNetwork {
    /// The slope of `loss` along one weight.
    ///
    /// With a distance of 1e-7, the rounding of a float64 loss leaves an error of 1e-8. A larger distance is no better:
    /// one of thousands of ReLUs would switch between the two sides.
    fileprivate func centralDifference(
        of tensor: String, _ index: Int, _ loss: (ReferenceNetwork) -> Double
    ) -> Double {
        let distance = 1e-7
        var (above, below) = (self, self)
        above.weights[tensor]?[index] += distance
        below.weights[tensor]?[index] -= distance
        return (loss(above) - loss(below)) / (2 * distance)
    }
}

private func largestDifference(_ found: [Float], _ expected: [Double]) -> Double {
    zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
}
