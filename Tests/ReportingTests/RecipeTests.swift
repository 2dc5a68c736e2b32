import BigEggs
import Foundation
import Reporting
import Testing

@Suite struct RecipeTests {
    private func optimizer(_ recipe: Recipe, trainImages: Int) throws -> any Optimizer {
        try recipe.optimizers(trainImages: trainImages).0
    }

    @Test func theFirstTwoRecipesAreTheReports() throws {
        #expect(Recipe.all.prefix(2).map(\.epochs) == [60, 100])
        #expect(Recipe.augmented.generator == ReportSettings.generator && Recipe.plain.generator == nil)
        #expect(try optimizer(.plain, trainImages: 50_000) as? Adam == Adam(learningRate: 1e-3))
        let callbacks = try Recipe.plain.callbacks()
        #expect(callbacks.count == 3)
        #expect(callbacks.compactMap { ($0 as? EarlyStopping)?.monitor } == ["val_loss", "val_accuracy"])
        #expect(callbacks.compactMap { ($0 as? EarlyStopping)?.restoreBestWeights } == [true, false])
        #expect(callbacks.compactMap { ($0 as? ReduceLROnPlateau)?.patience } == [3])
    }

    @Test func thePlainRecipesNetworkEqualsTheReports() throws {
        let (model, report) = (
            try Recipe.plain.model(classes: 7, seed: 5), try Sequential.bigEggs(classes: 7, seed: 5)
        )
        #expect(model.summary == report.summary)
        #expect(try model.weights() == report.weights())
    }

    @Test func schedulesEndWithTheLastEpochWithoutEarlyStopping() throws {
        for name in ["cosine", "longer", "best"] {
            let recipe = try #require(Recipe(named: name))
            let steps = recipe.epochs * 352
            let schedule = try optimizer(recipe, trainImages: 45_000).schedule
            let rates = (0..<steps).map { schedule.learningRate(at: $0) }
            let peak = name == "best" ? 2e-3 : 1e-3
            #expect((try #require(rates.max()) - peak).magnitude < 1e-8)
            #expect(try #require(rates.last) < 1e-5 * peak)
            #expect(rates[steps - 400] > 1e-5 * peak)
            #expect(try recipe.callbacks().allSatisfy { $0 is WeightAveraging })
        }
    }

    @Test func eachIngredientChangesOnlyItsSettings() throws {
        func differences(_ name: String) throws -> [String] {
            let recipe = try Record(encoding: try #require(Recipe(named: name))).object ?? [:]
            let report = try Record(encoding: Recipe.augmented).object ?? [:]
            return Set(recipe.keys).union(report.keys).filter { $0 != "name" && recipe[$0] != report[$0] }
                .sorted()
        }
        #expect(try differences("flip") == ["augmentation"])
        #expect(try differences("smoothing") == ["loss"])
        #expect(try differences("decay") == ["optimizer"])
        #expect(try differences("averaged") == ["callbacks"])
        #expect(try differences("cosine") == ["callbacks", "epochs", "optimizer"])
    }

    @Test func withConstantRateRemovesTheScheduleAndCallbacks() throws {
        let best = try #require(Recipe(named: "best"))
        let constant = try #require(best.withConstantRate)
        #expect(try optimizer(constant, trainImages: 100).schedule == .constant(2e-3))
        #expect(try #require(Recipe.augmented.withConstantRate).callbacks().isEmpty)
    }
}

@Suite struct RecipeFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func recipe(_ json: String) throws -> Recipe {
        let file = directory.path + "/own.json"
        try Data(json.utf8).write(to: URL(fileURLWithPath: file))
        return try Recipe(file)
    }

