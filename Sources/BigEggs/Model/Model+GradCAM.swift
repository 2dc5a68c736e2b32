extension Model {
    /// Where in each image the model sees a class: Grad-CAM.
    ///
    /// With A the output of a convolution, `[height, width, filters]`, and s the class's score before the
    /// softmax, a filter's weight is the mean over all places of ∂s/∂A, and the map is the weighted sum of
    /// the filters with what is negative set to zero. Everything is as in inference: moving statistics, no
    /// dropout.
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
    ///   - dataset: the images; labels are not looked at.
    ///   - classes: of each image, the class to look for.
    ///   - layer: the name of a convolution; the last one if `nil`.
    ///   - batchSize: images at a time.
    /// - Throws: ``TrainingError`` for images that do not fit the model, for a class or a layer that it does
    ///   not have; ``EngineError``.
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
        let convolutions = network.layers.filter { $0.layer is Conv2D }.map(\.name)
        let unknown = TrainingError.invalid(
            argument: "layer", value: layer ?? "nil",
            allowed: convolutions.isEmpty
                ? "a convolution, of which this model has none"
                : "one of \(convolutions.joined(separator: ", "))")
        guard let layer = layer ?? convolutions.last, convolutions.contains(layer) else { throw unknown }
        var maps = ClassActivationMaps(values: [], height: 0, width: 0)
        for batch in BatchSource(dataset, batchSize: batchSize).epoch() {
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

/// Grad-CAM's maps: how much each place of an image speaks for a class.
public struct ClassActivationMaps: Sendable, Equatable {
    /// `[count, height, width]`, row-major; 0 or more, in units of the score before the softmax.
    public private(set) var values: [Float]
    /// The height of a map: that of the convolution's output.
    public private(set) var height: Int
    /// The width of a map.
    public private(set) var width: Int

    /// The number of maps.
    public var count: Int { height * width == 0 ? 0 : values.count / (height * width) }

    /// The map of one image, row by row.
    public subscript(image: Int) -> ArraySlice<Float> {
        values[image * height * width..<(image + 1) * height * width]
    }

    fileprivate init(values: [Float], height: Int, width: Int) {
        self.values = values
        self.height = height
        self.width = width
    }

    /// Adds the maps of a batch.
    fileprivate mutating func append(_ layer: BoundPlan.Sensitivity) {
        (height, width) = (layer.height, layer.width)
        let (positions, filters) = (layer.height * layer.width, layer.channels)
        for image in stride(from: 0, to: layer.values.count, by: positions * filters) {
            var weights = [Float](repeating: 0, count: filters)
            for place in 0..<positions * filters {
                weights[place % filters] += layer.gradients[image + place]
            }
            for position in 0..<positions {
                var sum: Float = 0
                for filter in 0..<filters {
                    sum += weights[filter] * layer.values[image + position * filters + filter]
                }
                values.append(max(sum / Float(positions), 0))
            }
        }
    }
}
