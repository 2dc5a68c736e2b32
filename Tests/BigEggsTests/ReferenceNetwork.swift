import BigEggs
import Foundation

/// A model's layers in float64 and with plain loops: the reference for the engine.
///
/// It shares only the description of layers and the random numbers with the engine.
struct ReferenceNetwork {
    /// The mode, for layers that differ between training and inference.
    enum Mode {
        /// Statistics of the batch; dropout and noise as in the step.
        case training(step: Int)
        /// Moving statistics; no dropout, no noise.
        case inference
    }

    /// Activations, `[batch, height, width, channels]` or `[batch, features]`, row-major.
    struct Values {
        var shape: [Int]
        var numbers: [Double]

        var channels: Int { shape[shape.count - 1] }
    }

    /// Each layer, and the values that it reads: 0 is the input, n the output of the n-th layer.
    let layers: [(name: String, layer: any Layer, inputs: [Int])]
    let inputShape: [Int]
    let seed: UInt64
    /// The weights by name, in Keras's layout.
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

    /// The rescaled images.
    func input(_ dataset: ImageDataset) -> Values {
        Values(
            shape: [dataset.count] + inputShape,
            numbers: dataset.images.map { Double(Float($0) * dataset.rescale) })
    }

    /// The input and each layer's output. Softmax is not applied: ``crossentropy(_:_:)`` includes it.
    ///
    /// - Parameter known: the values computed so far, at least the input.
    func activations(_ known: [Values], _ mode: Mode) -> [Values] {
        layers.indices.dropFirst(known.count - 1).reduce(into: known) { values, index in
            values.append(apply(index, to: layers[index].inputs.map { values[$0] }, mode))
        }
    }

    /// The output without softmax, `[batch, classes]`.
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

