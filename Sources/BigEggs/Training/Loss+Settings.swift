extension Loss {
    /// The losses, by their names in Keras.
    package static let table = ComponentTable<Loss>(
        "loss",
        [
            ("SparseCategoricalCrossentropy", { _ in .sparseCategoricalCrossentropy }),
            (
                "CategoricalCrossentropy",
                { .categoricalCrossentropy(labelSmoothing: try $0.float("label_smoothing") ?? 0) }
            ),
        ])
}
