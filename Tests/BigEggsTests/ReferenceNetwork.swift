import BigEggs
import Foundation

/// A model's layers once more, in float64 and with the plainest of loops: what the engine is held to.
///
/// It shares with the engine the description of layers and the random numbers, and nothing else.
struct ReferenceNetwork {
    /// How layers behave that differ between training and inference.
    enum Mode {
        /// Statistics of the batch; dropout with the masks of a step.
        case training(step: Int)
        /// Moving statistics; no dropout.
        case inference
    }

    /// Activations, `[batch, height, width, channels]` or `[batch, features]`, row-major.
    struct Values {
        var shape: [Int]
        var numbers: [Double]
        /// The image that these numbers are in the engine's memory, also after Flatten, and whether its
        /// channels lie in blocks there: dropout counts elements as they lie in memory.
        var memory: [Int]
        var isBlocked = false

        init(shape: [Int], numbers: [Double]) {
            self.shape = shape
            self.numbers = numbers
            memory = shape
        }

        var channels: Int { shape[shape.count - 1] }
    }

    /// Each layer, and the values that it reads: 0 is the input, from 1 on they are what layers put out.
    let layers: [(name: String, layer: any Layer, inputs: [Int])]
    let inputShape: [Int]
    let seed: UInt64
    /// By name, in Keras's layout.
    var weights: [String: [Double]]
    /// The shapes of the weights.
    let shapes: [String: [Int]]

