import BigEggs

extension Table {
    /// The layers of a network: name, kind, output and number of parameters.
    public init(layersOf model: Model) {
        let rows = model.summary.map { layer in
            [
                layer.name, layer.kind + (layer.activation.map { " (\($0))" } ?? ""),
                layer.outputShape.map(String.init).joined(separator: "×"), layer.parameterCount.grouped,
            ]
        }
        self.init(
            ["layer", "kind", "output", "parameters"],
            rows: rows + [["total", "", "", model.parameterCount.grouped]])
    }

    /// A training by epoch, with marks at the epoch whose weights were kept and the start of overfitting.
    ///
    /// - Parameters:
    ///   - history: what `fit` returned.
    ///   - best: the epoch whose weights were kept; the first is 1.
    ///   - overfitsFrom: the epoch from which on the network overfits, if it does.
    public init(_ history: History, best: Int, overfitsFrom: Int?) {
        let metrics = ["loss", "accuracy", "val_loss", "val_accuracy"]
        self.init(
            ["epoch", "loss", "accuracy", "validation loss", "validation accuracy", "learning rate", ""],
            rows: (0..<history.epochs).map { epoch in
                ["\(epoch + 1)"] + metrics.map { history[$0][epoch].fixed(4) }
                    + [
                        history["learning_rate"][epoch].fixed(7),
                        epoch + 1 == best ? "◀ kept" : epoch + 1 == overfitsFrom ? "◀ overfits" : "",
                    ]
            })
    }
}
