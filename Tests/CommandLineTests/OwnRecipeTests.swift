import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct OwnRecipeTests {
    private struct Picture: Decodable {
        let truth, predicted: String
        let probabilities: [Float]
    }

    private struct Training: Decodable {
        struct Test: Decodable {
            let loss: Double
            let mirrored, views: Score
        }
        struct Score: Decodable {
            let loss: Double
        }
        let test: Test
    }

    /// A network and a scale of pixels that differ from the report's.
    private static let recipe = """
        {
          "name": "small", "epochs": 2, "batch_size": 32, "rescale": 0.0078125,
          "network": [
            {"class_name": "Conv2D", "config": {"filters": 16, "kernel_size": 3, "padding": "same", "name": "stem"}},
            {"class_name": "DepthwiseConv2D", "config": {"kernel_size": 3, "padding": "same"}},
            {"class_name": "Add", "inputs": ["stem", "depthwise_conv2d"]},
            {"class_name": "BatchNormalization", "config": {"momentum": 0.6}},
            "GlobalAveragePooling2D",
            {"class_name": "Dense", "config": {"units": "classes", "activation": "softmax", "use_bias": false}}
          ],
          "augmentation": {"horizontal_flip": true},
          "optimizer": {"class_name": "RMSprop", "config": {"learning_rate": 0.01}},
          "test_views": [{}, {"shift": [1, 0]}, {"mirrored": true, "weight": 2}]
        }
        """

    private let data: TinyCIFAR10
    private var file: String { data.path + "/own.json" }
    private var out: String { data.path + "/out" }
    private var weights: [String] { ["--weights", out + "/weights.safetensors", "--data", data.path] }

    init() throws {
        data = try TinyCIFAR10()
        try Data(Self.recipe.utf8).write(to: URL(fileURLWithPath: file))
    }

    private func train(_ more: String...) throws -> BigEggsProgram {
        try BigEggsProgram(
            running: BigEggsProgram.url,
            ["train", "--recipe", file, "--data", data.path, "--out", out] + more)
    }

    @Test func weightsRecordTheirRecipesNetworkAndTestViews() throws {
        let trained = try train()
        try #require(trained.status == 0, "standard error:\n\(trained.errors)")
        #expect(trained.output.contains("; in the recipe's test views, "))

        // JSONSerialization would lose a number's last bit.
        let test = try JSONDecoder().decode(
            Training.self, from: Data(contentsOf: URL(fileURLWithPath: out + "/training.json"))
        ).test
        // With the batch size of the training, losses agree to the bit.
        let evaluate = ["evaluate", "--json", "--batch-size", "32"] + weights
        for (option, score) in [("--mirrored", test.mirrored), ("--views", test.views)] {
            let seen = try BigEggsProgram(running: BigEggsProgram.url, evaluate + [option])
                .json(as: [String: Double].self)
            #expect(seen["loss"] == score.loss)
            #expect(seen["views"] == (option == "--views" ? 3 : 2))
        }
        let plain = try BigEggsProgram(running: BigEggsProgram.url, evaluate).json(as: [String: Double].self)
        #expect(plain["loss"] == test.loss)
        #expect(plain["views"] == nil)
        let told = try BigEggsProgram(running: BigEggsProgram.url, ["evaluate", "--views"] + weights)
        #expect(told.output.hasSuffix(", each seen in 3 views\n"))

        let predicted = try BigEggsProgram(
            running: BigEggsProgram.url, ["predict", "--first", "40", "--json"] + weights
        ).json(as: [Picture].self)
        #expect(predicted.allSatisfy { $0.probabilities.count == 10 })
        // `predict` rescales the images as the recipe says, so the mean loss is that of `evaluate`.
        let labels = TinyCIFAR10.classNames
        let losses = try predicted.map {
            -log($0.probabilities[try #require(labels.firstIndex(of: $0.truth))])
        }
        #expect(abs(Double(losses.reduce(0, +)) / 40 - (plain["loss"] ?? 0)) < 1e-4)
        let exported = try BigEggsProgram(
            running: BigEggsProgram.url, ["export", "--onnx", out + "/own.onnx"] + weights.prefix(2))
        #expect(exported.status == 0, "standard error:\n\(exported.errors)")
    }

    @Test func resumingAFinishedTrainingWithAChangedRecipeIsRefused() throws {
        #expect(try train().status == 0)
        let ended = try train("--resume")
        #expect(ended.status == 0 && ended.output.hasPrefix("The training has ended already"))
        try Data(Self.recipe.replacing("0.01}", with: "0.02}").utf8).write(to: URL(fileURLWithPath: file))
        let other = try train("--resume")
        #expect(other.status == 1 && other.errors.contains("was not this one"))
    }

    @Test func aRecipeMistakeIsAUsageErrorThatNamesTheKey() throws {
        try Data(Self.recipe.replacing("filters", with: "filtres").utf8).write(to: URL(fileURLWithPath: file))
        let run = try train()
        #expect(run.status == 64)
        #expect(run.errors.contains("layer 1 of \"network\": Conv2D needs the setting \"filters\""))
        for command in ["train", "study"] {
            let unknown = try BigEggsProgram(
                running: BigEggsProgram.url,
                command == "train" ? ["train", "--recipe", "bset"] : ["study", "bset"])
            #expect(
                unknown.status == 64 && unknown.errors.contains("bset") && unknown.errors.contains("best"))
        }
        let constant = try BigEggsProgram(
            running: BigEggsProgram.url, ["train", "--constant-rate", "--recipe", Examples.wide])
        #expect(constant.status == 64 && constant.errors.contains("write the learning rate into"))
    }

    @Test func viewsRequireWeightsWithARecipe() throws {
        let run = try BigEggsProgram(
            "evaluate", "--views", "--weights", Examples.reportWeights, "--data", data.path)
        #expect(run.status == 1 && run.errors.contains("names no recipe"))
    }

    /// Files of the checkout.
    private enum Examples {
        static let wide = CopiedCheckout.root + "/Examples/recipes/wide.json"
        static let reportWeights = CopiedCheckout.root + "/report/weights/plain.safetensors"
    }
}
