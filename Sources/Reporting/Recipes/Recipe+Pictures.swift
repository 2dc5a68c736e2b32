import BigEggs

extension Recipe {
    /// ResNet-18 for images of 64 pixels and more, trained from scratch.
    ///
    /// Source: He and others, "Deep residual learning for image recognition", 2015, https://arxiv.org/abs/1512.03385,
    /// with the padding of torchvision's `resnet18`.
    public static let resnet18 = pictures(
        "resnet18", "ResNet-18 for pictures of 64 pixels and more: 11.2 million weights", resnet18Network)

    /// A small network of depthwise convolutions for images of 64 pixels and more, trained from scratch.
    ///
    /// Source: Howard and others, "MobileNets: efficient convolutional neural networks for mobile vision
    /// applications", 2017, https://arxiv.org/abs/1704.04861. This network has eight blocks instead of MobileNet's
    /// thirteen, up to 512 channels instead of 1,024, and a total stride of 16 instead of 32.
    public static let mobile = pictures(
        "mobile", "a small network of depthwise convolutions for such pictures: 0.55 million weights",
        mobileNetwork)

    /// The recipes for pictures of 64 to 256 pixels.
    public static let forPictures = [resnet18, mobile]

    private static func pictures(_ name: String, _ summary: String, _ network: [Record]) -> Recipe {
        Recipe(
            name: name, summary: summary, network: network, imageSizes: 64...256,
            generator: ImageDataGenerator(horizontalFlip: true, randomResizedCrop: 0.25, colorJitter: 0.3),
            batchSize: 64, epochs: 30, precision: .auto,
            optimizer: Component(
                "AdamW",
                [
                    "learning_rate": Component("OneCycle", ["max_learning_rate": 2e-3]).record,
                    "weight_decay": 0.05,
                ]),
            loss: Component("CategoricalCrossentropy", ["label_smoothing": 0.1]))
    }

    private static let relu = layer("Activation", ["activation": "relu"])
    private static let normalization = layer("BatchNormalization", ["momentum": 0.9, "epsilon": 1e-5])
    /// The last layers, for any image size.
    private static let head = [
        layer("GlobalAveragePooling2D"), layer("Dense", ["units": "classes", "activation": "softmax"]),
    ]

    /// A convolution without bias, because a normalization follows.
    ///
    /// The padding is symmetric, as in PyTorch. With a stride of 2, Keras's "same" would pad less at the top and left
    /// than at the bottom and right.
    private static func convolution(_ filters: Int, kernel: Int, strides: Int = 1) -> [Record] {
        var config: Record = [
            "filters": .number(Double(filters)), "kernel_size": .number(Double(kernel)),
            "strides": .number(Double(strides)), "use_bias": false, "kernel_initializer": "he_normal",
        ]
        guard kernel > 1 else { return [layer("Conv2D", config)] }
        guard strides > 1 else {
            config["padding"] = "same"
            return [layer("Conv2D", config)]
        }
        return [
            layer("ZeroPadding2D", ["padding": .number(Double(kernel / 2))]), layer("Conv2D", config),
        ]
    }

    private static var resnet18Network: [Record] {
        // After ReLU no value is below 0, so zero padding equals the −∞ padding of PyTorch's pooling.
        var layers =
            convolution(64, kernel: 7, strides: 2) + [normalization, relu]
            + [
                layer("ZeroPadding2D", ["padding": 1]),
                layer("MaxPooling2D", ["pool_size": 3, "strides": 2, "name": "pool"]),
            ]
        var start = "pool"
        for (stage, filters) in [64, 128, 256, 512].enumerated() {
            for block in 1...2 {
                let name = "stage\(stage + 1)_block\(block)"
                let strides = stage > 0 && block == 1 ? 2 : 1
                var branch = convolution(filters, kernel: 3, strides: strides) + [normalization, relu]
                branch += convolution(filters, kernel: 3)
                branch += [named("\(name)_branch", normalization)]
                var shortcut = start
                layers += branch
                if strides > 1 {
                    shortcut = "\(name)_shortcut"
                    var projection = convolution(filters, kernel: 1, strides: strides)[0]
                    projection["inputs"] = [.string(start)]
                    layers += [projection, named(shortcut, normalization)]
                }
                layers.append([
                    "class_name": "Add", "inputs": [.string("\(name)_branch"), .string(shortcut)],
                ])
                layers.append(named(name, relu))
                start = name
            }
        }
        return layers + head
    }

    private static var mobileNetwork: [Record] {
        var layers = convolution(32, kernel: 3, strides: 2) + [normalization, relu]
        for (filters, strides) in [
            (64, 1), (64, 2), (128, 1), (128, 2), (256, 1), (256, 2), (512, 1), (512, 1),
        ] {
            var config: Record = [
                "kernel_size": 3, "strides": .number(Double(strides)), "use_bias": false,
                "depthwise_initializer": "he_normal",
            ]
            if strides == 1 {
                config["padding"] = "same"
            } else {
                layers.append(layer("ZeroPadding2D", ["padding": 1]))
            }
            layers += [layer("DepthwiseConv2D", config), normalization, relu]
            layers += convolution(filters, kernel: 1) + [normalization, relu]
        }
        return layers + head
    }

    /// A layer with a name, so that other layers can use its output.
    private static func named(_ name: String, _ layer: Record) -> Record {
        var layer = layer
        var config = layer["config"] ?? [:]
        config["name"] = .string(name)
        layer["config"] = config
        return layer
    }
}
