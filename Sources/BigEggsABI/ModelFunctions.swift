// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs
import MessagePassing
import ONNX

@c @implementation
public func be_model_create(
    _ settings: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: model, "model") {
        var settings = try Settings(settings, of: "a model")
        let input = try settings.required(settings.shape("input"), "input")
        let rescale = try settings.float("rescale") ?? 1
        let options = try ModelOptions(&settings)
        guard input.count == 1 || input.count == 3 else {
            throw Failure.invalidArgument(
                "a model's \"input\" is \(input): give [height, width, channels] or [features]")
        }
        try settings.done()
        return ModelObject(options, Architecture(inputShape: input, rescale: rescale))
    }
}

@c @implementation
public func be_model_add(
    _ model: be_handle, _ kind: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let kind = try requireText(kind, "kind")
        var settings = try Settings(settings, of: kind)
        let inputs = try settings.texts("inputs")
        let layer = try LayerTypes.table.make(kind, &settings)
        try settings.done()
        try model.add(layer, inputs: inputs)
    }
}

@c @implementation
public func be_model_describe(
    _ model: be_handle, _ record: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(model, as: ModelObject.self, into: record, "record") { model in
        let description = try model.use { model -> Record in
            let layers: [Record] = zip(model.summary, model.layers).map { row, layer in
                var settings = layer.allSettings
                settings["name"] = .string(row.name)
                return [
                    "name": .string(row.name), "class_name": .string(row.kind),
                    "inputs": .array(row.inputs.map { .string($0) }), "output": .numbers(row.outputShape),
                    "parameters": .number(Double(row.parameterCount)), "config": settings,
                ]
            }
            return [
                "input": .numbers(model.inputShape), "output": .numbers(model.outputShape),
                "seed": .number(Double(model.seed)), "precision": .string(model.precision.rawValue),
                "threads": .number(Double(model.threads)), "follows_schedule": .bool(model.followsSchedule),
                "parameters": .number(Double(model.parameterCount)),
                "trainable": .number(Double(model.trainableParameterCount)), "layers": .array(layers),
            ]
        }
        return RecordFile(description, name: "the model")
    }
}

@c @implementation
public func be_model_compile(
    _ model: be_handle, _ optimizer: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?,
    _ loss: UnsafePointer<CChar>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let optimizer = try requireText(optimizer, "optimizer")
        let given = try Settings(settings, of: optimizer)
        try model.compile(
            try Compilation(
                optimizer: optimizer, settings: given.record, loss: try requireText(loss, "loss")))
    }
}

@c @implementation
public func be_model_train_on_batch(
    _ model: be_handle, _ images: be_handle, _ loss: UnsafeMutablePointer<Double>?,
    _ accuracy: UnsafeMutablePointer<Double>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let images = try model.labelledImages(images, "images")
        let result = try model.train { try $0.trainOnBatch(images) }
        loss?.pointee = result.loss
        accuracy?.pointee = result.accuracy
    }
}

@c @implementation
public func be_model_evaluate(
    _ model: be_handle, _ images: be_handle, _ settings: UnsafePointer<CChar>?,
    _ loss: UnsafeMutablePointer<Double>?, _ accuracy: UnsafeMutablePointer<Double>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let images = try model.labelledImages(images, "images")
        let (batchSize, communicator) = try inferenceSettings(settings, of: "evaluate")
        let evaluation = try model.use {
            try $0.evaluate(images, batchSize: batchSize, communicator: communicator)
        }
        loss?.pointee = evaluation.loss
        accuracy?.pointee = evaluation.accuracy
    }
}

@c @implementation
public func be_model_predict(
    _ model: be_handle, _ images: be_handle, _ settings: UnsafePointer<CChar>?,
    _ output: UnsafeMutablePointer<Float>?, _ capacity: Int64
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let images = try model.images(images)
        let output = try require(output, "output")
        let (batchSize, communicator) = try inferenceSettings(settings, of: "predict")
        try model.use { model in
            try requireCapacity(capacity, images.count, model)
            let predictions = try model.predict(images, batchSize: batchSize, communicator: communicator)
            output.update(from: predictions.probabilities, count: predictions.probabilities.count)
        }
    }
}

@c @implementation
public func be_model_learning_rate(
    _ model: be_handle, _ rate: UnsafeMutablePointer<Double>?
) -> be_status {
    answer(model, as: ModelObject.self, writing: rate, "rate") { model in
        try model.use { model in
            guard model.isCompiled else { throw TrainingError.notCompiled }
            return model.learningRate
        }
    }
}

@c @implementation
public func be_model_set_learning_rate(_ model: be_handle, _ rate: Double) -> be_status {
    answer(model, as: ModelObject.self) { model in
        guard rate >= 0, rate.isFinite else {
            throw Failure.invalidArgument("the learning rate is \(rate): give 0 or more")
        }
        try model.use { model in
            guard model.isCompiled else { throw TrainingError.notCompiled }
            model.learningRate = rate
        }
    }
}

@c @implementation
public func be_model_stop_training(
    _ model: be_handle, _ stop: UnsafeMutablePointer<Int32>?
) -> be_status {
    answer(model, as: ModelObject.self, writing: stop, "stop") { model in
        try model.use { $0.stopTraining ? 1 : 0 }
    }
}

