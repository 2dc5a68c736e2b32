/// A tensor that training may change: its name, and the shape that Keras gives it.
package struct Weight {
    /// "kernel" in its layer, "conv2d_1/kernel" in a model.
    package var name: String
    /// Keras's shape, such as `[3, 3, input, output]`.
    package let shape: [Int]
    let initializer: Initializer
    /// What the tensor adds to the loss.
    var regularizer: Regularizer?
    /// Whether a training changes it.
    var isTrained = true

    /// What a normalization multiplies each channel by, and adds to it: those of the two that it has.
    static func scaleAndShift(
        of inputShape: [Int], scale: Bool, center: Bool, isTrained: Bool = true
    ) -> [Weight] {
        let shape = [inputShape[inputShape.count - 1]]
        let gamma = Weight(name: "gamma", shape: shape, initializer: .ones, isTrained: isTrained)
        let beta = Weight(name: "beta", shape: shape, initializer: .zeros, isTrained: isTrained)
        return (scale ? [gamma] : []) + (center ? [beta] : [])
    }

    /// How many numbers.
    package var count: Int { shape.reduce(1, *) }
}
