import BigEggs

/// The arguments of `be_model_compile`, kept for copies of the model.
struct Compilation {
    private let optimizer: String
    private let settings: Record
    private let loss: String
    private let chosen: any Optimizer
    private let groups: OptimizerGroups

    init(optimizer: String, settings: Record, loss: String) throws {
        guard ["sparse_categorical_crossentropy", "categorical_crossentropy"].contains(loss) else {
            throw Failure.notFound(
                "there is no loss \(loss): there are sparse_categorical_crossentropy, categorical_crossentropy"
            )
        }
        (chosen, groups) = try OptimizerTypes.make(Component(optimizer, settings))
        (self.optimizer, self.settings, self.loss) = (optimizer, settings, loss)
    }

    init(_ record: Record) throws {
        try self.init(
            optimizer: record["optimizer"]?.string ?? "", settings: record["settings"] ?? [:],
            loss: record["loss"]?.string ?? "")
    }

    var record: Record { ["optimizer": .string(optimizer), "settings": settings, "loss": .string(loss)] }

    func compile(_ model: Model) throws {
        // Labels are class numbers for both names of the loss, so both mean the same loss.
        try model.compile(optimizer: chosen, loss: .sparseCategoricalCrossentropy) { [groups] in
            groups.optimizer(of: $0)
        }
    }
}
