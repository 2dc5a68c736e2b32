// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.
import BigEggs
import CBigEggs

@c @implementation
public func be_dataset_open(
    _ source: UnsafePointer<CChar>?, _ dataset: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer {
        let dataset = try require(dataset, "dataset")
        let source = DataSource(try requireText(source, "source"))
        dataset.pointee = registerDataset(try source.load())
    }
}

@c @implementation
public func be_dataset_name(
    _ dataset: be_handle, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer {
        let dataset = try object(dataset, as: Dataset.self)
        try require(name, "name").pointee = dataset.texts.pointer(to: dataset.provenance.name)
    }
}

@c @implementation
public func be_dataset_checksum(
    _ dataset: be_handle, _ checksum: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer {
        let dataset = try object(dataset, as: Dataset.self)
        try require(checksum, "checksum").pointee = dataset.texts.pointer(to: dataset.provenance.checksum)
    }
}

@c @implementation
public func be_dataset_class_count(_ dataset: be_handle, _ count: UnsafeMutablePointer<Int64>?) -> be_status {
    answer {
        let dataset = try object(dataset, as: Dataset.self)
        try require(count, "count").pointee = Int64(dataset.train.dataset.classNames.count)
    }
}

@c @implementation
public func be_dataset_class_name(
    _ dataset: be_handle, _ index: Int64, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer {
        let dataset = try object(dataset, as: Dataset.self)
        let name = try require(name, "name")
        let names = dataset.train.dataset.classNames
        let index = try requireIndex(index, below: names.count, of: "class")
        name.pointee = dataset.texts.pointer(to: names[index])
    }
}

@c @implementation
public func be_dataset_count(
    _ dataset: be_handle, _ split: be_split, _ count: UnsafeMutablePointer<Int64>?
) -> be_status {
    answer {
        let split = try object(dataset, as: Dataset.self).split(split)
        try require(count, "count").pointee = Int64(split.dataset.count)
    }
}

@c @implementation
public func be_dataset_images(
    _ dataset: be_handle, _ split: be_split, _ images: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer {
        let split = try object(dataset, as: Dataset.self).split(split)
        try require(images, "images").pointee = try be_array(
            split.images, BE_UINT8, shape: split.dataset.shape, of: "the array of images")
    }
}

@c @implementation
public func be_dataset_labels(
    _ dataset: be_handle, _ split: be_split, _ labels: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer {
        let split = try object(dataset, as: Dataset.self).split(split)
        try require(labels, "labels").pointee = try be_array(
            split.labels, BE_INT32, shape: [split.dataset.count], of: "the array of labels")
    }
}

@c @implementation
public func be_dataset_augment(
    _ dataset: be_handle, _ split: be_split, _ index: Int64, _ transform: UnsafePointer<be_transform>?,
    _ pixels: UnsafeMutablePointer<Float>?, _ capacity: Int64
) -> be_status {
    answer {
        let images = try object(dataset, as: Dataset.self).split(split).dataset
        let transform = try require(transform, "transform").pointee
        let pixels = try require(pixels, "pixels")
        let index = try requireIndex(index, below: images.count, of: "image")
        guard capacity >= images.bytesPerImage else {
            throw Failure.invalidArgument(
                "the argument pixels has room for \(capacity) values; an image has \(images.bytesPerImage)")
        }
        let generator = try transform.generator()
        let parameters = try TransformParameters(transform)
        images.image(at: index).withUnsafeBufferPointer { image in
            guard let image = image.baseAddress else { return }
            generator.apply(parameters, to: image, imageShape: images.imageShape, into: pixels, scale: 1)
        }
    }
}
