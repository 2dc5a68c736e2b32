import BigEggs

extension Recipe {
    /// Another network and another training, for eight epochs: a whitening convolution that is not learnt, six 3×3
    /// convolutions whose kernels Muon makes orthogonal steps with, images mirrored in turn, and six test views.
    ///
    /// Source: K. Jordan, airbench94_muon; "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024,
    /// https://arxiv.org/abs/2404.00498; "Muon: an optimizer for hidden layers in neural networks", 2024.
    public static let fast = Recipe(
        name: "fast",
        summary: "another network, with whitened images and Muon, in eight epochs of 25 large steps",
        network: fastNetwork,
        generator: ImageDataGenerator(
            widthShiftRange: 2, heightShiftRange: 2, fillMode: .reflect, alternatingFlip: true,
            wholePixelShifts: true),
        batchSize: 2_000, epochs: 8, precision: .auto, optimizer: fastOptimizer,
        loss: Component("CategoricalCrossentropy", ["label_smoothing": 0.2]),
        whitening: RecipeWhitening(layer: "whitening"),
        testViews: [false, true].flatMap { isMirrored in
            [
                TestView(isMirrored: isMirrored, weight: 0.5),
                TestView(isMirrored: isMirrored, down: -1, right: -1, weight: 0.25),
                TestView(isMirrored: isMirrored, down: 1, right: 1, weight: 0.25),
            ]
        })

    private static let fastNetwork: [Record] = {
        func layer(_ name: String, _ config: Record = [:]) -> Record { Component(name, config).record }
        func convolution(_ filters: Int) -> Record {
            layer(
                "Conv2D",
                [
                    "filters": .number(Double(filters)), "kernel_size": 3, "padding": "same",
                    "use_bias": false, "kernel_initializer": "partial_identity",
                ])
        }
        let normalization = layer(
            "BatchNormalization", ["scale": false, "momentum": 0.6, "epsilon": 1e-12])
        let gelu = layer("Activation", ["activation": "gelu"])
        let whitening = layer(
            "Conv2D",
            ["filters": 24, "kernel_size": 2, "kernel_trainable": false, "name": .string("whitening")])
        let groups = [64, 256, 256].flatMap { filters in
            [
                convolution(filters), layer("MaxPooling2D"), normalization, gelu,
                convolution(filters), normalization, gelu,
            ]
        }
        // The weights begin with a deviation of 0.05: as if with one of 1, and the logits divided by 256.
        let head = [
            layer("MaxPooling2D", ["pool_size": 3]), layer("Flatten"),
            layer(
                "Dense", ["units": "classes", "use_bias": false, "kernel_initializer": "random_normal"]),
            layer("Rescaling", ["scale": .number(20.0 / 256)]),
            layer("Activation", ["activation": "softmax"]),
        ]
        return [whitening, gelu] + groups + head
    }()

    /// The original sums the loss over 2,000 images, this is their mean: so what is no kernel has 2,000 times its
    /// rates, and the head, whose weights are a 20th of the original's, a 400th of that. Its weights decay in the
    /// gradient, with a momentum of 0.85; here they decay by themselves, 1 / (1 − 0.85) times as much.
    private static let fastOptimizer: Component = {
        func falling(_ rate: Double, within part: Double = 1) -> Record {
            Component(
                "PolynomialDecay",
                [
                    "initial_learning_rate": .number(rate), "end_learning_rate": 0,
                    "decay_part": .number(part),
                ]
            ).record
        }
        func group(_ ending: String, rate: Double, within part: Double = 1) -> Record {
            let decay = 2e-6 * 2_000 / 0.15
            let sgd = Component(
                "SGD",
                [
                    "learning_rate": falling(rate, within: part), "momentum": 0.85, "nesterov": true,
                    "weight_decay": .number(decay / rate),
                ])
            return ["ending": .string(ending), "optimizer": sgd.record]
        }
        return Component(
            "Muon",
            [
                "learning_rate": falling(0.24), "momentum": 0.6, "ns_steps": 3, "normalize_kernels": true,
                "groups": [
                    // The bias learns for three of the eight epochs.
                    group("whitening/bias", rate: 0.053 * 2_000, within: 3.0 / 8),
                    group("/beta", rate: 0.053 * 2_000),
                    group("dense/kernel", rate: 0.67 * 2_000 / 400),
                ],
            ])
    }()
}
