import BigEggs

/// A small data set that can be learnt, and a small network with each kind of layer of the report's network.
enum ToyData {
    static let classes = 4

    /// Noise with one bright quarter, whose position is the class.
    static func separable(images count: Int, imageShape: [Int] = [8, 8, 3]) throws -> ImageDataset {
        let (height, width, channels) = (imageShape[0], imageShape[1], imageShape[2])
        let noise = Noise(stream: 40).integers(count * imageShape.reduce(1, *), below: 120)
        let pixels = noise.enumerated().map { index, value in
            let image = index / (height * width * channels)
            let row = index / (width * channels) % height
            let column = index / channels % width
            let quarter = (row >= height / 2 ? 2 : 0) + (column >= width / 2 ? 1 : 0)
            return UInt8(value + (quarter == image % classes ? 130 : 0))
        }
        return try ImageDataset(
            images: pixels, labels: Labels((0..<Int32(count)).map { $0 % Int32(classes) }),
            imageShape: imageShape, classNames: ["top left", "top right", "bottom left", "bottom right"]
        ).rescaled()
    }

    static func model(
        seed: UInt64 = 3, threads: Int = 2, precision: Precision = .float32
    ) throws -> Sequential {
        try Sequential(input: [8, 8, 3], seed: seed, precision: precision, threads: threads) {
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization(momentum: 0.9)
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization(momentum: 0.9)
            MaxPooling2D()
            Flatten()
            Dense(20, activation: .relu)
            BatchNormalization(momentum: 0.9)
            Dropout(0.25)
            Dense(classes, activation: .softmax)
        }
    }
}