    @Test func allSettingsExceptEpochsHaveDefaults() throws {
        let recipe = try recipe(#"{"epochs": 3}"#)
        #expect(recipe.name == "own" && recipe.epochs == 3 && recipe.batchSize == 128)
        #expect(recipe.generator == nil && recipe.rescale == 1 / 255 && !recipe.looksTwice)
        #expect(try recipe.optimizers(trainImages: 10).0 as? Adam == Adam())
        #expect(try recipe.callbacks().isEmpty)
        #expect(
            try recipe.model(classes: 10, seed: 0).summary == Recipe.plain.model(classes: 10, seed: 0).summary
        )
        #expect(
            try Record(encoding: recipe).object?.keys.sorted() == [
                "batch_size", "epochs", "name", "optimizer",
            ])
    }

    /// 2 epochs of 10 steps. Without a target, Keras ignores the warm-up.
    @Test(arguments: [("", 20), (#", "warmup_target": 0.2"#, 16)])
    func aWarmUpShortensTheDecayOnlyIfItHasATarget(target: String, decaySteps: Int) throws {
        let file = directory.path + "/warm.json"
        let schedule =
            #"{"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "warmup_steps": 4"#
            + target + "}}"
        try Data(
            (#"{"epochs": 2, "optimizer": {"class_name": "SGD", "config": {"learning_rate": "# + schedule
                + "}}}").utf8
        ).write(to: URL(filePath: file))
        let recipe = try Recipe(file)
        #expect(
            try recipe.optimizers(trainImages: recipe.batchSize * 10).0.schedule
                == .cosineDecay(
                    initialLearningRate: 0.1, decaySteps: decaySteps,
                    warmupTarget: target.isEmpty ? nil : 0.2, warmupSteps: 4))
    }

    @Test(arguments: ["wide", "residual"])
    func theExampleRecipesAreRead(name: String) throws {
        let recipe = try Recipe("\(try Checkout.root)/Examples/recipes/\(name).json")
        #expect(recipe.name == name && recipe.looksTwice)
        let model = try recipe.model(classes: 4, seed: 1)
        #expect(model.outputShape == [4])
        try recipe.compile(model, trainImages: 1280)
        let steps = recipe.epochs * 10
        let (optimizer, groups) = try recipe.optimizers(trainImages: 1280)
        if name == "wide" {
            #expect(
                optimizer as? SGD
                    == SGD(
                        learningRate: .cosineDecay(initialLearningRate: 0.05, decaySteps: steps),
                        momentum: 0.9,
                        nesterov: true, weightDecay: 0.0005))
        } else {
            #expect(optimizer.schedule == .oneCycle(maxLearningRate: 0.02, totalSteps: steps))
            #expect(groups.optimizer(of: "stem/bias") is AdamW && groups.optimizer(of: "stem/kernel") == nil)
            #expect(recipe.testViews.map(\.weight) == [0.5, 0.25, 0.25] && recipe.testViews[1].down == -1)
        }
        // The recorded description gives the same recipe.
        let again = directory.path + "/again.json"
        try Record(encoding: recipe).write(to: again)
        #expect(try Recipe(again) == recipe)
    }

    /// The error names the setting and the values it allows.
    @Test(arguments: [
        (#"{}"#, #"a recipe needs the setting "epochs""#),
        (#"{"epochs": 0}"#, #"a recipe: "epochs" is 0: give 1 or more"#),
        (#"{"epochs": "many"}"#, #"a recipe: "epochs" is "many": give a whole number"#),
        (
            #"{"epochs": 1, "batchsize": 8}"#,
            #"a recipe has no setting "batchsize": there are name, summary, "#
        ),
        (#"{"epochs": 1, "name": "a/b"}"#, #""name" is "a/b": give letters"#),
        (#"{"epochs": 1, "name": "best"}"#, #""name" is "best", which is a recipe of BigEggs"#),
        (
            #"{"epochs": 1, "network": [{"class_name": "Conv4D"}]}"#,
            #"layer 1 of "network": there is no layer Conv4D"#
        ),
        (
            #"{"epochs": 1, "network": [{"config": {}}]}"#,
            #"layer 1 of "network": a layer needs the setting "class_name""#
        ),
        (
            #"{"epochs": 1, "network": ["Flatten", {"class_name": "Dense", "config": {"unit": 3}}]}"#,
            #"layer 2 of "network": Dense needs the setting "units""#
        ),
        (
            #"{"epochs": 1, "network": ["Flatten", {"class_name": "Dense", "config": {"units": "classes"}, "inputs": ["x"]}]}"#,
            #"layer 2 of "network": dense reads x, and no layer of that name was added before it"#
        ),
        (
            #"{"epochs": 1, "network": ["Flatten", {"class_name": "Dense", "config": {"units": 3, "activation": "softmax"}}]}"#,
            #""network" ends in [3] and not in the number of classes"#
        ),
        (
            #"{"epochs": 1, "network": ["Flatten", {"class_name": "Dense", "config": {"units": "classes"}}]}"#,
            "softmax"
        ),
        (#"{"epochs": 1, "augmentation": {"rotation": 15}}"#, #""augmentation" has no setting "rotation""#),
        (#"{"epochs": 1, "optimizer": "Adagrad"}"#, "there is no optimizer Adagrad: there are Adam, "),
        (
            #"{"epochs": 1, "optimizer": {"class_name": "Adam", "config": {"learning_rate": {"class_name": "Poly"}}}}"#,
            "there is no schedule Poly: there are CosineDecay, PolynomialDecay, OneCycle"
        ),
        (
            #"{"epochs": 1, "optimizer": {"class_name": "Adam", "config": {"learning_rate": -1}}}"#,
            "learningRate"
        ),
        (
            #"{"epochs": 1, "optimizer": {"class_name": "Adam", "config": {"learning_rate": {"class_name": "#
                + #""CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_part": "half"}}}}}"#,
            "decay_part"
        ),
        (#"{"epochs": 1, "loss": "MeanSquaredError"}"#, "there is no loss MeanSquaredError"),
        (#"{"epochs": 1, "callbacks": ["Nothing"]}"#, "there is no callback Nothing"),
        (#"{"epochs": 1, "test_views": []}"#, #""test_views" is []: give one at least"#),
        (
            #"{"epochs": 1, "test_views": [{"shift": [1]}]}"#,
            #"a test view: "shift" is [1]: give [down, right]"#
        ),
        (#"{"epochs": 1, "test_views": [{"weight": 0}]}"#, #"a test view: "weight" is 0: give more than 0"#),
        (#"[1]"#, "the settings of a recipe are not a JSON object"),
    ])
    func aRecipeMistakeIsReported(json: String, sentence: String) {
        #expect {
            try recipe(json)
        } throws: {
            "\($0)".hasPrefix("\(directory.path)/own.json: ") && "\($0)".contains(sentence)
        }
    }

    /// A file is checked with ten classes, so ten units are refused only with another number of classes.
    @Test func aUnitCountOtherThanTheClassCountIsRefused() throws {
        let recipe = try recipe(
            #"{"epochs": 1, "network": ["Flatten", {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}]}"#
        )
        #expect(try recipe.model(classes: 10, seed: 0).outputShape == [10])
        #expect {
            try recipe.model(classes: 3, seed: 0)
        } throws: {
            "\($0)".contains("\"network\" ends in [10] and not in the number of classes")
        }
    }

    @Test func aRecipesCheckpointRecordsItsNetwork() throws {
        let recipe = try recipe(
            #"""
            {"epochs": 1, "rescale": 1,
             "network": ["Flatten", {"class_name": "Dense", "config": {"units": "classes", "activation": "softmax"}}],
             "callbacks": [{"class_name": "ModelCheckpoint", "config": {"filepath": "\#(directory.path)/c.safetensors"}}]}
            """#)
        let model = try recipe.model(classes: 3, seed: 0, threads: 1)
        try recipe.compile(model, trainImages: 3)
        let images = try ImageDataset(
            images: [UInt8](repeating: 7, count: 3 * 3072), labels: Labels([0, 1, 2]),
            imageShape: [32, 32, 3],
            classNames: ["a", "b", "c"])
        try model.fit(images, validation: images, batchSize: 3, epochs: 1, callbacks: recipe.callbacks())
        let saved = try TrainedWeights(reading: directory.path + "/c.safetensors")
        #expect(saved.classes == 3 && saved.rescale == 1)
        #expect(try saved.model(threads: 1).weights() == model.weights())
    }

    @Test func emptyTestViewsAreRefusedAndMissingOnesAreOnePlainView() throws {
        let model = try Sequential.bigEggs(classes: 2, threads: 1)
        for (views, isRead) in [(#""#, true), (#", "test_views": []"#, false)] {
            let file = directory.path + "/w.safetensors"
            try model.saveWeights(to: file, metadata: ["bigeggs_recipe": #"{"name": "x"\#(views)}"#])
            if isRead {
                #expect(try TrainedWeights(reading: file).recipe?.testViews == [TestView()])
            } else {
                #expect(throws: WeightsError.self) { try TrainedWeights(reading: file) }
            }
        }
    }

    @Test func precisionDefaultsToFloat32AndUnknownOnesAreRefused() throws {
        #expect(try recipe(#"{"epochs": 1}"#).precision == .float32)
        #expect(try recipe(#"{"epochs": 1}"#).givenPrecision == nil)
        #expect(try recipe(#"{"epochs": 1, "precision": "float32"}"#).givenPrecision == .float32)
        #expect(try recipe(#"{"epochs": 1, "precision": "auto"}"#).precision == .auto)
        #expect { try recipe(#"{"epochs": 1, "precision": "half"}"#) } throws: {
            "\($0)".contains("\"precision\"") && "\($0)".contains("bfloat16")
        }
    }

    @Test func anUnknownNameAndADamagedFileAreErrors() {
        #expect { try Recipe("bset") } throws: {
            "\($0)".hasPrefix("there is no recipe bset: there are plain, ")
        }
        #expect { try Recipe("nowhere.json") } throws: { "\($0)".contains("nowhere.json") }
        #expect { try recipe("{") } throws: { "\($0)".contains("own.json, line 1") }
    }

    /// The parameter counts and the optimizers of airbench94_muon; the counts are computed by hand.
    @Test func theFastRecipeHasTheNetworkOfItsSource() throws {
        let recipe = try #require(Recipe(named: "fast"))
        let model = try recipe.model(classes: 10, seed: 1, threads: 1)
        let kernels = 24 * 64 + 64 * 64 + 64 * 256 + 3 * 256 * 256
        #expect(model.trainableParameterCount == 24 + 9 * kernels + 2 * 64 + 4 * 256 + 2560)
        #expect(model.parameterCount == model.trainableParameterCount + 12 * 24 + 2 * (2 * 64 + 4 * 256))
        #expect(model.outputShape == [10])
        #expect(recipe.precision == .auto && Recipe.plain.precision == .float32)
        #expect(recipe.testViews.count == 6 && recipe.testViews.reduce(0) { $0 + $1.weight } == 2)

        let (muon, groups) = try recipe.optimizers(trainImages: 50_000)
        #expect(muon is Muon && muon.schedule.learningRate(at: 0) == 0.24)
        #expect(muon.schedule.learningRate(at: 100) == 0.12 && muon.schedule.learningRate(at: 200) == 0)
        let bias = try #require(groups.optimizer(of: "whitening/bias"))
        #expect(bias.schedule.learningRate(at: 74) > 0 && bias.schedule.learningRate(at: 75) == 0)
        let head = try #require(groups.optimizer(of: "dense/kernel"))
        #expect(
            head is SGD && abs(head.schedule.learningRate(at: 0) * head.weightDecay - 0.004 / 0.15) < 1e-12)
        #expect(groups.optimizer(of: "conv2d/kernel") == nil)
        #expect(groups.optimizer(of: "batch_normalization/beta") != nil)
        #expect(try StudyRun.named("fast").map(\.name) == (1...5).map { "fast-\($0)" })
    }

    @Test func eachAblationRecipeDiffersOnlyInItsIngredient() throws {
        let fast = try Record(encoding: Recipe.fast).withoutName
        var without = try Recipe.fastWithoutOne.map { try Record(encoding: $0).withoutName }
        #expect(without.count == 4)

        #expect(without[0]["whitening"] == nil)
        without[0]["whitening"] = fast["whitening"]
        var layers = try #require(without[0]["network"]?.array)
        layers[0]["config"]?["kernel_trainable"] = false
        without[0]["network"] = .array(layers)

        #expect(without[1][path: "optimizer.class_name"] == "SGD")
        let groups = without[1][path: "optimizer.config.groups"]
        #expect(groups == fast[path: "optimizer.config.groups"] && groups != nil)
        let rate = without[1][path: "optimizer.config.learning_rate.config.initial_learning_rate"]?.number
        #expect(abs((rate ?? 0) - 2.93) < 0.001)
        without[1]["optimizer"] = fast["optimizer"]

        for (setting, value) in [("alternating_flip", false), ("horizontal_flip", true)] {
            #expect(without[2]["augmentation"]?[setting] ?? false == .bool(value))
        }
        without[2]["augmentation"] = fast["augmentation"]

        #expect(without[3]["loss"] == nil)
        without[3]["loss"] = fast["loss"]
        for record in without { #expect(record == fast) }
        for recipe in Recipe.fastWithoutOne {
            let model = try recipe.model(classes: 10, seed: 1, threads: 1)
            try recipe.compile(model, trainImages: 50_000)
        }
    }

    /// The parameter count of airbench96, computed by hand, and its settings.
    @Test func theStrongRecipeHasTheNetworkOfItsSource() throws {
        let recipe = try #require(Recipe(named: "strong"))
        let model = try recipe.model(classes: 10, seed: 1, threads: 1)
        let squares = 128 * 128 + 384 * 384 + 512 * 512
        let kernels = 24 * 128 + 128 * 384 + 384 * 512 + 2 * squares
        #expect(model.trainableParameterCount == 24 + 9 * kernels + 3 * (128 + 384 + 512) + 5120)
        #expect(model.outputShape == [10])
        let generator = try #require(recipe.generator)
        #expect(generator.cutout == 12 && generator.widthShiftRange == 4 && generator.alternatingFlip)
        try recipe.compile(model, trainImages: 50_000)
        let (_, groups) = try recipe.optimizers(trainImages: 50_000)
        let bias = try #require(groups.optimizer(of: "whitening/bias"))
        #expect(bias.schedule.learningRate(at: 146) > 0 && bias.schedule.learningRate(at: 147) == 0)
        #expect(try StudyRun.named("strong").map(\.name) == ["strong-1"])
    }

    /// The whitening kernel is computed from the images, and training on them reduces the loss.
    @Test func theFastRecipeLearnsAFewImages() throws {
        let recipe = try #require(Recipe(named: "fast"))
        let pixels = (0..<120 * 3072).map { index -> UInt8 in
            let (label, noise) = (index / 3072 % 10, index * 7919 % 53)
            return UInt8(label * 20 + noise)
        }
        let images = try ImageDataset(
            images: pixels,
            labels: Labels((0..<120).map { Int32($0 % 10) }), imageShape: [32, 32, 3],
            classNames: (0..<10).map { "class \($0)" }
        ).rescaled(recipe.rescale)
        let model = try recipe.model(classes: 10, seed: 1)
        let drawn = try model.weights()
        try recipe.prepare(model, for: images)
        for (before, after) in zip(drawn, try model.weights()) {
            #expect((before.values == after.values) == !before.name.hasPrefix("whitening"), "\(before.name)")
        }
        let prepared = try model.weights()
        try recipe.compile(model, trainImages: images.count)
        let history = try model.fit(
            images, batchSize: 30, epochs: 3, augmentation: recipe.generator,
            callbacks: recipe.callbacks())
        #expect(try #require(history["loss"].last) < history["loss"][0])
        let trained = try model.weights()
        #expect(trained[0].values == prepared[0].values, "the whitening kernel stays")
        #expect(trained[1].values != prepared[1].values, "its bias does not")
    }
}

extension Record {
    /// A recipe without its name.
    fileprivate var withoutName: Record {
        var record = self
        record["name"] = nil
        return record
    }
}
