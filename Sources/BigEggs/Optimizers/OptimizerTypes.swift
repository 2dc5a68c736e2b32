/// All optimizers, by their names in Keras.
package enum OptimizerTypes {
    package static let all: [any ConfigurableOptimizer.Type] = [
        Adam.self, AdamW.self, Muon.self, RMSprop.self, SGD.self,
    ]

    package static let table = ComponentTable<any Optimizer>(
        "optimizer", all.map { type in ("\(type)", { try type.init(&$0) }) })

    /// Makes an optimizer, and the optimizers of the parameter groups in its settings, if any.
    ///
    /// - Throws: ``SettingsError``.
    package static func make(_ component: Component) throws -> (any Optimizer, OptimizerGroups) {
        var settings = try Settings(component.config, of: component.className)
        let optimizer = try table.make(component.className, &settings)
        let groups = try OptimizerGroups(&settings)
        try settings.done()
        return (optimizer, groups)
    }
}
