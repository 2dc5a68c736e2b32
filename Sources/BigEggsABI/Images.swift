// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs

/// Images with a handle, for training, evaluation and prediction.
final class Images: NamedByHandle {
    static let kind = "a set of images"

    let dataset: ImageDataset
    /// Whether the caller gave labels; without them the data set's labels are zeros.
    let hasLabels: Bool

    init(_ dataset: ImageDataset, hasLabels: Bool = true) {
        self.dataset = dataset
        self.hasLabels = hasLabels
    }

    /// The images, if they have labels.
    func labelled(_ argument: String) throws -> ImageDataset {
        guard hasLabels else {
            throw Failure.invalidArgument("the argument \(argument) has no labels: give one per image")
        }
        return dataset
    }
}

@c @implementation
public func be_images_create(
    _ images: UnsafePointer<be_array>?, _ labels: UnsafePointer<be_array>?,
    _ settings: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: result, "result") {
        let pixels = try InputArray(images, "images")
        guard pixels.shape.count == 4 || pixels.shape.count == 2 else {
            throw Failure.invalidArgument(
                "the argument images has the shape \(pixels.shape): give [count, height, width, channels] "
                    + "or [count, features]")
        }
        guard pixels.shape[0] < 1 << 31, elementCount(Array(pixels.shape.dropFirst())) != nil else {
            throw Failure.invalidArgument("the argument images has the impossible shape \(pixels.shape)")
        }
        let values = try labels.map { try labelValues($0, count: pixels.shape[0]) }
        var settings = try Settings(settings, of: "images")
        let classes = try settings.integer("classes") ?? max(1, Int(values?.max() ?? 0) + 1)
        let rescale = try settings.float("rescale") ?? 1
        let first = try settings.integer("first_index") ?? 0
        try settings.done()
        guard 0..<1 << 31 ~= first else {
            throw Failure.invalidArgument("images: \"first_index\" is \(first): give 0 or more")
        }
        guard (1...1 << 20).contains(classes) else {
            throw Failure.invalidArgument("images: \"classes\" is \(classes): give 1 to \(1 << 20)")
        }
        let described = Labels(values ?? [Int32](repeating: 0, count: pixels.shape[0]))
        let names = (0..<classes).map { "\($0)" }
        let shape = Array(pixels.shape.dropFirst())
        var dataset =
            if pixels.dtype == BE_FLOAT32 {
                try ImageDataset(
                    borrowing: try pixels.values(BE_FLOAT32, as: Float.self), labels: described,
                    imageShape: shape, classNames: names)
            } else {
                try ImageDataset(
                    borrowing: try pixels.values(BE_UINT8, as: UInt8.self), labels: described,
                    imageShape: shape, classNames: names)
            }
        dataset.firstIndex = first
        return Images(dataset.rescaled(rescale), hasLabels: values != nil)
    }
}

@c @implementation
public func be_images_of_dataset(
    _ dataset: be_handle, _ split: be_split, _ settings: UnsafePointer<CChar>?,
    _ images: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(split, of: dataset) { split in
        let images = try require(images, "images")
        var settings = try Settings(settings, of: "images")
        let rescale = try settings.float("rescale") ?? 1
        let limit = try settings.integer("limit")
        try settings.done()
        guard limit ?? 0 >= 0 else {
            throw Failure.invalidArgument("images: \"limit\" is \(limit ?? 0): give 0 or more")
        }
        let chosen = limit.map { split.dataset.prefix($0) } ?? split.dataset
        insert(Images(chosen.withFlattenedLabels().rescaled(rescale)), images)
    }
}

@c @implementation
public func be_images_count(_ images: be_handle, _ count: UnsafeMutablePointer<Int64>?) -> be_status {
    answer(images, as: Images.self, writing: count, "count") { Int64($0.dataset.count) }
}

/// The labels as a vector of `count` values.
private func labelValues(_ labels: UnsafePointer<be_array>, count: Int) throws -> [Int32] {
    let labels = try InputArray(labels, "labels")
    guard labels.shape == [count] || labels.shape == [count, 1] else {
        throw Failure.invalidArgument(
            "the argument labels has the shape \(labels.shape): with \(count) images give [\(count)] or "
                + "[\(count), 1]")
    }
    if labels.dtype == BE_UINT8 { return try labels.values(BE_UINT8, as: UInt8.self).map { Int32($0) } }
    return Array(try labels.values(BE_INT32, as: Int32.self))
}
