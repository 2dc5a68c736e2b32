/// The description of a tensor that training may change.
package struct Weight {
    /// The name: "kernel" in its layer, "conv2d_1/kernel" in a model.
    package var name: String
    /// The shape in Keras, such as `[3, 3, input, output]`.
    package let shape: [Int]
    let initializer: Initializer
    /// The penalty that the tensor adds to the loss.
    var regularizer: Regularizer?
    /// Whether training changes the tensor.
    var isTrained = true

    /// The weights of a normalization: `gamma`, a factor per channel, if `scale`; `beta`, an offset, if `center`.
    static func scaleAndShift(
        of inputShape: [Int], scale: Bool, center: Bool, isTrained: Bool = true
    ) -> [Weight] {
        let shape = [inputShape[inputShape.count - 1]]
        let gamma = Weight(name: "gamma", shape: shape, initializer: .ones, isTrained: isTrained)
        let beta = Weight(name: "beta", shape: shape, initializer: .zeros, isTrained: isTrained)
        return (scale ? [gamma] : []) + (center ? [beta] : [])
    }

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }
}
