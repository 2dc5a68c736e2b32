import BigEggs
import Testing

/// Compares schedules with those of Keras and PyTorch; see Tests/Peers/fixtures_optimizers.py.
@Suite struct LearningRateTests {
    private func cases(_ schedule: String) throws -> [Record] {
        try #require(try Record.read(Fixture.path("schedules.json"))[schedule]?.array)
    }

    private func compare(_ schedule: LearningRateSchedule, _ example: Record, tolerance: Double) throws {
        let rates = try #require(example["rates"]?.numbers)
        #expect(rates.count >= 10)
        let largest = try #require(rates.max())
        for (step, expected) in rates.enumerated() {
            let found = schedule.learningRate(at: step)
            #expect(abs(found - expected) <= tolerance * largest, "step \(step) of \(example)")
        }
    }

    /// Keras computes its rates in float32.
    @Test func cosineDecayAgreesWithKeras() throws {
        let cases = try cases("cosine_decay")
        #expect(cases.count == 5)
        for example in cases {
            let schedule = LearningRateSchedule.cosineDecay(
                initialLearningRate: try #require(example["initialLearningRate"]?.number),
                decaySteps: try #require(example["decaySteps"]?.integer),
                alpha: example["alpha"]?.number ?? 0, warmupTarget: example["warmupTarget"]?.number,
                warmupSteps: example["warmupSteps"]?.integer ?? 0)
            try compare(schedule, example, tolerance: 3e-7)
        }
    }

    @Test func polynomialDecayAgreesWithKeras() throws {
        let cases = try cases("polynomial_decay")
        #expect(cases.count == 4)
        for example in cases {
            let schedule = LearningRateSchedule.polynomialDecay(
                initialLearningRate: try #require(example["initialLearningRate"]?.number),
                decaySteps: try #require(example["decaySteps"]?.integer),
                endLearningRate: example["endLearningRate"]?.number ?? 0.0001,
                power: example["power"]?.number ?? 1)
            try compare(schedule, example, tolerance: 3e-7)
        }
    }

    @Test func oneCycleAgreesWithPyTorch() throws {
        let cases = try cases("one_cycle")
        #expect(cases.count == 3)
        for example in cases {
            let schedule = LearningRateSchedule.oneCycle(
                maxLearningRate: try #require(example["maxLearningRate"]?.number),
                totalSteps: try #require(example["totalSteps"]?.integer),
                pctStart: example["pctStart"]?.number ?? 0.3, divFactor: example["divFactor"]?.number ?? 25,
                finalDivFactor: example["finalDivFactor"]?.number ?? 1e4)
            try compare(schedule, example, tolerance: 1e-12)
        }
    }

    @Test func oneCycleKeepsItsLastRateAfterTheEnd() {
        let schedule = LearningRateSchedule.oneCycle(maxLearningRate: 1, totalSteps: 10)
        #expect(schedule.learningRate(at: 9) == schedule.learningRate(at: 1000))
        #expect(abs(schedule.learningRate(at: 9) - 1 / 25e4) < 1e-12)
    }

    /// After a step, `learningRate` is the rate of the next step, so it is that of step 6 after two epochs of
    /// three steps.
    @Test func aScheduleSetsTheRateOfEveryStep() throws {
        let schedule = LearningRateSchedule.cosineDecay(initialLearningRate: 0.01, decaySteps: 6, alpha: 0.5)
        let model = try ToyData.model()
        try model.compile(optimizer: SGD(learningRate: schedule))
        var rates: [Double] = []
        let watch = LambdaCallback(onBatchEnd: { _, _, run in rates.append(run.model.learningRate) })
        let history = try model.fit(
            try ToyData.separable(images: 24), batchSize: 8, epochs: 2, callbacks: [watch])
        #expect(rates == (1...6).map { schedule.learningRate(at: $0) })
        #expect(history["learning_rate"] == [3, 6].map { schedule.learningRate(at: $0) })
        #expect(model.learningRate == 0.005)
    }

    @Test func aSchedulerSetsTheRateOfEveryEpoch() throws {
        let model = try ToyData.model()
        try model.compile(optimizer: Adam(learningRate: 0.008))
        var asked: [Int] = []
        let scheduler = LearningRateScheduler { epoch, rate in
            asked.append(epoch)
            return epoch == 0 ? rate : rate / 2
        }
        let history = try model.fit(
            try ToyData.separable(images: 8), batchSize: 8, epochs: 3, callbacks: [scheduler])
        #expect(asked == [0, 1, 2])
        #expect(history["learning_rate"] == [0.008, 0.004, 0.002])
    }

    @Test(arguments: [-1, .nan, .infinity])
    func anInvalidRateFromASchedulerIsRefused(_ rate: Double) throws {
        let model = try ToyData.model()
        try model.compile()
        #expect(throws: TrainingError.self) {
            try model.fit(
                try ToyData.separable(images: 8), callbacks: [LearningRateScheduler { _, _ in rate }])
        }
    }

    @Test func callbacksThatSetTheRateAreRefusedWithASchedule() throws {
        let model = try ToyData.model()
        try model.compile(optimizer: Adam(learningRate: .oneCycle(maxLearningRate: 0.01, totalSteps: 10)))
        let callbacks: [any Callback] = [
            LearningRateScheduler { _, rate in rate }, ReduceLROnPlateau(monitor: "loss"),
        ]
        for callback in callbacks {
            let name = "\(type(of: callback))"
            #expect(throws: TrainingError.learningRateScheduled(callback: name)) {
                try model.fit(try ToyData.separable(images: 8), callbacks: [callback])
            }
        }
    }
}
