/// A layer as files, C and Python describe it, and what it keeps.
package protocol ConfigurableLayer: Layer {
    /// Reads the layer's settings, by Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
    /// The settings that make the layer again, all but its name.
    var settings: Record { get }
    /// What is applied to the output, if the layer has such a setting.
    var activationFunction: ActivationFunction? { get }
    /// The layer's trainable tensors, in Keras's order.
    func weights(for inputShape: [Int]) -> [Weight]
}

extension ConfigurableLayer {
    package var activationFunction: ActivationFunction? { nil }
    package func weights(for inputShape: [Int]) -> [Weight] { [] }
}
