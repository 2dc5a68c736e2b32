// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs

/// A generator of random transformations, with a handle.
final class Generator: NamedByHandle {
    static let kind = "a generator"

    let generator: ImageDataGenerator

    init(_ generator: ImageDataGenerator) { self.generator = generator }
}

@c @implementation
public func be_generator_create(
    _ settings: UnsafePointer<CChar>?, _ generator: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: generator, "generator") {
        var settings = try Settings(settings, of: "ImageDataGenerator")
        let generator = Generator(try ImageDataGenerator(&settings))
        try settings.done()
        return generator
    }
}

@c @implementation
public func be_generator_draw(
    _ generator: be_handle, _ seed: UInt64, _ epoch: Int64, _ sample: Int64, _ height: Int64,
    _ width: Int64, _ transform: UnsafeMutablePointer<be_transform>?
) -> be_status {
    answer(generator, as: Generator.self, writing: transform, "transform") { object in
        let generator = object.generator
        let drawn = generator.randomTransform(
            seed: seed, epoch: Int(epoch), sample: Int(sample), imageShape: [Int(height), Int(width), 1])
        return be_transform(
            theta: drawn.theta, tx: drawn.tx, ty: drawn.ty, shear: drawn.shear, zx: drawn.zx, zy: drawn.zy,
            flip_horizontal: drawn.flipHorizontal ? 1 : 0, flip_vertical: drawn.flipVertical ? 1 : 0,
            fill_mode: generator.fillMode.code, cval: generator.cval)
    }
}

@c @implementation
public func be_generator_batch(
    _ generator: be_handle, _ images: be_handle, _ settings: UnsafePointer<CChar>?, _ batch: Int64,
    _ pixels: UnsafeMutablePointer<Float>?, _ capacity: Int64, _ indices: UnsafeMutablePointer<Int64>?,
    _ count: UnsafeMutablePointer<Int64>?
) -> be_status {
    answer(generator, as: Generator.self) { drawing in
        let images = try object(images, as: Images.self).dataset
        let (pixels, indices) = (try require(pixels, "pixels"), try require(indices, "indices"))
        let count = try require(count, "count")
        var settings = try Settings(settings, of: "flow")
        let batchSize = try settings.integer("batch_size") ?? 32
        let shuffle = try settings.flag("shuffle") ?? true
        let seed = try settings.seed("seed") ?? 0
        let pass = try settings.seed("pass") ?? 0
        try settings.done()
        let flow = try drawing.generator.flow(images, batchSize: batchSize, shuffle: shuffle, seed: seed)
        let index = try requireIndex(batch, below: flow.stepsPerEpoch, of: "batch")
        let needed = min(batchSize, images.count) * images.bytesPerImage
        guard capacity >= needed else {
            throw Failure.invalidArgument(
                "the argument pixels has room for \(capacity) values; a batch has \(needed)")
        }
        let drawn = try Fork.work { flow.batch(index, ofPass: Int(pass % (1 << 31))) }
        pixels.update(from: drawn.images, count: drawn.images.count)
        for (item, image) in drawn.indices.enumerated() { indices[item] = Int64(image) }
        count.pointee = Int64(drawn.indices.count)
    }
}

@c @implementation
public func be_transform_image(
    _ image: UnsafePointer<be_array>?, _ transform: UnsafePointer<be_transform>?,
    _ pixels: UnsafeMutablePointer<Float>?, _ capacity: Int64
) -> be_status {
    answer {
        let image = try InputArray(image, "image")
        let transform = try require(transform, "transform").pointee
        let pixels = try require(pixels, "pixels")
        guard image.shape.count == 3, elementCount(image.shape) != nil else {
            throw Failure.invalidArgument(
                "the argument image has the shape \(image.shape): give [height, width, channels]")
        }
        guard capacity >= image.count else {
            throw Failure.invalidArgument(
                "the argument pixels has room for \(capacity) values; the image has \(image.count)")
        }
        let generator = try transform.generator()
        let parameters = try TransformParameters(transform)
        if image.dtype == BE_FLOAT32, let floats = try image.values(BE_FLOAT32, as: Float.self).baseAddress {
            generator.apply(parameters, to: floats, imageShape: image.shape, into: pixels)
        } else if let bytes = try image.values(BE_UINT8, as: UInt8.self).baseAddress {
            generator.apply(parameters, to: bytes, imageShape: image.shape, into: pixels)
        }
    }
}

extension be_transform {
    /// A generator with the fill mode and value of the transformation.
    func generator() throws -> ImageDataGenerator {
        ImageDataGenerator(fillMode: try FillMode(fill_mode), cval: try finite(cval, "cval"))
    }
}

extension TransformParameters {
    init(_ transform: be_transform) throws {
        self.init(
            theta: try finite(transform.theta, "theta"), tx: try finite(transform.tx, "tx"),
            ty: try finite(transform.ty, "ty"), shear: try finite(transform.shear, "shear"),
            zx: try finite(transform.zx, "zx"), zy: try finite(transform.zy, "zy"),
            flipHorizontal: transform.flip_horizontal != 0, flipVertical: transform.flip_vertical != 0)
    }
}

extension FillMode {
    fileprivate init(_ mode: be_fill_mode) throws {
        switch mode {
        case BE_FILL_NEAREST: self = .nearest
        case BE_FILL_CONSTANT: self = .constant
        case BE_FILL_REFLECT: self = .reflect
        case BE_FILL_WRAP: self = .wrap
        default: throw Failure.invalidArgument("there is no fill mode \(mode.rawValue): they go from 0 to 3")
        }
    }

    fileprivate var code: be_fill_mode {
        switch self {
        case .nearest: BE_FILL_NEAREST
        case .constant: BE_FILL_CONSTANT
        case .reflect: BE_FILL_REFLECT
        case .wrap: BE_FILL_WRAP
        }
    }
}

private func finite<Number: BinaryFloatingPoint>(_ value: Number, _ name: String) throws -> Number {
    guard value.isFinite else { throw Failure.invalidArgument("\(name) of the transform is \(value)") }
    return value
}
