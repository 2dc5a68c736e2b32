/// The kinds of optimizers, by their names in Keras.
package enum OptimizerTypes {
    package static let all: [any ConfigurableOptimizer.Type] = [
        Adam.self, AdamW.self, Muon.self, RMSprop.self, SGD.self,
    ]

    package static let table = ComponentTable<any Optimizer>(
        "optimizer", all.map { type in ("\(type)", { try type.init(&$0) }) })
}
