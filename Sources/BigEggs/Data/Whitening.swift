/// Whitening filters for a first convolution that needs no training.
///
/// The filters make image patches uncorrelated, with about the same variance in each direction. Channels are
/// first normalized to mean 0 and standard deviation 1. The first half of the filters are the eigenvectors of
/// the patches' second-moment matrix, each divided by √(eigenvalue + ε); the second half are the negatives of
/// the first half. Kernel and bias include the normalization of the channels, so the convolution takes images
/// that are not normalized.
///
/// Source: the first layer of Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024, section 3.2.
public struct Whitening: Sendable {
    /// `[size, size, channels, filters]`, where `filters` is 2 · size · size · channels.
    public let kernel: [Float]
    /// One number per filter.
    public let bias: [Float]
    /// The eigenvalues of the patches' second-moment matrix, the largest first.
    public let eigenvalues: [Double]
    /// The shape of ``kernel``.
    public let shape: [Int]

    /// Computes the filters from a data set's first images.
    ///
    /// - Parameters:
    ///   - dataset: at least one image; pixels are scaled by ``ImageDataset/rescale``.
    ///   - images: the maximum number of images.
    ///   - size: rows and columns of a patch.
    ///   - epsilon: ε, which limits the amplification of directions with little variance.
    /// - Throws: ``TrainingError`` for no images, images smaller than a patch or not of rank 3, `size` or `images`
    ///   below 1.
    public init(
        of dataset: ImageDataset, images: Int = 5_000, size: Int = 2, epsilon: Double = 5e-4
    ) throws {
        for (argument, value) in [("size", size), ("images", images)] where value < 1 {
            throw TrainingError.invalid(argument: argument, value: "\(value)", allowed: "1 or more")
        }
        guard dataset.count > 0, dataset.imageShape.count == 3, dataset.imageShape[0] >= size,
            dataset.imageShape[1] >= size
        else {
            throw TrainingError.invalid(
                argument: "whitening", value: "\(dataset.count) images of \(dataset.imageShape)",
                allowed: "at least one image, of at least \(size)×\(size) pixels")
        }
        let pixels = Whitening.values(of: dataset.prefix(images))
        let (height, width, channels) = (dataset.imageShape[0], dataset.imageShape[1], dataset.imageShape[2])
        let (means, deviations) = Whitening.moments(pixels, channels)
        let dimension = size * size * channels
        // The offset of each element of a patch from the patch's first element, in the kernel's order.
        let offsets = (0..<dimension).map { index in
            let (place, channel) = (index / channels, index % channels)
            return (place / size * width + place % size) * channels + channel
        }
        var sums = [[Double]](repeating: [Double](repeating: 0, count: dimension), count: dimension)
        var patch = [Double](repeating: 0, count: dimension)
        var count = 0.0
        for image in stride(from: 0, to: pixels.count, by: height * width * channels) {
            for row in 0...height - size {
                for column in 0...width - size {
                    let start = image + (row * width + column) * channels
                    for index in 0..<dimension {
                        let channel = index % channels
                        patch[index] =
                            (Double(pixels[start + offsets[index]]) - means[channel]) / deviations[channel]
                    }
                    for one in 0..<dimension {
                        for two in one..<dimension { sums[one][two] += patch[one] * patch[two] }
                    }
                    count += 1
                }
            }
        }
        let moments = SymmetricMatrix(sums.map { $0.map { $0 / count } })
        let scaled = zip(moments.eigenvectors, moments.eigenvalues).map { vector, value in
            vector.map { $0 / (max(value, 0) + epsilon).squareRoot() }
        }
        let filters = scaled + scaled.map { $0.map { -$0 } }
        shape = [size, size, channels, filters.count]
        eigenvalues = moments.eigenvalues
        kernel = (0..<dimension).flatMap { index in
            filters.map { Float($0[index] / deviations[index % channels]) }
        }
        bias = filters.map { filter in
            Float(
                -filter.enumerated().reduce(0) { sum, entry in
                    let channel = entry.offset % channels
                    return sum + entry.element * means[channel] / deviations[channel]
                })
        }
    }

    private static func values(of dataset: ImageDataset) -> [Float] {
        dataset.pixels.withMemory { pixels in
            switch pixels {
            case .bytes(let bytes): bytes.map { Float($0) * dataset.rescale }
            case .floats(let floats): floats.map { $0 * dataset.rescale }
            }
        }
    }

    /// Mean and standard deviation of each channel.
    private static func moments(_ pixels: [Float], _ channels: Int) -> (means: [Double], deviations: [Double])
    {
        var sums = [Double](repeating: 0, count: channels)
        var squares = sums
        for (index, pixel) in pixels.enumerated() {
            sums[index % channels] += Double(pixel)
            squares[index % channels] += Double(pixel) * Double(pixel)
        }
        let count = Double(pixels.count / channels)
        let means = sums.map { $0 / count }
        let deviations = zip(squares, means).map { square, mean in
            max(square / count - mean * mean, 1e-12).squareRoot()
        }
        return (means, deviations)
    }
}

extension Model {
    /// Sets a convolution's kernel and bias to those of a ``Whitening``.
    ///
    /// - Parameters:
    ///   - layer: the convolution's name.
    ///   - whitening: the filters.
    /// - Throws: ``TrainingError`` if there is no such layer, or its kernel or bias has another shape.
    public func whiten(_ layer: String, _ whitening: Whitening) throws {
        let names = ["\(layer)/kernel", "\(layer)/bias"]
        let filters = whitening.shape[whitening.shape.count - 1]
        let own = [
            NamedTensor(name: names[0], shape: whitening.shape, values: whitening.kernel),
            NamedTensor(name: names[1], shape: [filters], values: whitening.bias),
        ]
        let weights = try weights()
        for tensor in own {
            let found = weights.first { $0.name == tensor.name }?.shape
            guard found == tensor.shape else {
                let kind = found.map { "with \(tensor.name) of shape \($0)" } ?? "without \(tensor.name)"
                throw TrainingError.invalid(
                    argument: "the layer to whiten", value: "one \(kind)",
                    allowed: "a Conv2D named \(layer) whose kernel has shape \(whitening.shape), with a bias")
            }
        }
        try setWeights(
            weights.map { tensor in own.first { $0.name == tensor.name } ?? tensor })
    }
}
