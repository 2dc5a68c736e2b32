/// A layer that can be created from settings in a file, or from C and Python.
package protocol ConfigurableLayer: Layer {
    /// Creates the layer from settings with Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
    /// The settings from which the layer can be created again, without its name.
    var settings: Record { get }
    /// The activation applied to the output, if the layer has that setting.
    var activationFunction: ActivationFunction? { get }
    /// The layer's trainable tensors, in Keras's order.
    func weights(for inputShape: [Int]) -> [Weight]
}

extension ConfigurableLayer {
    package var activationFunction: ActivationFunction? { nil }
    package func weights(for inputShape: [Int]) -> [Weight] { [] }
}