    /// The model's layers with its present weights.
    init(_ model: Model) throws {
        let tensors = try model.weights()
        layers = zip(model.summary, model.applications).map { ($0.name, $1.layer, $1.inputs) }
        inputShape = model.inputShape
        seed = model.seed
        weights = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.values.map(Double.init)) })
        shapes = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.shape) })
    }

    /// The images as the network sees them.
    func input(_ dataset: ImageDataset) -> Values {
        Values(
            shape: [dataset.count] + inputShape,
            numbers: dataset.images.map { Double(Float($0) * dataset.rescale) })
    }

    /// The input, and what each layer puts out. A softmax at the end is left to the loss.
    ///
    /// - Parameter known: the values that are known by now, the input or more.
    func activations(_ known: [Values], _ mode: Mode) -> [Values] {
        layers.indices.dropFirst(known.count - 1).reduce(into: known) { values, index in
            values.append(apply(index, to: layers[index].inputs.map { values[$0] }, mode))
        }
    }

    /// The output, `[batch, classes]`.
    func logits(_ input: Values, _ mode: Mode) -> Values {
        let values = activations([input], mode)
        return values[values.count - 1]
    }

    /// The mean of −log softmax(logits)[label].
    static func crossentropy(_ logits: Values, _ labels: [Int32]) -> Double {
        let classes = logits.numbers.count / labels.count
        let losses = labels.enumerated().map { image, label in
            let row = logits.numbers[image * classes..<(image + 1) * classes]
            let largest = row.max() ?? 0
            let total = row.reduce(0) { $0 + exp($1 - largest) }
            return log(total) - (row[row.startIndex + Int(label)] - largest)
        }
        return losses.reduce(0, +) / Double(labels.count)
    }

    /// Each image's exponentials over their sum.
    static func softmax(_ logits: Values, images: Int) -> [Double] {
        let classes = logits.numbers.count / images
        return (0..<images).flatMap { image in
            let row = logits.numbers[image * classes..<(image + 1) * classes]
            let largest = row.max() ?? 0
            let exponentials = row.map { exp($0 - largest) }
            let total = exponentials.reduce(0, +)
            return exponentials.map { $0 / total }
        }
    }

    private func apply(_ index: Int, to inputs: [Values], _ mode: Mode) -> Values {
        let name = layers[index].name
        let input = inputs[0]
        switch layers[index].layer {
        case let layer as Conv2D: return convolve(input, layer, name)
        case let layer as Dense: return multiply(input, layer, name)
        case let layer as BatchNormalization: return normalize(input, layer, name, mode)
        case let layer as MaxPooling2D: return pool(input, layer)
        case let layer as Dropout: return drop(input, layer, index, mode)
        case let layer as Activation: return activate(input, layer.function)
        case is Add: return add(inputs)
        case is Concatenate: return concatenate(inputs)
        case is Flatten:
            var output = input
            output.shape = [input.shape[0], input.shape.dropFirst().reduce(1, *)]
            return output
        default: preconditionFailure("the reference has no \(layers[index].layer)")
        }
    }

    private func add(_ inputs: [Values]) -> Values {
        var output = Values(shape: inputs[0].shape, numbers: inputs[0].numbers)
        output.isBlocked = output.shape.count == 4
        for input in inputs.dropFirst() {
            for index in output.numbers.indices { output.numbers[index] += input.numbers[index] }
        }
        return output
    }

    private func concatenate(_ inputs: [Values]) -> Values {
        let channels = inputs.reduce(0) { $0 + $1.channels }
        var output = Values(shape: inputs[0].shape.dropLast() + [channels], numbers: [])
        output.isBlocked = output.shape.count == 4
        for place in 0..<inputs[0].numbers.count / inputs[0].channels {
            for input in inputs {
                output.numbers += input.numbers[place * input.channels..<(place + 1) * input.channels]
            }
        }
        return output
    }

    private func activate(_ input: Values, _ function: ActivationFunction) -> Values {
        guard function == .relu else { return input }
        var output = input
        for index in output.numbers.indices { output.numbers[index] = max(output.numbers[index], 0) }
        return output
    }

    /// Output size and zeros before the input of one axis, by Keras's definition of "same" and "valid".
    private func geometry(_ window: Window, _ axis: Int, _ input: Int) -> (output: Int, before: Int) {
        let (size, stride) = (window.size[axis], window.strides[axis])
        switch window.padding {
        case .valid: return ((input - size) / stride + 1, 0)
        case .same:
            let output = (input + stride - 1) / stride
            return (output, max((output - 1) * stride + size - input, 0) / 2)
        }
    }

    private func convolve(_ input: Values, _ layer: Conv2D, _ name: String) -> Values {
        let (images, height, width, channels) =
            (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
        let rows = geometry(layer.window, 0, height)
        let columns = geometry(layer.window, 1, width)
        let filters = layer.filters
        let (size, strides) = (layer.window.size, layer.window.strides)
        let (kernel, bias) = (weights["\(name)/kernel"] ?? [], weights["\(name)/bias"] ?? [])
        var output = Values(
            shape: [images, rows.output, columns.output, filters],
            numbers: Array(repeating: 0, count: images * rows.output * columns.output * filters))
        output.isBlocked = true
        output.numbers.withUnsafeMutableBufferPointer { output in
            input.numbers.withUnsafeBufferPointer { input in
                kernel.withUnsafeBufferPointer { kernel in
                    for position in 0..<images * rows.output * columns.output {
                        let image = position / (rows.output * columns.output)
                        let row = position / columns.output % rows.output
                        let column = position % columns.output
                        let sums = position * filters
                        for filter in 0..<filters { output[sums + filter] = bias[filter] }
                        for y in 0..<size[0] {
                            let sourceRow = row * strides[0] + y - rows.before
                            guard (0..<height).contains(sourceRow) else { continue }
                            for x in 0..<size[1] {
                                let sourceColumn = column * strides[1] + x - columns.before
                                guard (0..<width).contains(sourceColumn) else { continue }
                                let source = ((image * height + sourceRow) * width + sourceColumn) * channels
                                for channel in 0..<channels {
                                    let value = input[source + channel]
                                    let taps = ((y * size[1] + x) * channels + channel) * filters
                                    for filter in 0..<filters {
                                        output[sums + filter] += value * kernel[taps + filter]
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return activate(output, layer.activation)
    }

    private func multiply(_ input: Values, _ layer: Dense, _ name: String) -> Values {
        let (images, features, units) = (input.shape[0], input.shape[1], layer.units)
        let (kernel, bias) = (weights["\(name)/kernel"] ?? [], weights["\(name)/bias"] ?? [])
        var output = Values(
            shape: [images, units], numbers: Array(repeating: 0, count: images * units))
        output.numbers.withUnsafeMutableBufferPointer { output in
            input.numbers.withUnsafeBufferPointer { input in
                kernel.withUnsafeBufferPointer { kernel in
                    for image in 0..<images {
                        for unit in 0..<units { output[image * units + unit] = bias[unit] }
                        for feature in 0..<features {
                            let value = input[image * features + feature]
                            for unit in 0..<units {
                                output[image * units + unit] += value * kernel[feature * units + unit]
                            }
                        }
                    }
                }
            }
        }
        return activate(output, layer.activation)
    }

    private func normalize(
        _ input: Values, _ layer: BatchNormalization, _ name: String, _ mode: Mode
    ) -> Values {
        let channels = input.channels
        let gamma = weights["\(name)/gamma"] ?? []
        let beta = weights["\(name)/beta"] ?? []
        let (mean, variance) = statistics(of: input, name, mode)
        var output = input
        output.memory = output.shape
        output.isBlocked = output.shape.count == 4
        let scale = (0..<channels).map { gamma[$0] / (variance[$0] + Double(layer.epsilon)).squareRoot() }
        for index in output.numbers.indices {
            let channel = index % channels
            output.numbers[index] = (output.numbers[index] - mean[channel]) * scale[channel] + beta[channel]
        }
        return output
    }

    private func statistics(
        of input: Values, _ name: String, _ mode: Mode
    ) -> (mean: [Double], variance: [Double]) {
        guard case .training = mode else {
            return (weights["\(name)/moving_mean"] ?? [], weights["\(name)/moving_variance"] ?? [])
        }
        let channels = input.channels
        let count = Double(input.numbers.count / channels)
        var mean = [Double](repeating: 0, count: channels)
        for (index, number) in input.numbers.enumerated() { mean[index % channels] += number / count }
        var variance = [Double](repeating: 0, count: channels)
        for (index, number) in input.numbers.enumerated() {
            let difference = number - mean[index % channels]
            variance[index % channels] += difference * difference / count
        }
        return (mean, variance)
    }

    /// The moving statistics after a step in training, by name: Keras keeps `momentum` of the old ones
    /// and takes the batch's biased variance.
    func movedStatistics(_ activations: [Values]) -> [String: [Double]] {
        var moved: [String: [Double]] = [:]
        for entry in layers {
            guard let layer = entry.layer as? BatchNormalization else { continue }
            let (mean, variance) = statistics(
                of: activations[entry.inputs[0]], entry.name, .training(step: 0))
            for (tensor, batch) in [("moving_mean", mean), ("moving_variance", variance)] {
                let name = "\(entry.name)/\(tensor)"
                let momentum = Double(layer.momentum)
                moved[name] = zip(weights[name] ?? [], batch).map { $0 * momentum + $1 * (1 - momentum) }
            }
        }
        return moved
    }

    private func pool(_ input: Values, _ layer: MaxPooling2D) -> Values {
        let (images, height, width, channels) =
            (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
        let rows = geometry(layer.window, 0, height)
        let columns = geometry(layer.window, 1, width)
        let (size, strides) = (layer.window.size, layer.window.strides)
        var output = Values(shape: [images, rows.output, columns.output, channels], numbers: [])
        output.isBlocked = true
        for image in 0..<images {
            for row in 0..<rows.output {
                for column in 0..<columns.output {
                    for channel in 0..<channels {
                        var largest = -Double.infinity
                        for y in 0..<size[0] {
                            for x in 0..<size[1] {
                                let sourceRow = row * strides[0] + y - rows.before
                                let sourceColumn = column * strides[1] + x - columns.before
                                guard (0..<height).contains(sourceRow), (0..<width).contains(sourceColumn)
                                else { continue }
                                let source = (image * height + sourceRow) * width + sourceColumn
                                largest = max(largest, input.numbers[source * channels + channel])
                            }
                        }
                        output.numbers.append(largest)
                    }
                }
            }
        }
        return output
    }

    private func drop(_ input: Values, _ layer: Dropout, _ index: Int, _ mode: Mode) -> Values {
        guard case .training(let step) = mode, layer.rate > 0 else { return input }
        var output = input
        for element in output.numbers.indices {
            let kept = isKept(
                place(of: element, in: input), rate: layer.rate, layer: index, step: step)
            output.numbers[element] *= kept ? Double(1 / (1 - layer.rate)) : 0
        }
        return output
    }

    /// Sixteen random bits decide on an element: eight elements a block of four words.
    private func isKept(_ place: Int, rate: Float, layer: Int, step: Int) -> Bool {
        let words = Philox(seed: seed, purpose: .dropout)
            .words(stream: UInt32(step), item: UInt32(place / 8), draw: UInt32(layer))
        let word = words[place % 8 / 2]
        let bits = place % 2 == 0 ? word & 0xFFFF : word >> 16
        return Double(bits) >= (Double(rate) * 65536).rounded()
    }

    /// Where the engine keeps an element: images between layers have their channels in blocks.
    private func place(of element: Int, in values: Values) -> Int {
        guard values.isBlocked else { return element }
        let shape = values.memory
        let block = ReferenceNetwork.channelBlock ?? shape[3]
        let (pixels, channels) = (shape[1] * shape[2], shape[3])
        let (position, channel) = (element / channels, element % channels)
        let (image, pixel) = (position / pixels, position % pixels)
        let blocks = (channels + block - 1) / block
        return ((image * blocks + channel / block) * pixels + pixel) * block + channel % block
    }

    /// How many channels of a pixel lie together, or `nil` for all of them.
    private static let channelBlock: Int? =
        DNNL.instructionSet >= .avx512 ? 16 : DNNL.instructionSet >= .avx2 ? 8 : nil
}
