extension Model {
    /// Grad-CAM: maps of how strongly each position of an image supports a class.
    ///
    /// Let A be the output of a convolution, `[height, width, filters]`, and s the class's score before the softmax. A
    /// filter's weight is the mean of ∂s/∂A over all positions. The map is the weighted sum of the filters' outputs,
    /// with negative values set to zero. The model runs as in inference: moving statistics, no dropout.
    ///
    /// ```swift
    /// let maps = try model.gradCAM(test[0..<1], classes: [3])
    /// maps[0]  // 64 numbers, 8 by 8, row by row
    /// ```
    ///
    /// Source: Selvaraju et al., "Grad-CAM: Visual explanations from deep networks via gradient-based
    /// localization", ICCV 2017; https://keras.io/examples/vision/grad_cam/
    ///
    /// - Parameters:
    ///   - dataset: the images; labels are ignored.
    ///   - classes: for each image, the class to explain.
    ///   - layer: the name of a convolution; if `nil`, the last one whose output has at least 4×4 pixels or, if there
    ///     is none, the last one.
    ///   - batchSize: images at a time.
    /// - Throws: ``TrainingError`` for images that do not fit the model and for an unknown class or layer;
    ///   ``EngineError``.
    public func gradCAM(
        _ dataset: ImageDataset, classes: [Int], layer: String? = nil, batchSize: Int = 32
    ) throws -> ClassActivationMaps {
        try check(dataset, "explanation", labelled: false)
        try checkPixels(dataset, "explanation")
        try checkPositive("batchSize", batchSize)
        guard classes.count == dataset.count else {
            throw TrainingError.invalid(
                argument: "classes", value: "a list of \(classes.count)",
                allowed: "one class for each of the \(dataset.count) images")
        }
        if let unknown = classes.first(where: { !(0..<self.classes).contains($0) }) {
            throw TrainingError.invalid(
                argument: "classes", value: "\(unknown)", allowed: "classes from 0 to \(self.classes - 1)")
        }
        let known = network.layers.filter { $0.layer is Conv2D }
        let convolutions = known.map(\.name)
        // A map of 2×2 says little. ResNet-18 ends with such a map on images of 64×64.
        let last = known.last { $0.outputShape[0] >= 4 && $0.outputShape[1] >= 4 } ?? known.last
        let unknown = TrainingError.invalid(
            argument: "layer", value: layer ?? "nil",
            allowed: convolutions.isEmpty
                ? "a Conv2D; this model has none"
                : "one of \(convolutions.joined(separator: ", "))")
        guard let layer = layer ?? last?.name, convolutions.contains(layer) else { throw unknown }
        var maps = ClassActivationMaps(values: [], height: 0, width: 0)
        for batch in try BatchSource(dataset, batchSize: batchSize).epoch() {
            let plan = try plan(batch: batch.count, training: true, isFrozen: true)
            batch.gather(into: plan.input)
            guard
                let found = plan.sensitivity(
                    of: layer, outputs: batch.images.map { classes[Int($0)] },
                    StepContext(step: 0, training: true))
            else { throw unknown }
            maps.append(found)
        }
        return maps
    }
}