    /// The exponentials of each image's logits, divided by their sum.
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
        case let layer as Conv2D:
            return convolve(
                input, layer.window, filters: layer.filters, weights["\(name)/kernel"] ?? [],
                weights["\(name)/bias"], layer.activation)
        case let layer as DepthwiseConv2D:
            return convolveChannels(
                input, layer.window, layer.depthMultiplier, kernel: "\(name)/kernel", bias: "\(name)/bias",
                layer.activation)
        case let layer as SeparableConv2D:
            let channels = convolveChannels(
                input, layer.window, layer.depthMultiplier, kernel: "\(name)/depthwise_kernel", bias: nil,
                .linear)
            return convolve(
                channels, Window(size: [1, 1], strides: [1, 1], padding: .valid), filters: layer.filters,
                weights["\(name)/pointwise_kernel"] ?? [], weights["\(name)/bias"], layer.activation)
        case let layer as AveragePooling2D:
            return pool(input, layer.window) { $0.reduce(0, +) / Double($0.count) }
        case is GlobalAveragePooling2D:
            let size = Double(input.shape[1] * input.shape[2])
            return reduce(input, 0) { $0 + $1 / size }
        case is GlobalMaxPooling2D: return reduce(input, -.infinity, max)
        case let layer as ZeroPadding2D: return pad(input, layer)
        case let layer as LayerNormalization: return normalizeLayer(input, layer, name)
        case let layer as GaussianNoise: return addNoise(input, layer, index, mode)
        case let layer as SpatialDropout2D:
            return drop(input, rate: layer.rate, perChannel: true, index, mode)
        case let layer as LeakyReLU:
            return map(input) { $0 > 0 ? $0 : $0 * Double(layer.negativeSlope) }
        case let layer as ELU: return map(input) { $0 > 0 ? $0 : Double(layer.alpha) * (exp($0) - 1) }
        case let layer as Rescaling:
            return map(input) { $0 * Double(layer.scale) + Double(layer.offset) }
        case let layer as Dense: return multiply(input, layer, name)
        case let layer as BatchNormalization: return normalize(input, layer, name, mode)
        case let layer as MaxPooling2D: return pool(input, layer.window) { $0.reduce(-.infinity, max) }
        case let layer as Dropout:
            return drop(input, rate: layer.rate, perChannel: false, index, mode)
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
        for input in inputs.dropFirst() {
            for index in output.numbers.indices { output.numbers[index] += input.numbers[index] }
        }
        return output
    }

    private func concatenate(_ inputs: [Values]) -> Values {
        let channels = inputs.reduce(0) { $0 + $1.channels }
        var output = Values(shape: inputs[0].shape.dropLast() + [channels], numbers: [])
        for place in 0..<inputs[0].numbers.count / inputs[0].channels {
            for input in inputs {
                output.numbers += input.numbers[place * input.channels..<(place + 1) * input.channels]
            }
        }
        return output
    }

    private func map(_ input: Values, _ body: (Double) -> Double) -> Values {
        var output = input
        for index in output.numbers.indices { output.numbers[index] = body(output.numbers[index]) }
        return output
    }

    private func activate(_ input: Values, _ function: ActivationFunction) -> Values {
        switch function {
        case .linear, .softmax: input
        case .relu: map(input) { max($0, 0) }
        case .gelu: map(input) { $0 * (1 + erf($0 / 2.0.squareRoot())) / 2 }
        case .geluTanh:
            map(input) { $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) / 2 }
        case .silu: map(input) { $0 / (1 + exp(-$0)) }
        case .leakyReLU: map(input) { $0 > 0 ? $0 : 0.2 * $0 }
        case .elu: map(input) { $0 > 0 ? $0 : exp($0) - 1 }
        case .tanh: map(input) { tanh($0) }
        case .sigmoid: map(input) { 1 / (1 + exp(-$0)) }
        }
    }

    /// Output size and number of zeros before the input, along one axis, as Keras defines "same" and "valid".
    private func geometry(_ window: Window, _ axis: Int, _ input: Int) -> (output: Int, before: Int) {
        let (size, stride) = (window.size[axis], window.strides[axis])
        switch window.padding {
        case .valid: return ((input - size) / stride + 1, 0)
        case .same:
            let output = (input + stride - 1) / stride
            return (output, max((output - 1) * stride + size - input, 0) / 2)
        }
    }

    private func convolve(
        _ input: Values, _ window: Window, filters: Int, _ kernel: [Double], _ bias: [Double]?,
        _ activation: ActivationFunction
    ) -> Values {
        let (images, height, width, channels) =
            (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
        let rows = geometry(window, 0, height)
        let columns = geometry(window, 1, width)
        let (size, strides) = (window.size, window.strides)
        var output = Values(
            shape: [images, rows.output, columns.output, filters],
            numbers: Array(repeating: 0, count: images * rows.output * columns.output * filters))
        output.numbers.withUnsafeMutableBufferPointer { output in
            input.numbers.withUnsafeBufferPointer { input in
                kernel.withUnsafeBufferPointer { kernel in
                    for position in 0..<images * rows.output * columns.output {
                        let image = position / (rows.output * columns.output)
                        let row = position / columns.output % rows.output
                        let column = position % columns.output
                        let sums = position * filters
                        for filter in 0..<filters { output[sums + filter] = bias?[filter] ?? 0 }
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
        return activate(output, activation)
    }

    private func multiply(_ input: Values, _ layer: Dense, _ name: String) -> Values {
        let (images, features, units) = (input.shape[0], input.shape[1], layer.units)
        let (kernel, bias) = (weights["\(name)/kernel"] ?? [], weights["\(name)/bias"])
        var output = Values(
            shape: [images, units], numbers: Array(repeating: 0, count: images * units))
        output.numbers.withUnsafeMutableBufferPointer { output in
            input.numbers.withUnsafeBufferPointer { input in
                kernel.withUnsafeBufferPointer { kernel in
                    for image in 0..<images {
                        for unit in 0..<units { output[image * units + unit] = bias?[unit] ?? 0 }
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
        let (gamma, beta) = (weights["\(name)/gamma"], weights["\(name)/beta"])
        let (mean, variance) = statistics(of: input, layer, name, mode)
        var output = input
        let scale = (0..<channels).map {
            (gamma?[$0] ?? 1) / (variance[$0] + Double(layer.epsilon)).squareRoot()
        }
        for index in output.numbers.indices {
            let channel = index % channels
            output.numbers[index] =
                (output.numbers[index] - mean[channel]) * scale[channel] + (beta?[channel] ?? 0)
        }
        return output
    }

    private func statistics(
        of input: Values, _ layer: BatchNormalization, _ name: String, _ mode: Mode
    ) -> (mean: [Double], variance: [Double]) {
        guard case .training = mode, layer.trainable else {
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

    /// The moving statistics after a training step, by name. As in Keras, they are
    /// momentum · old + (1 − momentum) · batch, and the batch's variance is the biased one.
    func movedStatistics(_ activations: [Values]) -> [String: [Double]] {
        var moved: [String: [Double]] = [:]
        for entry in layers {
            guard let layer = entry.layer as? BatchNormalization, layer.trainable else { continue }
            let (mean, variance) = statistics(
                of: activations[entry.inputs[0]], layer, entry.name, .training(step: 0))
            for (tensor, batch) in [("moving_mean", mean), ("moving_variance", variance)] {
                let name = "\(entry.name)/\(tensor)"
                let momentum = Double(layer.momentum)
                moved[name] = zip(weights[name] ?? [], batch).map { $0 * momentum + $1 * (1 - momentum) }
            }
        }
        return moved
    }

    /// - Parameter reduce: reduces the values of a window that lie in the image to one value.
    private func pool(_ input: Values, _ window: Window, _ reduce: ([Double]) -> Double) -> Values {
        let (images, height, width, channels) =
            (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
        let (rows, columns) = (geometry(window, 0, height), geometry(window, 1, width))
        var output = Values(shape: [images, rows.output, columns.output, channels], numbers: [])
        for image in 0..<images {
            for row in 0..<rows.output {
                for column in 0..<columns.output {
                    for channel in 0..<channels {
                        var inside: [Double] = []
                        for y in 0..<window.size[0] {
                            for x in 0..<window.size[1] {
                                let sourceRow = row * window.strides[0] + y - rows.before
                                let sourceColumn = column * window.strides[1] + x - columns.before
                                guard (0..<height).contains(sourceRow), (0..<width).contains(sourceColumn)
                                else { continue }
                                let source = (image * height + sourceRow) * width + sourceColumn
                                inside.append(input.numbers[source * channels + channel])
                            }
                        }
                        output.numbers.append(reduce(inside))
                    }
                }
            }
        }
        return output
    }

    /// Whether dropout keeps an element. An element takes 16 random bits, so a block of four 32-bit words
    /// covers eight elements.
    ///
    /// - Parameter element: the element's index in its sample, in Keras's order; or the channel's index if
    ///   whole channels are dropped.
    private func isKept(sample: Int, _ element: Int, rate: Float, layer: Int, step: Int) -> Bool {
        let words = Philox(seed: seed, purpose: .dropout, layer: layer)
            .words(stream: UInt32(step), item: UInt32(sample), draw: UInt32(element / 8))
        let word = words[element % 8 / 2]
        let bits = element % 2 == 0 ? word & 0xFFFF : word >> 16
        return Double(bits) >= (Double(rate) * 65536).rounded()
    }

    private func drop(_ input: Values, rate: Float, perChannel: Bool, _ index: Int, _ mode: Mode) -> Values {
        guard case .training(let step) = mode, rate > 0 else { return input }
        var output = input
        let size = input.numbers.count / input.shape[0]
        for place in output.numbers.indices {
            let element = perChannel ? place % input.channels : place % size
            let kept = isKept(sample: place / size, element, rate: rate, layer: index, step: step)
            output.numbers[place] *= kept ? Double(1 / (1 - rate)) : 0
        }
        return output
    }

    private func addNoise(_ input: Values, _ layer: GaussianNoise, _ index: Int, _ mode: Mode) -> Values {
        guard case .training(let step) = mode else { return input }
        var output = input
        let size = input.numbers.count / input.shape[0]
        let philox = Philox(seed: seed, purpose: .noise, layer: index)
        for place in output.numbers.indices {
            let element = place % size
            let normals = philox.normals(
                stream: UInt32(step), item: UInt32(place / size), draw: UInt32(element / 4))
            output.numbers[place] += Double(layer.stddev * normals[element % 4])
        }
        return output
    }

    /// Reduces each channel of each image to one value.
    private func reduce(_ input: Values, _ first: Double, _ body: (Double, Double) -> Double) -> Values {
        let (images, channels) = (input.shape[0], input.channels)
        var output = Values(
            shape: [images, channels], numbers: Array(repeating: first, count: images * channels))
        let size = input.numbers.count / images
        for (place, number) in input.numbers.enumerated() {
            let target = place / size * channels + place % channels
            output.numbers[target] = body(output.numbers[target], number)
        }
        return output
    }

    private func pad(_ input: Values, _ layer: ZeroPadding2D) -> Values {
        let (images, height, width, channels) =
            (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
        let (rows, columns) = (height + layer.top + layer.bottom, width + layer.left + layer.right)
        var output = Values(
            shape: [images, rows, columns, channels],
            numbers: Array(repeating: 0, count: images * rows * columns * channels))
        for (place, number) in input.numbers.enumerated() {
            let (channel, pixel) = (place % channels, place / channels)
            let (image, row, column) = (pixel / (height * width), pixel / width % height, pixel % width)
            let target = (image * rows + row + layer.top) * columns + column + layer.left
            output.numbers[target * channels + channel] = number
        }
        return output
    }

    private func normalizeLayer(_ input: Values, _ layer: LayerNormalization, _ name: String) -> Values {
        let channels = input.channels
        var output = input
        for start in stride(from: 0, to: input.numbers.count, by: channels) {
            let pixel = input.numbers[start..<start + channels]
            let mean = pixel.reduce(0, +) / Double(channels)
            let variance = pixel.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
            let deviation = (variance + Double(layer.epsilon)).squareRoot()
            for channel in 0..<channels {
                output.numbers[start + channel] =
                    (input.numbers[start + channel] - mean) / deviation
                    * (weights["\(name)/gamma"]?[channel] ?? 1) + (weights["\(name)/beta"]?[channel] ?? 0)
            }
        }
        return output
    }

    /// A depthwise convolution, computed as a convolution whose kernel is zero between different channels.
    private func convolveChannels(
        _ input: Values, _ window: Window, _ multiplier: Int, kernel: String, bias: String?,
        _ activation: ActivationFunction
    ) -> Values {
        let channels = input.channels
        let taps = weights[kernel] ?? []
        let area = window.size[0] * window.size[1]
        var wide = [Double](repeating: 0, count: area * channels * channels * multiplier)
        for (place, tap) in taps.enumerated() {
            let (copy, channel, pixel) =
                (place % multiplier, place / multiplier % channels, place / multiplier / channels)
            wide[(pixel * channels + channel) * channels * multiplier + channel * multiplier + copy] = tap
        }
        return convolve(
            input, window, filters: channels * multiplier, wide, bias.flatMap { weights[$0] }, activation)
    }
}
