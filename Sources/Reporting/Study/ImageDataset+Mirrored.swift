import BigEggs

extension ImageDataset {
    /// The same images with left and right exchanged.
    public func mirrored() throws -> ImageDataset {
        guard imageShape.count == 3 else { return self }
        let (width, channels) = (imageShape[1], imageShape[2])
        let bytes = images
        let mirrored = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            for row in stride(from: 0, to: bytes.count, by: width * channels) {
                for column in 0..<width {
                    for channel in 0..<channels {
                        buffer[row + column * channels + channel] =
                            bytes[row + (width - 1 - column) * channels + channel]
                    }
                }
            }
            count = bytes.count
        }
        return try ImageDataset(
            images: mirrored, labels: labels, imageShape: imageShape, classNames: classNames
        ).rescaled(rescale)
    }
}
