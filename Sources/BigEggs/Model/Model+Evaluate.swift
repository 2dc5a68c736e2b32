import Foundation

extension Model {
    /// Loss and accuracy on a data set, in inference mode.
    ///
    /// - Throws: ``TrainingError`` for data that does not fit the model, ``EngineError``.
    public func evaluate(_ dataset: ImageDataset, batchSize: Int = 128) throws -> Evaluation {
        try checkPixels(dataset, "evaluation")
        return try evaluate(dataset, batchSize: batchSize) { _ in }
    }

    /// - Parameter afterBatch: called with each batch's number; ends the evaluation by throwing.
    func evaluate(
        _ dataset: ImageDataset, batchSize: Int, _ afterBatch: (Int) throws -> Void
    ) throws -> Evaluation {
        guard endsInSoftmax else { throw TrainingError.noSoftmax }
        try check(dataset, "evaluation")
        try checkPositive("batchSize", batchSize)
        let start = DispatchTime.now()
        var sums = TrainingProgress()
        for (number, batch) in BatchSource(dataset, batchSize: batchSize).epoch().enumerated() {
            let plan = try forward(batch, StepContext(step: 0, training: false))
            sums.add(score(plan, labels: batch.labels), metrics)
            try afterBatch(number)
        }
        let nanoseconds = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
        return Evaluation(
            loss: sums.loss / Double(dataset.count), accuracy: Double(sums.right) / Double(dataset.count),
            metrics: metrics.isEmpty ? nil : sums.means,
            images: dataset.count, seconds: Double(nanoseconds) / 1e9)
    }

    /// The probability of every class for every image.
    ///
    /// - Throws: ``TrainingError`` for data that does not fit the model, ``EngineError``.
    public func predict(_ dataset: ImageDataset, batchSize: Int = 128) throws -> Predictions {
        try check(dataset, "prediction", labelled: false)
        try checkPixels(dataset, "prediction")
        try checkPositive("batchSize", batchSize)
        var probabilities = [Float]()
        probabilities.reserveCapacity(dataset.count * classes)
        for batch in BatchSource(dataset, batchSize: batchSize).epoch() {
            let plan = try forward(batch, StepContext(step: 0, training: false))
            probabilities += output(plan, count: batch.count)
        }
        return Predictions(probabilities: probabilities, classes: classes)
    }
}
