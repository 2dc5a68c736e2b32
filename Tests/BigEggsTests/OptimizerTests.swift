import BigEggs
import Foundation
import Testing

/// Compares optimizers with those of Keras, on stored gradients; see Tests/Peers/fixtures_optimizers.py.
@Suite struct OptimizerTests {
    /// The steps after which Keras's parameters were recorded.
    private static let recorded = [0, 1, 9, 39]

    private static let optimizers: [(name: String, optimizer: any Optimizer)] = [
        ("sgd", SGD(learningRate: 0.01)),
        ("momentum", SGD(learningRate: 0.01, momentum: 0.9)),
        ("nesterov", SGD(learningRate: 0.01, momentum: 0.9, nesterov: true)),
        ("sgd_decay", SGD(learningRate: 0.1, momentum: 0.5, weightDecay: 0.05)),
        ("adamw", AdamW()),
        ("adamw_strong", AdamW(learningRate: 0.01, weightDecay: 0.1, beta1: 0.8, beta2: 0.99, epsilon: 1e-5)),
        ("rmsprop", RMSprop()),
        ("rmsprop_momentum", RMSprop(rho: 0.8, momentum: 0.7, epsilon: 1e-5)),
        ("rmsprop_centered", RMSprop(momentum: 0.5, epsilon: 1e-3, centered: true, weightDecay: 0.05)),
        ("clipvalue", SGD(learningRate: 0.01, momentum: 0.9, clipping: .value(0.05))),
        ("clipnorm", SGD(learningRate: 0.01, momentum: 0.9, clipping: .norm(0.5))),
        ("global_clipnorm", AdamW(clipping: .globalNorm(0.25))),
        (
            "sgd_cosine",
            SGD(learningRate: .cosineDecay(initialLearningRate: 0.1, decaySteps: 30), momentum: 0.9)
        ),
    ]

    /// Our parameters after each of the recorded steps.
    private func path(_ optimizer: any Optimizer, start: [Float], gradients: [Float]) throws -> [[Float]] {
        let steps = stride(from: 0, to: gradients.count, by: start.count)
        let path = try optimizer.path(
            from: start, gradients: steps.map { Array(gradients[$0..<$0 + start.count]) })
        return OptimizerTests.recorded.map { path[$0] }
    }

    @Test(arguments: optimizers.indices)
    func fortyStepsAgreeWithKeras(_ number: Int) throws {
        let (name, optimizer) = OptimizerTests.optimizers[number]
        let tensors = try Safetensors.read(Fixture.path("optimizers.safetensors"))
        func values(_ name: String) throws -> [Float] {
            try #require(tensors.first { $0.name == name }).values
        }
        let start = try values("start")
        let path = try path(optimizer, start: start, gradients: try values("gradients"))
        // The tolerance covers forty roundings: steps of up to 0.1 are added to parameters of up to 10.
        let exact = try values("\(name)/float64")
        let keras = try values("\(name)/float32")
        #expect(exact.count == path.count * start.count)
        for (found, (exact, keras)) in zip(path.joined(), zip(exact, keras)) {
            let tolerance = 2e-6 * max(1, abs(exact))
            #expect(abs(found - exact) < tolerance, "\(name)")
            #expect(abs(found - keras) < tolerance, "\(name)")
        }
        // The first parameter's gradient is always zero, so only weight decay changes the parameter.
        #expect((path[3][0] == start[0]) == (optimizer.weightDecay == 0))
    }

    /// The tolerance is larger: Newton–Schulz steps amplify the rounding errors of small singular values.
    @Test(arguments: [
        ("muon_wide", [4, 8], Muon()),
        ("muon_tall", [8, 4], Muon(learningRate: 0.05, momentum: 0.6, nesterov: false)),
        ("muon_normalized", [2, 2, 2, 4], Muon(learningRate: 0.1, momentum: 0.6, normalizesKernels: true)),
    ])
    func fortyMuonStepsAgreeWithTheReference(_ name: String, _ shape: [Int], _ optimizer: Muon) throws {
        let tensors = try Safetensors.read(Fixture.path("optimizers.safetensors"))
        let start = try #require(tensors.first { $0.name == "start" }).values
        let gradients = try #require(tensors.first { $0.name == "gradients" }).values
        let steps = stride(from: 0, to: gradients.count, by: start.count).map {
            Array(gradients[$0..<$0 + start.count])
        }
        let path = try optimizer.path(from: start, shape: shape, gradients: steps)
        let exact = try #require(tensors.first { $0.name == "\(name)/float64" }).values
        for (found, exact) in zip(OptimizerTests.recorded.flatMap { path[$0] }, exact) {
            #expect(abs(found - exact) < 1e-4 * max(1, abs(exact)))
        }
    }

