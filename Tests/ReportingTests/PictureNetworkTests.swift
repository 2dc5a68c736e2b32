import BigEggs
import Foundation
import Reporting
import Testing

/// Compares the networks for pictures with PyTorch's at each activation; see
/// Tests/Peers/fixtures_pictures.py.
@Suite struct PictureNetworkTests {
    private static let images = 2
    private static let side = 64
    private static let classes = 7

    private struct Expected: Decodable {
        struct Activation: Decodable {
            let mean, size: Double
            let values: [Double]
        }
        let activations: [Activation]
        let probabilities: [[Double]]
    }

    private static func expected(_ name: String) throws -> Expected {
        let file = "\(try Checkout.root)/Tests/BigEggsTests/Fixtures/pictures.json"
        let all = try JSONDecoder().decode(
            [String: Expected].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        return try #require(all[name])
    }

    /// Numbers from 0 to 1, by the formula of the fixture's script.
    private static func hashed(_ count: Int, _ number: Int) -> [Double] {
        (0..<UInt64(count)).map { place in
            var value = (place * 2_654_435_761 + UInt64(number) * 2_246_822_519 + 12_345) & 0xFFFF_FFFF
            value ^= value >> 15
            value = value * 2_246_822_519 & 0xFFFF_FFFF
            value ^= value >> 13
            return Double(value) / 0x1p32
        }
    }

    private static func dataset() throws -> ImageDataset {
        try ImageDataset(
            images: hashed(images * side * side * 3, 1).map { UInt8($0 * 256) },
            labels: Labels([Int32](repeating: 0, count: images)), imageShape: [side, side, 3],
            classNames: (0..<classes).map(String.init)
        ).rescaled()
    }

    /// Sets the same weights as the fixture's script. The tensors of each kind are numbered separately.
    private static func setWeights(_ model: Model) throws {
        var numbers: [String: Int] = [:]
        try model.setWeights(
            try model.weights().map { tensor in
                let kind = String(try #require(tensor.name.split(separator: "/").last))
                let number = numbers[kind, default: 0]
                numbers[kind] = number + 1
                let drawn = hashed(tensor.values.count, number + 1000 * kind.count)
                // A filter of a depthwise kernel [3, 3, channels, 1] reads one channel.
                let fan = tensor.shape.last == 1 ? 9 : tensor.shape.dropLast().reduce(1, *)
                let values = drawn.map { value in
                    switch kind {
                    case "kernel": (value - 0.5) * 2 * (6 / Double(fan)).squareRoot()
                    case "gamma", "moving_variance": 0.5 + value
                    default: value - 0.5
                    }
                }
                return NamedTensor(name: tensor.name, shape: tensor.shape, values: values.map(Float.init))
            })
    }

    /// The network of a recipe up to its activation `number`, counted from 0.
    private static func network(_ recipe: Recipe, untilActivation number: Int) throws -> Model {
        var architecture = Architecture(inputShape: [side, side, 3])
        var seen = 0
        for layer in recipe.network {
            try architecture.add(layer)
            if layer["class_name"]?.string == "Activation" { seen += 1 }
            if seen == number + 1 { break }
        }
        try architecture.add(Flatten())
        return try architecture.model(seed: 0, precision: .float32, threads: 2)
    }

    @Test(arguments: ["resnet18", "mobile"])
    func eachActivationAgreesWithPyTorch(_ name: String) throws {
        let recipe = try #require(Recipe(named: name))
        let expected = try Self.expected(name)
        let dataset = try Self.dataset()
        for (number, activation) in expected.activations.enumerated() {
            let model = try Self.network(recipe, untilActivation: number)
            try Self.setWeights(model)
            let values = try model.predict(dataset, batchSize: Self.images).probabilities.map(Double.init)
            let mean = values.reduce(0, +) / Double(values.count)
            let size = (values.map { $0 * $0 }.reduce(0, +) / Double(values.count)).squareRoot()
            // Rounding errors grow with depth: 1e-6 of the root mean square after the first layer,
            // 2e-5 after the last.
            let tolerance = 1e-4 * activation.size
            #expect(abs(mean - activation.mean) < tolerance, "activation \(number)")
            #expect(abs(size - activation.size) < tolerance, "activation \(number)")
            for (place, value) in zip([0, values.count / 3, 2 * values.count / 3], activation.values) {
                #expect(abs(values[place] - value) < tolerance, "activation \(number), place \(place)")
            }
        }
    }

    @Test(arguments: ["resnet18", "mobile"])
    func probabilitiesAgreeWithPyTorch(_ name: String) throws {
        let model = try #require(Recipe(named: name)).model(
            classes: Self.classes, imageSize: Self.side, seed: 0, threads: 2)
        try Self.setWeights(model)
        let probabilities = try model.predict(Self.dataset()).probabilities.map(Double.init)
        let expected = try Self.expected(name).probabilities.flatMap { $0 }
        #expect(zip(probabilities, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func unsupportedImageSizesAreRefused() throws {
        for (name, size) in [("augmented", 64), ("fast", 33), ("resnet18", 32), ("mobile", 257)] {
            let recipe = try #require(Recipe(named: name))
            #expect(throws: RecipeError.self) { try recipe.model(classes: 2, imageSize: size, seed: 0) }
        }
        let refused = #expect(throws: RecipeError.self) {
            try Recipe.augmented.model(classes: 2, imageSize: 96, seed: 0)
        }
        #expect(
            refused?.description
                == "augmented: its network takes images of 32×32 pixels, and not 96×96: give another --image-size, "
                + "or --recipe resnet18 or mobile")
        let resnet18 = try #require(Recipe(named: "resnet18"))
        #expect(try resnet18.model(classes: 2, imageSize: 96, seed: 0).inputShape == [96, 96, 3])
    }

    @Test func aRecipeFileKeepsItsImageSizes() throws {
        let mobile = try #require(Recipe(named: "mobile"))
        var record = try #require(try Record(encoding: mobile).object)
        #expect(record["image_sizes"] == [64, 256])
        record["name"] = "mine"
        func read(_ record: [String: Record]) throws -> Recipe {
            let file = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).json"
            try Record.object(record).write(to: file)
            defer { try? FileManager.default.removeItem(atPath: file) }
            return try Recipe(reading: file)
        }
        #expect(try read(record).imageSizes == 64...256)
        for sizes: Record in [[64], [128, 64], [16, 64], "64"] {
            record["image_sizes"] = sizes
            #expect(throws: RecipeError.self) { try read(record) }
        }
        record["image_sizes"] = nil
        #expect(try read(record).imageSizes == 32...256)
        #expect(try Record(encoding: Recipe.augmented)["image_sizes"] == nil)
    }

    @Test func fewPicturesGiveASmallerBatchSize() throws {
        let own = DataProvenance(
            name: "own", path: "", checksum: "", isOfficial: false, isStandIn: false, statement: nil)
        let mobile = try #require(Recipe(named: "mobile"))
        #expect(mobile.fitting(own, images: 300).batchSize == 16)
        #expect(mobile.fitting(own, images: 4_000).batchSize == 40)
        #expect(mobile.fitting(own, images: 20_000).batchSize == 64)
    }
}
