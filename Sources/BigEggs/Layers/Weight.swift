/// A trainable tensor: its name, and the shape that Keras gives it.
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

    /// How many numbers.
    package var count: Int { shape.reduce(1, *) }
}
