// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs
import Glibc

/// Answers a call about a split of the data set of a handle.
func answer(
    _ split: be_split, of dataset: be_handle, _ body: (Dataset.Split) throws -> Void
) -> be_status {
    answer(dataset, as: Dataset.self) { try body($0.split(split)) }
}

/// Answers a call that reads a value of a split.
private func answer<Value>(
    _ split: be_split, of dataset: be_handle, writing result: UnsafeMutablePointer<Value>?, _ name: String,
    _ body: (Dataset.Split) throws -> Value
) -> be_status {
    answer(split, of: dataset) { split in
        let result = try require(result, name)
        result.pointee = try body(split)
    }
}

@c @implementation
public func be_dataset_set_fetch(
    _ callback: be_fetch_callback?, _ context: UnsafeMutableRawPointer?
) -> be_status {
    answer {
        Download.transport.withLock { $0 = callback.map { transport($0, context) } ?? Download.ownTransport }
    }
}

/// A transport that downloads files by a callback.
private func transport(
    _ callback: @escaping be_fetch_callback, _ context: UnsafeMutableRawPointer?
) -> Download.Transport {
    nonisolated(unsafe) let context = context
    return { download, path, _ in
        try fetch(download, to: path) { reason, capacity in
            callback(download.address, path, Int64(download.byteLimit), reason, Int64(capacity), context)
        }
    }
}

/// Downloads a file by a callback and returns the file's MD5. The callback gets a buffer for the reason of a failure.
private func fetch(
    _ download: Download, to path: String, by call: (UnsafeMutablePointer<CChar>, Int) -> Int32
) throws -> String {
    var text = [CChar](repeating: 0, count: 1024)
    let status = text.withUnsafeMutableBufferPointer { room in room.baseAddress.map { call($0, room.count) } }
    guard status != 0 else { return try Checksum.md5(of: path) }
    let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    switch status {
    case 2:
        var part = stat()
        let received = stat(path, &part) == 0 ? Int(part.st_size) : 0
        throw DownloadError.cutOff(address: download.address, received: received, reason: reason)
    case 3: throw DownloadError.unwritable(path: path, reason: reason)
    case 4: throw DownloadError.tooLarge(address: download.address, limit: download.byteLimit)
    case 5: throw DownloadError.page(address: download.address)
    default: throw DownloadError.unreachable(address: download.address, reason: reason)
    }
}

@c @implementation
public func be_dataset_open(
    _ source: UnsafePointer<CChar>?, _ dataset: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: dataset, "dataset") {
        let source = DataSource(try requireText(source, "source"))
        return Dataset(try source.load())
    }
}

@c @implementation
public func be_dataset_name(
    _ dataset: be_handle, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer(dataset, as: Dataset.self, writing: name, "name") { dataset in
        dataset.texts.pointer(to: dataset.provenance.name)
    }
}

@c @implementation
public func be_dataset_checksum(
    _ dataset: be_handle, _ checksum: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer(dataset, as: Dataset.self, writing: checksum, "checksum") { dataset in
        dataset.texts.pointer(to: dataset.provenance.checksum)
    }
}

@c @implementation
public func be_dataset_class_count(_ dataset: be_handle, _ count: UnsafeMutablePointer<Int64>?) -> be_status {
    answer(dataset, as: Dataset.self, writing: count, "count") { dataset in
        Int64(dataset.train.dataset.classNames.count)
    }
}

@c @implementation
public func be_dataset_class_name(
    _ dataset: be_handle, _ index: Int64, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer(dataset, as: Dataset.self, writing: name, "name") { dataset in
        let names = dataset.train.dataset.classNames
        let index = try requireIndex(index, below: names.count, of: "class")
        return dataset.texts.pointer(to: names[index])
    }
}

@c @implementation
public func be_dataset_count(
    _ dataset: be_handle, _ split: be_split, _ count: UnsafeMutablePointer<Int64>?
) -> be_status {
    answer(split, of: dataset, writing: count, "count") { split in
        Int64(split.dataset.count)
    }
}

@c @implementation
public func be_dataset_images(
    _ dataset: be_handle, _ split: be_split, _ images: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer(split, of: dataset, writing: images, "images") { split in
        try be_array(split.images, BE_UINT8, shape: split.dataset.shape, of: "the array of images")
    }
}

@c @implementation
public func be_dataset_labels(
    _ dataset: be_handle, _ split: be_split, _ labels: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer(split, of: dataset, writing: labels, "labels") { split in
        try be_array(split.labels, BE_INT32, shape: [split.dataset.count], of: "the array of labels")
    }
}

@c @implementation
public func be_dataset_augment(
    _ dataset: be_handle, _ split: be_split, _ index: Int64, _ transform: UnsafePointer<be_transform>?,
    _ pixels: UnsafeMutablePointer<Float>?, _ capacity: Int64
) -> be_status {
    answer(split, of: dataset) { split in
        let images = split.dataset
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
