/// A layer that can be created from settings in a file, or from C and Python.
package protocol ConfigurableLayer: Layer {
    /// Creates the layer from settings with Keras's names.
    ///
    /// - Throws: ``SettingsError``.
    init(_ settings: inout Settings) throws
    /// The settings that recreate the layer, except its name.
    var settings: Record { get }
    /// The activation applied to the output, if the layer has that setting.
    var activationFunction: ActivationFunction? { get }
    /// The layer's weights, frozen ones too, in Keras's order; moving averages are not among them.
    func weights(for inputShape: [Int]) -> [Weight]
}

extension ConfigurableLayer {
    package var activationFunction: ActivationFunction? { nil }
    package func weights(for inputShape: [Int]) -> [Weight] { [] }
}
