import BigEggs
import Foundation
import Testing

/// An image transformed by Keras; see Tests/Peers/fixtures_augmentation.py.
private struct KerasCase {
    let name: String
    let generator: ImageDataGenerator
    let parameters: TransformParameters
    let imageShape: [Int]
    let image: [UInt8]
    let expected: [Float]

    static func all() throws -> [KerasCase] {
        let tensors = try Safetensors.read(Fixture.path("augmentation.safetensors"))
        let named = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        let record = try Record.read(Fixture.path("augmentation.json"))
        return try #require(record["cases"]?.array).map { description in
            func number(_ key: String, otherwise: Double) -> Double { description[key]?.number ?? otherwise }
            let image = try #require(named[description["image"]?.string ?? ""])
            let expected = try #require(named[description["expected"]?.string ?? ""])
            let fillMode = try #require(FillMode(rawValue: description["fillMode"]?.string ?? ""))
            return KerasCase(
                name: "\(expected.name), \(image.name), \(fillMode)",
                generator: ImageDataGenerator(
                    fillMode: fillMode, cval: Float(number("cval", otherwise: 0))),
                parameters: TransformParameters(
                    theta: number("theta", otherwise: 0), tx: number("tx", otherwise: 0),
                    ty: number("ty", otherwise: 0), shear: number("shear", otherwise: 0),
                    zx: number("zx", otherwise: 1), zy: number("zy", otherwise: 1),
                    flipHorizontal: description["flip_horizontal"]?.bool ?? false,
                    flipVertical: description["flip_vertical"]?.bool ?? false),
                imageShape: image.shape, image: image.values.map { UInt8($0) }, expected: expected.values)
        }
    }
}

private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

@Suite struct AugmentationTests {
    private let report = ImageDataGenerator(
        rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1, zoomRange: 0.1)
    private let ramp = (0..<32 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

    @Test func everyFillModeAgreesWithKeras() throws {
        let cases = try KerasCase.all()
        #expect(cases.count == 248)
        for example in cases {
            let result = example.generator.apply(
                example.parameters, to: example.image, imageShape: example.imageShape)
            #expect(result.count == example.expected.count)
            let difference = largestDifference(result, example.expected)
            #expect(difference < 1e-4, "\(example.name): \(example.parameters)")
        }
    }

    @Test func identityCopiesExactly() {
        #expect(
            ImageDataGenerator().apply(.identity, to: ramp, imageShape: [32, 32, 3]) == ramp.map { Float($0) }
        )
    }

    @Test func flipsMirrorTheImage() {
        let image: [UInt8] = [1, 2, 3, 4, 5, 6]  // two rows of three pixels, one channel
        let generator = ImageDataGenerator()
        func flipped(_ horizontal: Bool, _ vertical: Bool) -> [Float] {
            generator.apply(
                TransformParameters(flipHorizontal: horizontal, flipVertical: vertical), to: image,
                imageShape: [2, 3, 1])
        }
        #expect(flipped(true, false) == [3, 2, 1, 6, 5, 4])
        #expect(flipped(false, true) == [4, 5, 6, 1, 2, 3])
        #expect(flipped(true, true) == [6, 5, 4, 3, 2, 1])
    }