@c @implementation
public func be_model_set_stop_training(_ model: be_handle, _ stop: Int32) -> be_status {
    answer(model, as: ModelObject.self) { model in
        try model.use { $0.stopTraining = stop != 0 }
    }
}

@c @implementation
public func be_model_weights(
    _ model: be_handle, _ weights: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(model, as: ModelObject.self, into: weights, "weights") { model in
        Weights(try model.use { try $0.weights() }, path: "the model")
    }
}

@c @implementation
public func be_model_set_weights(
    _ model: be_handle, _ count: Int64, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ tensors: UnsafePointer<be_array>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let tensors = try requireTensors(count, names, tensors, "tensors")
        try model.use { model in
            let given = Set(tensors.map(\.name))
            try model.setWeights(tensors + (try model.weights().filter { !given.contains($0.name) }))
        }
    }
}

@c @implementation
public func be_model_save(
    _ model: be_handle, _ path: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?
) -> be_status {
    answer(model, as: ModelObject.self, otherwise: BE_CANNOT_WRITE) { model in
        let path = try requireText(path, "path")
        var settings = try Settings(settings, of: "a file of weights")
        let classNames = try settings.texts("class_names")
        try settings.done()
        try model.use {
            var metadata = try model.architecture.metadata
            if let classNames {
                let outputs = $0.outputShape.reduce(1, *)
                guard classNames.count == outputs else {
                    throw Failure.invalidArgument(
                        "there are \(classNames.count) class names for \(outputs) outputs: give one for each")
                }
                metadata["class_names"] = try Record.array(classNames.map(Record.string)).compactText()
            }
            try $0.saveWeights(to: path, metadata: metadata)
        }
    }
}

@c @implementation
public func be_model_load(
    _ path: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?,
    _ model: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: model, "model") {
        let path = try requireText(path, "path")
        var settings = try Settings(settings, of: "a model")
        let contents = try Safetensors.contents(of: path)
        guard var architecture = try Architecture(metadata: contents.metadata, file: path) else {
            throw Failure(
                status: BE_CANNOT_READ,
                message: "\(path) has weights but no layers: build the model and load its weights")
        }
        let input = try settings.shape("input")
        architecture.rescale = try settings.float("rescale") ?? architecture.rescale
        let options = try ModelOptions(&settings)
        try settings.done()
        guard input == nil || input == architecture.inputShape else {
            throw Failure.invalidArgument(
                "the model in \(path) has an input of \(architecture.inputShape): leave out \"input\"")
        }
        let loaded = ModelObject(options, architecture)
        try loaded.use { try asRead { try $0.setWeights(contents.tensors, source: path) }($0) }
        return loaded
    }
}

@c @implementation
public func be_model_load_weights(_ model: be_handle, _ path: UnsafePointer<CChar>?) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let path = try requireText(path, "path")
        try model.use { try asRead { try $0.loadWeights(from: path) }($0) }
    }
}

@c @implementation
public func be_model_export_onnx(
    _ model: be_handle, _ path: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?
) -> be_status {
    answer(model, as: ModelObject.self, otherwise: BE_CANNOT_WRITE) { model in
        let path = try requireText(path, "path")
        var settings = try Settings(settings, of: "an export")
        let classNames = try settings.texts("class_names") ?? []
        try settings.done()
        try model.use {
            try $0.exportONNX(to: path, rescale: model.rescale, classNames: classNames)
        }
    }
}

/// Turns a `TrainingError`, which means that weights from a file do not match the model, into BE_CANNOT_READ.
private func asRead(_ body: @escaping (Model) throws -> Void) -> (Model) throws -> Void {
    { model in
        do { try body(model) } catch let error as TrainingError {
            throw Failure(status: BE_CANNOT_READ, message: "\(error)")
        }
    }
}

/// The settings of an evaluation or a prediction.
private func inferenceSettings(
    _ settings: UnsafePointer<CChar>?, of function: String
) throws -> (batchSize: Int, communicator: Communicator?) {
    var settings = try Settings(settings, of: function)
    let batchSize = try settings.integer("batch_size") ?? 32
    guard batchSize >= 1 else {
        throw Failure.invalidArgument("the argument batch_size is \(batchSize): give 1 or more")
    }
    let communicator = try settings.communicator(of: function)
    try settings.done()
    return (batchSize, communicator)
}

extension Settings {
    /// The processes that share the work; nil for this process alone.
    mutating func communicator(of function: String) throws -> Communicator? {
        guard let name = try text("communicator") else { return nil }
        guard name == "world" else {
            throw Failure.invalidArgument(
                "\"communicator\" of \(function) is \"\(name)\": give \"world\", or leave it out")
        }
        return try .world
    }
}

/// Throws if `capacity` is too small for the output of `images` images.
func requireCapacity(_ capacity: Int64, _ images: Int, _ model: Model) throws {
    let needed = images * model.outputShape.reduce(1, *)
    guard capacity >= needed else {
        throw Failure.invalidArgument(
            "the argument output has room for \(capacity) values; the output has \(needed)")
    }
}
