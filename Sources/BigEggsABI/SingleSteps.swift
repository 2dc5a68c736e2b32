// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h, in its last section.
import BigEggs
import CBigEggs

private func requireStep(_ step: Int64) throws -> Int {
    guard step >= 0, step < 1 << 31 else {
        throw Failure.invalidArgument("the argument step is \(step): give 0 to 2^31 - 1")
    }
    return Int(step)
}

@c @implementation
public func be_test_forward(
    _ model: be_handle, _ images: be_handle, _ training: Int32, _ step: Int64,
    _ output: UnsafeMutablePointer<Float>?, _ capacity: Int64
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let images = try model.images(images)
        let output = try require(output, "output")
        let step = try requireStep(step)
        try model.use { model in
            try requireCapacity(capacity, images.count, model)
            let values = try model.output(of: images, training: training != 0, step: step)
            output.update(from: values, count: values.count)
        }
    }
}

@c @implementation
public func be_test_gradients(
    _ model: be_handle, _ images: be_handle, _ step: Int64, _ loss: UnsafeMutablePointer<Double>?,
    _ gradients: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let images = try model.labelledImages(images, "images")
        let gradients = try require(gradients, "gradients")
        let step = try requireStep(step)
        let result = try model.use { try $0.lossAndGradients(of: images, step: step) }
        loss?.pointee = result.loss
        insert(Weights(result.gradients, path: "the gradients"), gradients)
    }
}

@c @implementation
public func be_test_backward(
    _ model: be_handle, _ images: be_handle, _ step: Int64, _ output_gradient: UnsafePointer<be_array>?,
    _ gradients: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let images = try model.images(images)
        let outputGradient = try InputArray(output_gradient, "output_gradient")
        let values = Array(try outputGradient.values(BE_FLOAT32, as: Float.self))
        let gradients = try require(gradients, "gradients")
        let step = try requireStep(step)
        let result = try model.use {
            try $0.gradients(of: images, outputGradient: values, step: step)
        }
        insert(Weights(result, path: "the gradients"), gradients)
    }
}

@c @implementation
public func be_test_apply_gradients(
    _ model: be_handle, _ count: Int64, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ gradients: UnsafePointer<be_array>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let gradients = try requireTensors(count, names, gradients, "gradients")
        try model.train { try $0.applyGradients(gradients) }
    }
}

@c @implementation
public func be_test_optimizer(
    _ model: be_handle, _ steps: UnsafeMutablePointer<Int64>?, _ first: UnsafeMutablePointer<be_handle>?,
    _ second: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let (steps, first) = (try require(steps, "steps"), try require(first, "first"))
        let second = try require(second, "second")
        let state = try model.use { try $0.optimizerState() }
        steps.pointee = Int64(state.step)
        insert(Weights(state.first, path: "the first moments"), first)
        insert(Weights(state.second, path: "the second moments"), second)
    }
}

@c @implementation
public func be_test_set_optimizer(
    _ model: be_handle, _ steps: Int64, _ count: Int64, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ first: UnsafePointer<be_array>?, _ second: UnsafePointer<be_array>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let first = try requireTensors(count, names, first, "first")
        let second = try requireTensors(count, names, second, "second")
        let steps = try requireStep(steps)
        try model.use { try $0.setOptimizerState(step: steps, first: first, second: second) }
    }
}