    @Test func txShiftsAlongTheWidthAndTyAlongTheHeight() {
        let image: [UInt8] = [1, 2, 3, 4, 5, 6]
        let generator = ImageDataGenerator()
        #expect(
            generator.apply(TransformParameters(tx: 1), to: image, imageShape: [2, 3, 1])
                == [2, 3, 3, 5, 6, 6])
        #expect(
            generator.apply(TransformParameters(ty: 1), to: image, imageShape: [2, 3, 1])
                == [4, 5, 6, 4, 5, 6])
    }

    @Test func pixelAndChannelStridesDoNotChangeTheValues() {
        let parameters = TransformParameters(theta: 20, tx: 1.5, zy: 0.8, flipHorizontal: true)
        let plain = report.apply(parameters, to: ramp, imageShape: [32, 32, 3])
        // Pixels padded to 16 channels, and each channel as a plane.
        for (pixelStride, channelStride, size) in [(16, 1, 32 * 32 * 16), (1, 32 * 32, 32 * 32 * 3)] {
            var output = [Float](repeating: -1, count: size)
            ramp.withUnsafeBufferPointer { source in
                output.withUnsafeMutableBufferPointer { target in
                    guard let source = source.baseAddress, let target = target.baseAddress else { return }
                    report.apply(
                        parameters, to: source, imageShape: [32, 32, 3], into: target, scale: 0.5,
                        pixelStride: pixelStride, channelStride: channelStride)
                }
            }
            let gathered = (0..<32 * 32 * 3).map { output[$0 / 3 * pixelStride + $0 % 3 * channelStride] }
            #expect(gathered == plain.map { $0 * 0.5 })
            #expect(output.count { $0 == -1 } == size - 32 * 32 * 3)
        }
    }

    @Test(arguments: FillMode.allCases)
    func everyChannelIsTransformedLikeASingleChannelImage(fillMode: FillMode) {
        let generator = ImageDataGenerator(
            rotationRange: 40, widthShiftRange: 0.3, heightShiftRange: 0.3, shearRange: 20, zoomRange: 0.5,
            fillMode: fillMode, cval: 9, horizontalFlip: true, verticalFlip: true)
        let (height, width) = (9, 17)
        for channels in [2, 3, 4, 5, 8, 9] {
            let image = Array(ramp.prefix(height * width * channels))
            for sample in 0..<10 {
                let parameters = generator.randomTransform(
                    seed: 7, epoch: 0, sample: sample, imageShape: [height, width, channels])
                let together = generator.apply(parameters, to: image, imageShape: [height, width, channels])
                for channel in 0..<channels {
                    let indices = stride(from: channel, to: image.count, by: channels)
                    let alone = generator.apply(
                        parameters, to: indices.map { image[$0] }, imageShape: [height, width, 1])
                    #expect(indices.map { together[$0] } == alone)
                }
            }
        }
    }

    @Test(arguments: FillMode.allCases)
    func extremeParametersGiveValuesInThePixelRange(fillMode: FillMode) {
        let generator = ImageDataGenerator(fillMode: fillMode, cval: 77)
        for shape in [[32, 32, 3], [5, 4, 1], [1, 1, 3], [2, 3, 3]] {
            let image = Array(ramp.prefix(shape.reduce(1, *)))
            for value in [Double.nan, .infinity, -.infinity, 1e308, -1e300, 1e17, -1e9, 5000.5, 1e-300] {
                for parameters in [
                    TransformParameters(theta: value), TransformParameters(tx: value, ty: -value),
                    TransformParameters(shear: value), TransformParameters(zx: value, zy: 2),
                ] {
                    let result = generator.apply(parameters, to: image, imageShape: shape)
                    #expect(result.allSatisfy { 0...255 ~= $0 })
                }
            }
        }
        let lost = generator.apply(TransformParameters(tx: .nan), to: ramp, imageShape: [32, 32, 3])
        #expect(lost.allSatisfy { $0 == 77 })
    }

    @Test func parametersAreUniformInTheirRanges() {
        let generator = ImageDataGenerator(
            rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 3, shearRange: 5, zoomRange: 0.1,
            horizontalFlip: true, verticalFlip: true)
        let drawn = (0..<20_000).map {
            generator.randomTransform(seed: 7, epoch: 0, sample: $0, imageShape: [40, 32, 3])
        }
        let ranges: [(KeyPath<TransformParameters, Double>, Double, Double)] = [
            (\.theta, -15, 15), (\.tx, -3.2, 3.2), (\.ty, -3, 3), (\.shear, -5, 5), (\.zx, 0.9, 1.1),
            (\.zy, 0.9, 1.1),
        ]
        for (parameter, lower, upper) in ranges {
            let values = drawn.map { ($0[keyPath: parameter] - lower) / (upper - lower) }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            #expect(values.allSatisfy { 0...1 ~= $0 })
            #expect(values.max() ?? 0 > 0.999 && values.min() ?? 1 < 0.001)
            // Five standard errors of the mean and of the variance of 20,000 uniform numbers.
            #expect(abs(mean - 0.5) < 0.0103)
            #expect(abs(variance - 1.0 / 12) < 0.0027)
        }
        #expect(abs(drawn.count(where: \.flipHorizontal) - 10_000) < 354)
        #expect(abs(drawn.count(where: \.flipVertical) - 10_000) < 354)
    }

    @Test func parametersAreNotCorrelated() {
        let drawn = (0..<20_000).map {
            report.randomTransform(seed: 7, epoch: 3, sample: $0, imageShape: [32, 32, 3])
        }
        let columns = [\TransformParameters.theta, \.tx, \.ty, \.zx, \.zy].map { key in
            drawn.map { $0[keyPath: key] }
        }
        func correlation(_ a: [Double], _ b: [Double]) -> Double {
            let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
            let products = zip(a, b).reduce(into: (0.0, 0.0, 0.0)) { sums, pair in
                let (x, y) = (pair.0 - meanA, pair.1 - meanB)
                sums = (sums.0 + x * y, sums.1 + x * x, sums.2 + y * y)
            }
            return products.0 / (products.1 * products.2).squareRoot()
        }
        for i in columns.indices {
            for j in columns.indices where j < i { #expect(abs(correlation(columns[i], columns[j])) < 0.036) }
            let shifted = Array(columns[i].dropFirst())
            #expect(abs(correlation(Array(columns[i].dropLast()), shifted)) < 0.036)
        }
    }

    @Test func parametersDependOnlyOnSeedEpochAndSample() {
        func draw(_ seed: UInt64, _ epoch: Int, _ sample: Int) -> TransformParameters {
            report.randomTransform(seed: seed, epoch: epoch, sample: sample, imageShape: [32, 32, 3])
        }
        let first = draw(7, 2, 11)
        _ = draw(7, 2, 10)
        #expect(draw(7, 2, 11) == first)
        #expect(draw(8, 2, 11) != first)
        #expect(draw(7, 3, 11) != first)
        #expect(draw(7, 2, 12) != first)
    }

    @Test func oneRangeDoesNotChangeTheOtherParameters() {
        var alone = ImageDataGenerator(rotationRange: 15)
        let rotated = alone.randomTransform(seed: 7, epoch: 0, sample: 5, imageShape: [32, 32, 3])
        alone.rotationRange = 0
        alone.zoomRange = 0.1
        let zoomed = alone.randomTransform(seed: 7, epoch: 0, sample: 5, imageShape: [32, 32, 3])
        let together = report.randomTransform(seed: 7, epoch: 0, sample: 5, imageShape: [32, 32, 3])
        #expect(rotated == TransformParameters(theta: together.theta))
        #expect(zoomed == TransformParameters(zx: together.zx, zy: together.zy))
    }

    @Test func alternatingFlipMirrorsEachImageInEverySecondEpoch() {
        let generator = ImageDataGenerator(alternatingFlip: true)
        func flips(_ epoch: Int) -> [Bool] {
            (0..<1_000).map {
                generator.randomTransform(seed: 3, epoch: epoch, sample: $0, imageShape: [8, 8, 3])
                    .flipHorizontal
            }
        }
        let first = flips(0)
        #expect((420...580).contains(first.count(where: \.self)))
        for epoch in 1..<5 { #expect(flips(epoch) == first.map { $0 != (epoch % 2 == 1) }) }
    }

    /// All shifts are equally likely: 1,000 of 5,000 draws each, with a binomial standard deviation of 28.3.
    @Test func wholePixelShiftsAreUniformInTheirRange() {
        let generator = ImageDataGenerator(
            widthShiftRange: 2, heightShiftRange: 0.25, wholePixelShifts: true)
        let drawn = (0..<5_000).map {
            generator.randomTransform(seed: 3, epoch: 0, sample: $0, imageShape: [8, 8, 3])
        }
        for shifts in [drawn.map(\.tx), drawn.map(\.ty)] {
            let counts = Dictionary(grouping: shifts) { $0 }.mapValues(\.count)
            #expect(counts.keys.sorted() == [-2, -1, 0, 1, 2])
            #expect(counts.values.allSatisfy { abs($0 - 1_000) < 4 * 29 })
        }
    }

    /// All places are equally likely, with a binomial standard deviation of 28.3 for five places and 33.3 for three.
    @Test func cutoutPositionsAreUniformWithinTheImage() {
        let generator = ImageDataGenerator(cutout: 4)
        let drawn = (0..<5_000).compactMap {
            generator.randomTransform(seed: 3, epoch: 0, sample: $0, imageShape: [8, 6, 3]).cutout
        }
        #expect(drawn.count == 5_000 && drawn.allSatisfy { $0.side == 4 })
        for (places, count) in [(drawn.map(\.top), 5), (drawn.map(\.left), 3)] {
            let counts = Dictionary(grouping: places) { $0 }.mapValues(\.count)
            #expect(counts.keys.sorted() == Array(0..<count))
            #expect(counts.values.allSatisfy { abs($0 - 5_000 / count) < 4 * 34 })
        }
        var shifted = ImageDataGenerator(widthShiftRange: 2)
        let alone = shifted.randomTransform(seed: 3, epoch: 0, sample: 5, imageShape: [8, 6, 3])
        shifted.cutout = 100
        var both = shifted.randomTransform(seed: 3, epoch: 0, sample: 5, imageShape: [8, 6, 3])
        #expect(both.cutout == .init(top: 0, left: 0, side: 6))
        both.cutout = nil
        #expect(both == alone)
    }

    /// The cutout fills its square of the result, also of a mirrored one, and changes nothing else.
    @Test(arguments: [false, true])
    func theCutoutIsFilledAfterAllOtherTransformations(isMirrored: Bool) {
        let generator = ImageDataGenerator(fillMode: .reflect, cval: 7)
        let pixels = (0..<4 * 5 * 3).map { UInt8($0 + 100) }
        var parameters = TransformParameters(tx: 1, flipHorizontal: isMirrored)
        let whole = generator.apply(parameters, to: pixels, imageShape: [4, 5, 3])
        parameters.cutout = .init(top: 1, left: 3, side: 2)
        let covered = generator.apply(parameters, to: pixels, imageShape: [4, 5, 3])
        for row in 0..<4 {
            for column in 0..<5 {
                let isCovered = (1...2).contains(row) && (3...4).contains(column)
                for channel in 0..<3 {
                    let index = (row * 5 + column) * 3 + channel
                    #expect(covered[index] == (isCovered ? 7 : whole[index]))
                }
            }
        }
        parameters.cutout = .init(top: -1, left: 4, side: 3)
        let partly = generator.apply(parameters, to: pixels, imageShape: [4, 5, 3])
        #expect(zip(partly, whole).count { $0 != $1 } == 2 * 1 * 3)
    }

    @Test func aGeneratorWithoutSettingsDrawsTheIdentity() {
        let parameters = ImageDataGenerator().randomTransform(
            seed: 1, epoch: 1, sample: 1, imageShape: [32, 32, 3])
        #expect(parameters == .identity)
        #expect(parameters.theta.sign == .plus && parameters.tx.sign == .plus)
    }

    @Test func explicitZoomLimitsAreKept() {
        let generator = ImageDataGenerator(zoomRange: ZoomRange(0.5...0.75))
        for sample in 0..<1000 {
            let parameters = generator.randomTransform(
                seed: 7, epoch: 0, sample: sample, imageShape: [32, 32, 3])
            #expect(0.5...0.75 ~= parameters.zx && 0.5...0.75 ~= parameters.zy)
        }
    }

    @Test func generatorSettingsAreEncodedByNameAndDecoded() throws {
        let record = try Record(encoding: report)
        #expect(record["rotationRange"] == 15)
        #expect(record["zoomRange"] == 0.1)
        #expect(record["fillMode"] == "nearest")
        #expect(try record.decoded(as: ImageDataGenerator.self) == report)
        let limits = ImageDataGenerator(zoomRange: .between(0.5, 2), fillMode: .wrap)
        #expect(try Record(encoding: limits)["zoomRange"] == [0.5, 2])
        #expect(try Record(encoding: limits).decoded() == limits)
        // Settings that Keras lacks are recorded only if they are used, so older records stay the same.
        #expect(record["alternatingFlip"] == nil && record["wholePixelShifts"] == nil)
        #expect(record["cutout"] == nil)
        let ours = ImageDataGenerator(alternatingFlip: true, wholePixelShifts: true, cutout: 12)
        #expect(try Record(encoding: ours)["cutout"] == 12)
        #expect(try Record(encoding: ours)["alternatingFlip"] == true)
        #expect(try Record(encoding: ours).decoded() == ours)
        #expect(throws: RecordError.self) {
            try Record.object(["zoomRange": [1, 2, 3]]).decoded(as: ImageDataGenerator.self)
        }
    }

    @Test func randomCropsKeepTheirAreaAndAspectLimitsAndLieInTheImage() {
        let generator = ImageDataGenerator(randomResizedCrop: 0.25)
        let crops = (0..<2000).map {
            generator.randomTransform(seed: 3, epoch: 1, sample: $0, imageShape: [40, 40, 3])
        }
        for crop in crops {
            let area = crop.zx * crop.zy
            // Clipping at the image's edge may leave less than 0.25.
            #expect(area > 0.25 * 0.75 && area <= 1)
            #expect((0.7499...1.3334).contains(crop.zx / crop.zy))
            #expect(abs(crop.tx) <= (1 - crop.zx) * 20 + 1e-9 && abs(crop.ty) <= (1 - crop.zy) * 20 + 1e-9)
        }
        let areas = crops.map { $0.zx * $0.zy }
        let mean = areas.reduce(0, +) / 2000
        // The mean of areas from 0.25 to 1 is 0.625; clipping makes it a little less.
        #expect((0.60...0.63).contains(mean))
        #expect(crops.contains { $0.zx > 1.2 * $0.zy } && crops.contains { $0.zy > 1.2 * $0.zx })
        #expect(abs(crops.map(\.tx).reduce(0, +) / 2000) < 0.3)
        #expect(
            ImageDataGenerator().randomTransform(seed: 3, epoch: 1, sample: 0, imageShape: [40, 40, 3])
                == .identity)
    }

    @Test func aCropContainsTheExpectedPartOfTheImage() {
        // Each value is four times its column.
        let image = (0..<16 * 16).flatMap { place in [UInt8](repeating: UInt8(4 * (place % 16)), count: 3) }
        let generator = ImageDataGenerator(randomResizedCrop: 0.3)
        for sample in 0..<20 {
            let crop = generator.randomTransform(seed: 1, epoch: 0, sample: sample, imageShape: [16, 16, 3])
            let found = generator.apply(crop, to: image, imageShape: [16, 16, 3])
            for column in 0..<16 {
                // The position of the middle of the result's pixel in the source image, in columns.
                let middle = 8 + crop.tx + crop.zx * (Double(column) + 0.5 - 8) - 0.5
                let expected = 4 * min(max(middle, 0), 15)
                #expect(abs(Double(found[(5 * 16 + column) * 3 + 1]) - expected) < 1e-3)
            }
        }
    }

    @Test func aCropOfANonSquareImageLiesInTheImage() {
        // 40 rows of 20 columns; each value is its column.
        let image = (0..<40 * 20).map { UInt8($0 % 20) }
        let generator = ImageDataGenerator(fillMode: .constant, cval: 99, randomResizedCrop: 0.25)
        for sample in 0..<50 {
            let crop = generator.randomTransform(seed: 1, epoch: 0, sample: sample, imageShape: [40, 20, 1])
            let found = generator.apply(crop, to: image, imageShape: [40, 20, 1])
            // At the edge half a pixel may be outside.
            let inner = (1..<39).flatMap { found[($0 * 20 + 1)..<($0 * 20 + 19)] }
            #expect(inner.allSatisfy { (0...19).contains($0) })
        }
    }

    @Test func colourFactorsScaleBrightnessContrastAndSaturation() {
        let image: [UInt8] = [200, 100, 50, 0, 0, 0, 40, 80, 120, 255, 255, 255]
        func changed(_ color: TransformParameters.Color) -> [Float] {
            ImageDataGenerator().apply(TransformParameters(color: color), to: image, imageShape: [2, 2, 3])
        }
        func grey(_ red: Float, _ green: Float, _ blue: Float) -> Float {
            0.299 * red + 0.587 * green + 0.114 * blue
        }
        #expect(changed(.init()) == image.map(Float.init))
        #expect(changed(.init(brightness: 0.5)) == image.map { Float($0) / 2 })
        // Clipped to 255.
        #expect(changed(.init(brightness: 2)) == image.map { min(255, Float($0) * 2) })
        let greys = [grey(200, 100, 50), 0, grey(40, 80, 120), 255]
        let mean = greys.reduce(0, +) / 4
        #expect(largestDifference(changed(.init(contrast: 0)), [Float](repeating: mean, count: 12)) < 1e-4)
        #expect(
            largestDifference(changed(.init(saturation: 0)), greys.flatMap { [$0, $0, $0] }) < 1e-4)
        let half = zip(image, greys.flatMap { [$0, $0, $0] }).map { (Float($0) + $1) / 2 }
        #expect(largestDifference(changed(.init(saturation: 0.5)), half) < 1e-4)
        let contrast = image.map { max(0, min(255, mean + 1.5 * (Float($0) - mean))) }
        #expect(largestDifference(changed(.init(contrast: 1.5)), contrast) < 1e-3)
        // An image with a single channel has contrast but no saturation.
        let single = ImageDataGenerator().apply(
            TransformParameters(color: .init(contrast: 0, saturation: 0)), to: [10, 30],
            imageShape: [1, 2, 1])
        #expect(single == [20, 20])
    }

    @Test func colourFactorsAreDrawnForEachSampleWithinTheirRange() {
        let generator = ImageDataGenerator(cutout: 3, colorJitter: 0.3)
        let drawn = (0..<500).compactMap {
            generator.randomTransform(seed: 3, epoch: 0, sample: $0, imageShape: [8, 8, 3]).color
        }
        #expect(drawn.count == 500)
        for factors in [drawn.map(\.brightness), drawn.map(\.contrast), drawn.map(\.saturation)] {
            #expect(factors.allSatisfy { (0.7...1.3).contains($0) })
            #expect((0.97...1.03).contains(factors.reduce(0, +) / 500))
            #expect((factors.min() ?? 1) < 0.72 && (factors.max() ?? 1) > 1.28)
        }
        let first = (drawn[0], drawn[1])
        #expect(first.0 != first.1 && first.0.brightness != first.0.contrast)
    }

    @Test func cropAndColourSettingsAreReadWrittenAndValidated() throws {
        let generator = ImageDataGenerator(randomResizedCrop: 0.25, colorJitter: 0.3)
        var settings = try Settings(generator.settings, of: "a generator")
        #expect(try ImageDataGenerator(&settings) == generator)
        #expect(generator.settings == ["random_resized_crop": 0.25, "color_jitter": 0.3])
        let data = try JSONEncoder().encode(generator)
        #expect(try JSONDecoder().decode(ImageDataGenerator.self, from: data) == generator)
        for setting in ["random_resized_crop", "color_jitter"] {
            var wrong = try Settings([setting: 1.5], of: "a generator")
            #expect(throws: SettingsError.self) { try ImageDataGenerator(&wrong) }
        }
    }
}
