import BigEggs

extension Sequential {
    /// The network of the report: three blocks of two convolutions, then two dense layers.
    ///
    /// - Parameters:
    ///   - classes: the number of outputs.
    ///   - inputShape: `[height, width, channels]`.
    ///   - seed: the same seed gives the same weights, on any machine.
    ///   - precision: the precision of activations.
    ///   - threads: the number of threads, or `nil` for the default.
    /// - Throws: `LayerError` if the images are too small, `TrainingError` for a bad argument.
    public static func bigEggs(
        classes: Int = 10, inputShape: [Int] = [32, 32, 3], seed: UInt64 = 0,
        precision: Precision = .float32, threads: Int? = nil
    ) throws -> Sequential {
        try Sequential(input: inputShape, seed: seed, precision: precision, threads: threads) {
            ReportNetwork.layers(classes: classes)
        }
    }
}

/// The network of the report as layers.
enum ReportNetwork {
    @LayerBuilder static func layers(classes: Int) -> [any Layer] {
        for filters in [32, 64, 128] {
            Conv2D(filters, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            Conv2D(filters, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            MaxPooling2D()
        }
        Flatten()
        Dense(512, activation: .relu)
        BatchNormalization()
        Dense(1024, activation: .relu)
        BatchNormalization()
        Dropout(0.5)
        Dense(classes, activation: .softmax)
    }
}
