import BigEggs

/// The report's network: three blocks of two convolutions, then two dense layers.
@LayerBuilder func reportLayers(classes: Int, dropout: Bool) -> [any Layer] {
    for filters in [32, 64, 128] {
        for _ in 0..<2 {
            Conv2D(filters, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
        }
        MaxPooling2D()
    }
    Flatten()
    for units in [512, 1024] {
        Dense(units, activation: .relu)
        BatchNormalization()
    }
    if dropout { Dropout(0.5) }
    Dense(classes, activation: .softmax)
}
