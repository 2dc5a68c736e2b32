/// Why a model cannot be trained, evaluated or given weights.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    case notCompiled
    case inputShape(found: [Int], expected: [Int])
    case tooManyClasses(dataset: Int, outputs: Int)
    case noImages(String)
    case invalid(argument: String, value: String, allowed: String)
    case noSoftmax
    case learningRateScheduled(callback: String)
    /// `checkpoint` is the file of the last good checkpoint, if any.
    case lossNotFinite(loss: Double, epoch: Int, step: Int, learningRate: Double, checkpoint: String?)
    /// The loss on the validation images was not finite; `step` is the epoch's last step.
    case validationLossNotFinite(
        loss: Double, epoch: Int, step: Int, learningRate: Double, checkpoint: String?)
    /// A pixel is not finite. `purpose` is "training", "validation" and so on; `image` counts from 0.
    case pixelNotFinite(purpose: String, image: Int, value: Float)
    /// `what`, a layer's batch statistics or a parameter's gradient, was not finite, although the loss was.
    case stepNotFinite(what: String, epoch: Int, step: Int, learningRate: Double, checkpoint: String?)
    case weightNotFinite(tensor: String, epoch: Int, step: Int, learningRate: Double, checkpoint: String?)
    case weightsMissing(name: String, file: String)
    case weightsUnknown(name: String, file: String)
    case weightsShape(name: String, found: [Int], expected: [Int], file: String)
    case weightsNotFinite(name: String, file: String)
    case weightsNotSaved(name: String, file: String)
    case weightsRepeated(name: String, file: String)
    case weightsNegative(name: String, value: Float, file: String)

    public var description: String {
        switch self {
        case .notCompiled:
            "the model has no optimizer and loss yet: call compile before fit"
        case .inputShape(let found, let expected):
            "the images are \(found), the model takes \(expected)"
        case .tooManyClasses(let dataset, let outputs):
            "the data set has \(dataset) classes, the model only \(outputs) outputs"
        case .noImages(let what):
            "the \(what) data set has no images"
        case .invalid(let argument, let value, let allowed):
            "\(argument) is \(value): give \(allowed)"
        case .noSoftmax:
            "the model does not end in a softmax, which sparse categorical cross-entropy needs"
        case .lossNotFinite(let loss, let epoch, let step, let learningRate, let checkpoint):
            "the loss became \(loss) in step \(step) of epoch \(epoch) at learning rate \(learningRate): "
                + "try a smaller learning rate" + TrainingError.lastGood(checkpoint)
        case .validationLossNotFinite(let loss, let epoch, let step, let learningRate, let checkpoint):
            "the validation loss became \(loss) after step \(step) of epoch \(epoch) at learning rate "
                + "\(learningRate): look at the validation images, or try a smaller learning rate"
                + TrainingError.lastGood(checkpoint)
        case .pixelNotFinite(let purpose, let image, let value):
            "image \(image) (the first is 0) of the \(purpose) images has a pixel of \(value): the network takes "
                + "finite numbers only"
        case .stepNotFinite(let what, let epoch, let step, let learningRate, let checkpoint):
            "\(what) was not finite in step \(step) of epoch \(epoch) at learning rate "
                + "\(learningRate); the weights are those before that step: scale the images to a smaller range, or "
                + "try a smaller learning rate" + TrainingError.lastGood(checkpoint)
        case .weightNotFinite(let tensor, let epoch, let step, let learningRate, let checkpoint):
            "\(tensor) was no longer finite after step \(step) of epoch \(epoch) "
                + "at learning rate \(learningRate): try a smaller learning rate"
                + TrainingError.lastGood(checkpoint)
        case .learningRateScheduled(let callback):
            "\(callback) cannot set the learning rate, which follows a schedule: give the optimizer a number, "
                + "or leave the callback out"
        case .weightsMissing(let name, let file):
            "\(file) has no tensor \(name): it belongs to another network"
        case .weightsUnknown(let name, let file):
            "\(file) has a tensor \(name) that the network does not have: it belongs to another network"
        case .weightsShape(let name, let found, let expected, let file):
            "\(file): tensor \(name) is \(found), the network needs \(expected)"
        case .weightsNotFinite(let name, let file):
            "\(file): tensor \(name) holds values that are not finite numbers"
        case .weightsNotSaved(let name, let file):
            "\(file) is not written: tensor \(name) holds values that are not finite numbers"
        case .weightsRepeated(let name, let file):
            "\(file) has two tensors named \(name): give each its own name"
        case .weightsNegative(let name, let value, let file):
            "\(file): tensor \(name) holds \(value), but a variance cannot be negative"
        }
    }

    private static func lastGood(_ checkpoint: String?) -> String {
        checkpoint.map { "; the last good checkpoint is \($0)" } ?? ""
    }
}
