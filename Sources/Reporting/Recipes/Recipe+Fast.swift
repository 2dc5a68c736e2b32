import BigEggs

extension Recipe {
    /// A network other than the report's, trained for eight epochs.
    ///
    /// It has a whitening convolution with fixed filters and six 3×3 convolutions, whose kernels Muon trains with
    /// orthogonalized steps. Each image is mirrored in every other epoch, and there are six test views.
    ///
    /// Source: K. Jordan, airbench94_muon; "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024,
    /// https://arxiv.org/abs/2404.00498; "Muon: an optimizer for hidden layers in neural networks", 2024.
    public static let fast = fast(
        "fast", "another network, with whitened images and Muon, in eight epochs of 25 large steps")

    /// ``fast`` without one of its ingredients, all else unchanged.
    public static let fastWithoutOne = [
        fast("fast-without-whitening", "the filters of the first convolution learnt like those of the others")
        {
            $0.isWhitened = false
        },
        // The rate of airbench94 without Muon is 11.5 / (1 + 1 / (1 − 0.85)) for the mean loss over 1,024
        // images. For the mean over 2,000 images it is multiplied by 2,000 / 1,024.
        fast("fast-without-muon", "the kernels of convolutions trained by SGD, at a rate of 2.93") {
            $0.hasMuon = false
        },
        fast("fast-without-alternation", "every other image mirrored at random, in each epoch anew") {
            $0.alternatesFlips = false
        },
        fast("fast-without-smoothing", "labels as they are") { $0.labelSmoothing = 0 },
    ]

    /// ``fast`` with a larger network and stronger augmentation. It takes much longer.
    ///
    /// The network has more filters, and in each group a third convolution, with a residual around the second and
    /// third. Images are shifted further and have a part covered.
    ///
    /// Source: the network and the augmentation of K. Jordan, airbench96. It is trained like ``fast``, for 12 epochs.
    /// The original has 45 epochs and a second network that selects the images.
    public static let strong = fast(
        "strong", "a larger network with residuals, shifts by 4 pixels and cutout, in 12 epochs"
    ) {
        $0.filters = [128, 384, 512]
        $0.hasResiduals = true
        $0.shift = 4
        $0.cutout = 12
        $0.batchSize = 1_024
        $0.epochs = 12
    }

    /// The recipes that choose nothing by validation, so that they can train on all images.
    static let withoutChoice = [fast, strong] + fastWithoutOne

    /// The choices in which these recipes differ.
    private struct FastIngredients {
        var isWhitened = true
        var hasMuon = true
        var alternatesFlips = true
        var labelSmoothing = 0.2
        var filters = [64, 256, 256]
        var hasResiduals = false
        /// The maximum shift, in pixels.
        var shift = 2.0
        var cutout = 0
        var batchSize = 2_000
        var epochs = 8
    }

    private static func fast(
        _ name: String, _ summary: String, _ change: (inout FastIngredients) -> Void = { _ in }
    ) -> Recipe {
        var ingredients = FastIngredients()
        change(&ingredients)
        return Recipe(
            name: name, summary: summary, network: fastNetwork(ingredients), imageSizes: 32...32,
            generator: ImageDataGenerator(
                widthShiftRange: ingredients.shift, heightShiftRange: ingredients.shift, fillMode: .reflect,
                // Half of the range of pixel values, which is about the mean of the images.
                cval: ingredients.cutout > 0 ? 127.5 : 0, horizontalFlip: !ingredients.alternatesFlips,
                alternatingFlip: ingredients.alternatesFlips,
                wholePixelShifts: true, cutout: ingredients.cutout),
            batchSize: ingredients.batchSize, epochs: ingredients.epochs, precision: .auto,
            optimizer: fastOptimizer(ingredients),
            loss: ingredients.labelSmoothing > 0
                ? Component(
                    "CategoricalCrossentropy", ["label_smoothing": .number(ingredients.labelSmoothing)])
                : Component("SparseCategoricalCrossentropy"),
            whitening: ingredients.isWhitened ? RecipeWhitening(layer: "whitening") : nil,
            testViews: [false, true].flatMap { isMirrored in
                [
                    TestView(isMirrored: isMirrored, weight: 0.5),
                    TestView(isMirrored: isMirrored, down: -1, right: -1, weight: 0.25),
                    TestView(isMirrored: isMirrored, down: 1, right: 1, weight: 0.25),
                ]
            })
    }

