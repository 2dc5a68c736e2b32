import BigEggs
import Foundation
import Reporting
import Testing

@Suite struct PredictionScoreTests {
    private let model: Sequential
    private let images: ImageDataset

    init() throws {
        model = try Sequential(input: [4, 4, 3], seed: 5, threads: 1) {
            Flatten()
            Dense(10, activation: .softmax)
        }
        try model.compile()
        let pixels: [UInt8] = (0..<20 * 48).map { UInt8(truncatingIfNeeded: $0 * 77 + $0 / 48 * 13) }
        let labels: [Int32] = (0..<20).map { Int32($0 % 10) }
        let names: [String] = (0..<10).map { "\($0)" }
        images = try ImageDataset(
            images: pixels, labels: Labels(labels), imageShape: [4, 4, 3], classNames: names
        ).rescaled()
    }

    @Test func theScoreOfOnePredictionEqualsTheEvaluation() throws {
        let evaluation = try model.evaluate(images)
        let score = PredictionScore(try model.predict(images), of: images)
        #expect((score.loss - evaluation.loss).magnitude < 1e-5)
        #expect(score.accuracy == evaluation.accuracy)
    }

    @Test func theMirroredScoreUsesTheMeanProbability() throws {
        let there = try model.predict(images)
        let back = try model.predict(try images.seen(TestView(isMirrored: true)))
        #expect(there != back)
        let expected = (0..<20).reduce(0.0) { sum, image in
            let label = image % 10
            let (first, second) = (Array(there[image])[label], Array(back[image])[label])
            return sum - log(Double(first + second) / 2)
        }
        let score = try PredictionScore(TestView.mirrored, of: images, by: model, batchSize: 7)
        #expect((score.loss - expected / 20).magnitude < 1e-5)
    }

    @Test func mirroringSwapsLeftAndRightAndTwiceIsTheIdentity() throws {
        let mirrored = try images.seen(TestView(isMirrored: true))
        for row in 0..<4 {
            for column in 0..<4 {
                let (from, to) = ((row * 4 + column) * 3, (row * 4 + 3 - column) * 3)
                #expect(Array(images.images[from..<from + 3]) == Array(mirrored.images[to..<to + 3]))
            }
        }
        #expect(try mirrored.seen(TestView(isMirrored: true)).images == images.images)
        #expect(mirrored.labels == images.labels)
    }

    /// View pixel (y, x) is pixel (y + down, x + right), with edges as from `numpy.pad(…, mode="reflect")`.
    @Test func aShiftedViewReflectsTheEdges() throws {
        let seen = try images.seen(TestView(isMirrored: true, down: -1, right: 2))
        let (rows, columns) = ([1, 0, 1, 2], [1, 0, 1, 2])
        for image in 0..<20 {
            for row in 0..<4 {
                for column in 0..<4 {
                    let from = ((image * 4 + rows[row]) * 4 + columns[column]) * 3
                    let to = ((image * 4 + row) * 4 + column) * 3
                    #expect(Array(images.images[from..<from + 3]) == Array(seen.images[to..<to + 3]))
                }
            }
        }
        #expect(seen.rescale == images.rescale && seen.labels == images.labels)
    }

    /// A view is computed in chunks: here first 21 batches of four images, then the last six images. The
    /// result must not depend on the chunks.
    @Test func computingViewsInChunksDoesNotChangeTheScore() throws {
        let side = 512
        let pixels = (0..<90 * side * side * 3).map { UInt8(truncatingIfNeeded: $0 * 77 + $0 / 4801 * 13) }
        let large = try ImageDataset(
            images: pixels, labels: Labels((0..<90).map { $0 % 10 }), imageShape: [side, side, 3],
            classNames: (0..<10).map { "\($0)" }
        ).rescaled()
        let network = try Sequential(input: [side, side, 3], seed: 5, threads: 2) {
            AveragePooling2D(poolSize: 128)
            Flatten()
            Dense(10, activation: .softmax)
        }
        try network.compile()
        let mirrored = try network.predict(try large.seen(TestView(isMirrored: true)), batchSize: 4)
        let score = try PredictionScore([TestView(isMirrored: true)], of: large, by: network, batchSize: 4)
        #expect(score == PredictionScore(mirrored, of: large))
    }

    @Test func viewProbabilitiesAreAveragedByWeight() throws {
        let views = [TestView(weight: 3), TestView(down: 1, right: -1)]
        let (there, moved) = (try model.predict(images), try model.predict(try images.seen(views[1])))
        let expected = (0..<20).reduce(0.0) { sum, image in
            let label = image % 10
            return sum - log(Double(3 * Array(there[image])[label] + Array(moved[image])[label]) / 4)
        }
        let score = try PredictionScore(views, of: images, by: model, batchSize: 8)
        #expect((score.loss - expected / 20).magnitude < 1e-5)
        let scores = try PredictionScore.scores(
            [TestView.mirrored, views], of: images, by: model, batchSize: 8)
        let mirrored = try PredictionScore(TestView.mirrored, of: images, by: model, batchSize: 8)
        #expect(scores == [mirrored, score])
    }

    @Test func aTestWatchRestoresItsLossesAndAccuracies() throws {
        let watch = TestWatch(images, batchSize: 8)
        try model.fit(images, batchSize: 8, epochs: 12, callbacks: [watch])
        #expect(watch.losses.count == 12)
        let resumed = TestWatch(images, batchSize: 8)
        resumed.restore(try #require(watch.state))
        #expect(resumed.losses == watch.losses && resumed.accuracies == watch.accuracies)
        #expect(
            watch.losses.last == PredictionScore(try model.predict(images, batchSize: 8), of: images).loss)
    }
}
