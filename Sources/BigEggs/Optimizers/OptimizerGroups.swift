/// Optimizers for groups of parameters; a parameter is in the first group whose "ending" its name has.
package struct OptimizerGroups: Sendable {
    private let groups: [(ending: String, optimizer: any Optimizer)]

    /// Reads "groups", a list of objects with "ending" and "optimizer".
    ///
    /// - Throws: ``SettingsError``.
    package init(_ settings: inout Settings) throws {
        groups = try (settings.list("groups") ?? []).map { described in
            var group = try Settings(described, of: "a group of parameters")
            let ending = try group.required(group.text("ending"), "ending")
            let optimizer = try group.required(group.value("optimizer"), "optimizer")
            try group.done()
            return (ending, try OptimizerTypes.table.make(Component(optimizer, of: "an optimizer")))
        }
    }

    /// The optimizer of a parameter, such as "conv2d/kernel"; nil if the parameter is in no group.
    package func optimizer(of parameter: String) -> (any Optimizer)? {
        groups.first { parameter.hasSuffix($0.ending) }?.optimizer
    }
}
