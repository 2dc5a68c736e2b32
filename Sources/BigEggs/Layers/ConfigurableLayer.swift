/// A layer that files, C and Python can describe.
package protocol ConfigurableLayer: Layer {
    /// Reads the layer's settings, by Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
    /// The settings that recreate the layer, except its name.
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