    private static func fastNetwork(_ ingredients: FastIngredients) -> [Record] {
        func convolution(_ filters: Int) -> Record {
            layer(
                "Conv2D",
                [
                    "filters": .number(Double(filters)), "kernel_size": 3, "padding": "same",
                    "use_bias": false, "kernel_initializer": "partial_identity",
                ])
        }
        func normalization(_ name: String? = nil) -> Record {
            var config: Record = ["scale": false, "momentum": 0.6, "epsilon": 1e-12]
            if let name { config["name"] = .string(name) }
            return layer("BatchNormalization", config)
        }
        let gelu = layer("Activation", ["activation": "gelu"])
        var first: Record = ["filters": 24, "kernel_size": 2, "name": "whitening"]
        if ingredients.isWhitened { first["kernel_trainable"] = false }
        func group(_ number: Int, _ filters: Int) -> [Record] {
            guard ingredients.hasResiduals else {
                return [
                    convolution(filters), layer("MaxPooling2D"), normalization(), gelu,
                    convolution(filters), normalization(), gelu,
                ]
            }
            let (start, branch) = ("group_\(number)", "branch_\(number)")
            return [
                convolution(filters), layer("MaxPooling2D"), normalization(),
                layer("Activation", ["activation": "gelu", "name": .string(start)]),
                convolution(filters), normalization(), gelu, convolution(filters), normalization(branch),
                ["class_name": "Add", "inputs": [.string(branch), .string(start)]], gelu,
            ]
        }
        let groups = ingredients.filters.enumerated().flatMap { group($0 + 1, $1) }
        // The initial weights have a standard deviation of 0.05. The factor 20 / 256 gives the logits of
        // weights with a deviation of 1, divided by 256.
        let head = [
            layer("MaxPooling2D", ["pool_size": 3]), layer("Flatten"),
            layer(
                "Dense", ["units": "classes", "use_bias": false, "kernel_initializer": "random_normal"]),
            layer("Rescaling", ["scale": .number(20.0 / 256)]),
            layer("Activation", ["activation": "softmax"]),
        ]
        return [layer("Conv2D", first), gelu] + groups + head
    }

    /// The optimizer, with the original's learning rates and weight decay converted.
    ///
    /// The original sums the loss over a step's images (2,000 for ``fast``); here it is the mean. So biases, betas
    /// and the head have the original's rates times the number of images. The head's rate is also divided by 400,
    /// because its weights are 1/20 of the original's, and their gradients 20 times as large.
    ///
    /// The original adds the weight decay to the gradient, with a momentum of 0.85. Here the decay is decoupled, and
    /// so 1 / (1 − 0.85) times as large.
    private static func fastOptimizer(_ ingredients: FastIngredients) -> Component {
        func falling(_ rate: Double, within part: Double = 1) -> Record {
            Component(
                "PolynomialDecay",
                [
                    "initial_learning_rate": .number(rate), "end_learning_rate": 0,
                    "decay_part": .number(part),
                ]
            ).record
        }
        let images = Double(ingredients.batchSize)
        func sgd(rate: Double, within part: Double = 1) -> Component {
            let decay = 2e-6 * images / 0.15
            return Component(
                "SGD",
                [
                    "learning_rate": falling(rate, within: part), "momentum": 0.85, "nesterov": true,
                    "weight_decay": .number(decay / rate),
                ])
        }
        func group(_ ending: String, _ optimizer: Component) -> Record {
            ["ending": .string(ending), "optimizer": optimizer.record]
        }
        var optimizer =
            ingredients.hasMuon
            ? Component(
                "Muon",
                [
                    "learning_rate": falling(0.24), "momentum": 0.6, "ns_steps": 3, "normalize_kernels": true,
                ])
            : sgd(rate: 11.5 / (1 + 1 / 0.15) * images / 1_024)
        optimizer.config["groups"] = [
            // The whitening bias is trained for three epochs.
            group("whitening/bias", sgd(rate: 0.053 * images, within: 3.0 / Double(ingredients.epochs))),
            group("/beta", sgd(rate: 0.053 * images)),
            group("dense/kernel", sgd(rate: 0.67 * images / 400)),
        ]
        return optimizer
    }
}