    /// Each optimizer changes only its group's parameters. Groups with equal optimizers train like one group.
    @Test func eachGroupIsUpdatedByItsOwnOptimizer() throws {
        func step(
            _ optimizer: any Optimizer,
            _ groups: @escaping @Sendable (String) -> (any Optimizer)? = { _ in nil }
        ) throws -> [String: [Float]] {
            let model = try ReferenceCase.winograd[0].model()
            let data = try ReferenceCase.winograd[0].dataset()
            try model.compile(optimizer: optimizer, groups: groups)
            for _ in 0..<3 { _ = try model.trainOnBatch(data) }
            return Dictionary(uniqueKeysWithValues: try model.weights().map { ($0.name, $0.values) })
        }
        let start = try ReferenceCase.winograd[0].model().weights()
        let same = try step(Adam()) { $0.hasSuffix("bias") ? Adam() : nil }
        #expect(same == (try step(Adam())))
        // The rate of SGD is too small to change a float32.
        let still = try step(SGD(learningRate: 1e-30)) { $0.hasSuffix("kernel") ? Muon() : nil }
        for tensor in start where !tensor.name.contains("moving") {
            #expect(
                (still[tensor.name] == tensor.values) == !tensor.name.hasSuffix("kernel"), "\(tensor.name)")
        }
    }

    @Test func muonIsRefusedForNonMatrixParameters() throws {
        let model = try ReferenceCase.winograd[0].model()
        #expect(throws: TrainingError.self) { try model.compile(optimizer: Muon()) }
        try model.compile(optimizer: Muon()) { $0.hasSuffix("kernel") ? nil : SGD() }
    }

    @Test func globalNormClippingOfAGroupIsRefused() throws {
        let model = try Sequential(input: [4]) { Dense(3, activation: .softmax, name: "last") }
        let error = #expect(throws: TrainingError.self) {
            try model.compile(optimizer: SGD()) { name in
                name.hasSuffix("bias") ? SGD(learningRate: 0.5, clipping: .globalNorm(2)) : nil
            }
        }
        #expect("\(try #require(error))".contains("2.0 for the group of last/bias"))
    }

    /// If the main rate is set by hand, a group's rate is multiplied by the ratio of that rate to the
    /// scheduled one. The ratio is undefined if the scheduled rate is 0.
    @Test func settingTheRateAfterAScheduleReachedZeroKeepsWeightsFinite() throws {
        let data = try Noise(stream: 4).dataset(count: 6, imageShape: [4], classes: 3)
        let model = try Sequential(input: [4]) { Dense(3, activation: .softmax) }
        let falling = LearningRateSchedule.cosineDecay(initialLearningRate: 0.1, decaySteps: 1)
        try model.compile(optimizer: SGD(learningRate: falling)) { name in
            name.hasSuffix("bias") ? SGD(learningRate: 0.5) : nil
        }
        _ = try model.trainOnBatch(data)
        #expect(model.learningRate == 0)
        model.learningRate = 0.25
        _ = try model.trainOnBatch(data)
        #expect(try model.weights().allSatisfy { $0.values.allSatisfy(\.isFinite) })
    }

    @Test func allOptimizersGiveDifferentResults() throws {
        let tensors = try Safetensors.read(Fixture.path("optimizers.safetensors"))
        let start = try #require(tensors.first { $0.name == "start" }).values
        let gradients = try #require(tensors.first { $0.name == "gradients" }).values
        let ends = try OptimizerTests.optimizers.map {
            try path($0.optimizer, start: start, gradients: gradients)[3]
        }
        #expect(Set(ends).count == ends.count)
    }

    @Test(arguments: Precision.allCases.filter { $0 == .float32 || GradientTests.hasBFloat16 })
    func aTrainingRepeatsBitForBit(_ precision: Precision) throws {
        let optimizers: [any Optimizer] = [
            SGD(learningRate: 0.05, momentum: 0.9, nesterov: true), AdamW(learningRate: 0.01),
        ]
        let toy = try ToyData.separable(images: 40)
        for optimizer in optimizers {
            func train() throws -> (weights: [NamedTensor], loss: [Double]) {
                let model = try ToyData.model(precision: precision)
                try model.compile(optimizer: optimizer)
                let history = try model.fit(toy, batchSize: 16, epochs: 4)
                return (try model.weights(), history["loss"])
            }
            let (first, second) = (try train(), try train())
            #expect(first.weights == second.weights)
            #expect(first.loss == second.loss)
            #expect(try #require(first.loss.last) < first.loss[0] * 0.7, "\(optimizer) does not learn")
        }
    }

    private static let nonsense: [(any Optimizer, String)] = [
        (SGD(learningRate: 0), "learningRate"),
        (SGD(momentum: 1.5), "momentum"), (SGD(momentum: -.infinity), "momentum"),
        (SGD(weightDecay: -1), "weightDecay"), (AdamW(weightDecay: .nan), "weightDecay"),
        (AdamW(beta1: 1), "beta1"), (AdamW(epsilon: 0), "epsilon"),
        (SGD(learningRate: .cosineDecay(initialLearningRate: 0.1, decaySteps: 0)), "decaySteps"),
        (SGD(learningRate: .cosineDecay(initialLearningRate: 0, decaySteps: 10)), "initialLearningRate"),
        (Adam(learningRate: .oneCycle(maxLearningRate: 0.1, totalSteps: 1)), "totalSteps"),
        (Adam(learningRate: .oneCycle(maxLearningRate: 0.1, totalSteps: 9, pctStart: 1)), "pctStart"),
    ]

    @Test(arguments: nonsense)
    func anInvalidArgumentIsNamedInTheError(_ optimizer: any Optimizer, _ argument: String) throws {
        let model = try ToyData.model()
        let error = #expect(throws: TrainingError.self) { try model.compile(optimizer: optimizer) }
        #expect("\(try #require(error))".hasPrefix("\(argument) is "))
    }
}
