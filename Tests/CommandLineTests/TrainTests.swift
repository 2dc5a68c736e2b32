import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct TrainTests {
    private struct Training: Decodable {
        struct Results: Decodable {
            let history: [String: [Double]]
        }
        let results: Results
    }
    private struct Prediction: Decodable {
        let index: Int
        let truth, predicted: String
        let confidence: Float
        let probabilities: [Float]
    }

    @Test func evaluatingTheWeightsOfATrainingGivesItsValidationLoss() throws {
        let data = try TinyCIFAR10()
        let out = data.directory.url.appendingPathComponent("out")
        let train = try BigEggsProgram(
            "train", "--data", data.path, "--epochs", "1", "--batch-size", "32", "--out", out.path)
        #expect(train.status == 0, "standard error:\n\(train.errors)")
        let lastLine = try #require(train.output.split(separator: "\n").last)
        #expect(lastLine.contains(out.path))

        let record = try Data(contentsOf: out.appendingPathComponent("training.json"))
        let history = try JSONDecoder().decode(Training.self, from: record).results.history
        let validationLoss = try #require(history["val_loss"]?.last)
        let weights = out.appendingPathComponent("weights.safetensors").path
        let evaluate = try BigEggsProgram(
            "evaluate", "--weights", weights, "--data", data.path, "--batch-size", "32", "--json")
        let evaluation = try evaluate.json(as: [String: Double].self)
        #expect(evaluation.keys.sorted() == ["accuracy", "images", "loss"])
        #expect(evaluation["images"] == Double(TinyCIFAR10.testImages))
        #expect(abs(try #require(evaluation["loss"]) - validationLoss) < 1e-6)
        #expect(abs(try #require(evaluation["accuracy"]) - (history["val_accuracy"]?.last ?? -1)) < 1e-6)

        let predict = try BigEggsProgram(
            "predict", "--weights", weights, "--data", data.path, "--index", "39", "--index", "0", "--json")
        let predictions = try predict.json(as: [Prediction].self)
        #expect(predictions.map(\.index) == [39, 0])
        #expect(predictions.map(\.truth) == ["truck", "airplane"])
        for prediction in predictions {
            #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-4)
            #expect(prediction.confidence == prediction.probabilities.max())
        }

        let outside = try BigEggsProgram(
            "predict", "--weights", weights, "--data", data.path, "--index", "40")
        #expect(outside.status == 1)
        #expect(outside.errors == "error: there is no test image 40: there are 40, from 0 to 39\n")
    }

    @Test func aTrainingRepeatsWithTheSameSeedAndDiffersWithAnother() throws {
        let data = try TinyCIFAR10()
        func losses(seed: String) throws -> [Double]? {
            let run = try BigEggsProgram(
                "train", "--data", data.path, "--epochs", "2", "--batch-size", "32", "--augment", "--json",
                "--seed", seed, "--out", data.directory.url.appendingPathComponent("out").path)
            return try run.json(as: Training.self).results.history["loss"]
        }
        let first = try losses(seed: "7")
        #expect(first?.count == 2)
        #expect(try losses(seed: "7") == first)
        #expect(try losses(seed: "8") != first)
    }

    private struct HeldOut: Decodable {
        struct Settings: Decodable { let trainImages, heldOutImages: Int }
        struct Score: Decodable { let loss, accuracy: Double }
        struct Results: Decodable {
            struct Evaluation: Decodable { let images: Int }
            let evaluation: Evaluation
        }
        struct Test: Decodable {
            let images, keptEpoch: Int
            let loss, accuracy: Double
            let mirrored: Score
            let history: [String: [Double]]?
        }
        let settings: Settings
        let results: Results
        let test: Test
    }

    @Test func heldOutImagesValidateAndTestImagesAreOnlyObserved() throws {
        let data = try TinyCIFAR10()
        let out = data.directory.url.appendingPathComponent("out").path
        let record = try BigEggsProgram(
            "train", "--data", data.path, "--recipe", "best", "--epochs", "3", "--batch-size", "32",
            "--hold-out", "60", "--out", out, "--json"
        ).json(as: HeldOut.self)
        #expect(record.settings.trainImages == 100 && record.settings.heldOutImages == 60)
        #expect(record.results.evaluation.images == 60)
        let test = record.test
        #expect(test.images == TinyCIFAR10.testImages && test.keptEpoch == 3)
        let history = try #require(test.history)
        #expect(history["loss"]?.count == 3)
        // Labels are smoothed only for the training loss.
        #expect(abs(try #require(history["loss"]?.last) - test.loss) < 1e-5)

        func evaluate(_ more: String...) throws -> [String: Double] {
            try BigEggsProgram(
                running: BigEggsProgram.url,
                ["evaluate", "--weights", "\(out)/weights.safetensors", "--data", data.path, "--json"]
                    + ["--batch-size", "32"] + more
            ).json(as: [String: Double].self)
        }
        #expect(try evaluate()["loss"] == test.loss)
        #expect(try evaluate("--mirrored")["loss"] == test.mirrored.loss)
        #expect(test.mirrored.loss != test.loss)
    }

    @Test func holdingOutEveryImageIsRefusedBeforeTraining() throws {
        let data = try TinyCIFAR10()
        let run = try BigEggsProgram(
            "train", "--data", data.path, "--hold-out", "160", "--out",
            data.directory.url.appendingPathComponent("out").path)
        #expect(run.status == 1)
        #expect(
            run.errors
                == "error: --hold-out 160 leaves none of the 160 training images to train on: hold out fewer\n"
        )
    }
}
