import CKernels

/// A two-dimensional convolution, fused with the max pooling after it where possible.
///
/// A 2×2 pooling is fused into the float32 Winograd convolution. The forward pass pools the outputs of a tile
/// before it writes them. The backward passes read the gradient of the pooled output, and put each value at
/// its pixel in a tile. On images of 31×31 with 64 channels, this saves 4/5 of the reads and writes.
final class ConvolutionNode: WeightedNode {
    private let window: Operation.Window
    private let usesWinograd: Bool
    /// Whether ``TinyConvolution`` is used: for float32 images of at most 2×2 pixels.
    private let isTiny: Bool
    /// Whether the 2×2 max pooling after the convolution is fused.
    private let pools: Bool
    private let training: Bool

    /// - Parameters:
    ///   - outputDims: `[batch, filters, height, width]`.
    ///   - kerasKernel: the layout of Keras's kernel array, with the dimensions in oneDNN's order.
    ///   - mayPool: whether the output's only reader is a 2×2 max pooling that may be fused.
    ///   - allowsWinograd: whether the engine's own algorithms may be used where they apply.
    init(
        name: String, input: Signal, outputDims: [Int], kernel: Int, bias: Int?, kerasKernel: TensorLayout,
        window: Operation.Window, rectifies: Bool, mayPool: Bool, training: Bool, precision: Precision,
        allowsWinograd: Bool, threads: Int, fixedParts: SampleParts?, store: ParameterStore
    ) throws {
        let kernelDims = kerasKernel.dims
        self.window = window
        self.training = training

        let layout = TensorLayout.images(outputDims, precision)
        let primitives = WeightedPrimitives(
            name: name, source: input.layout, destination: layout, kernelDims: kernelDims, window: window,
            hasBias: bias != nil, rectifies: rectifies, precision: precision)
        let mayBeTiny =
            allowsWinograd && precision == .float32
            && TinyConvolution.isFor(
                kernelDims: kernelDims, window: window, input: input.layout, output: layout)
        let isFaster =
            switch precision {
            case .float32:
                WinogradFloat32Convolution.isFor(
                    kernelDims: kernelDims, window: window, input: input.layout, output: layout)
            case .bfloat16:
                WinogradBFloat16Convolution.isFor(
                    kernelDims: kernelDims, window: window, input: input.layout, output: layout)
            }
        let mayUseWinograd = allowsWinograd && isFaster
        let mayUseTiles =
            allowsWinograd && TileConvolution.isFor(kernelDims: kernelDims, precision: precision)
        let blocks = LayoutChoice.described(
            .kernelBlocks(kernelDims, .float32, size: mayUseTiles ? 16 : layout.blockSize(of: 1)))
        if store.layout(of: kernel) == nil {
            store.chooseLayout(
                of: kernel,
                try mayUseWinograd || mayBeTiny || mayUseTiles
                    ? blocks
                    : primitives.storedLayout(samples: fixedParts?.typicalCount ?? outputDims[0]),
                kerasLayout: kerasKernel)
        }
        usesWinograd = mayUseWinograd && store.layout(of: kernel) == blocks
        isTiny = mayBeTiny && store.layout(of: kernel) == blocks
        pools =
            mayPool && usesWinograd && precision == .float32 && layout.blockSize(of: 1) == 16
            && WinogradFloat32Gradient.isFor(kernelDims: kernelDims)
        let pooled = TensorLayout.images(
            Array(outputDims[..<2]) + outputDims[2...].map { $0 / 2 }, precision)
        try super.init(
            primitives, input: input, output: pools ? pooled : nil, kernel: kernel, bias: bias,
            usesTiles: mayUseTiles && store.layout(of: kernel) == blocks, threads: threads,
            fixedParts: fixedParts, store: store)
        output.isPooled = pools
    }

    /// One byte per pooled value: which of the window's four pixels it comes from.
    override var ownBytes: Int { pools && training ? output.layout.elementCount : 0 }
    private var places: Place? { ownBytes > 0 ? ownPlace : nil }

    /// The kernel, transformed for Winograd convolution.
    private func transformed(isTurned: Bool) -> WinogradKernel {
        WinogradKernel(
            dims: kernelDims, isTurned: isTurned, precision: precision,
            block: output.layout.blockSize(of: 1))
    }

    override func makeOwnForward() -> (any Pass)? {
        if isTiny {
            let shape = be_tiny_shape(source: input.layout, destination: output.layout)
            return TinyConvolution(
                shape, input: input.place, kernel: weights(TinyKernel(shape: shape, isTurned: false)),
                bias: bias.map { .parameter($0) }, rectifies: rectifies, output: output.place)
        }
        guard usesWinograd else { return super.makeOwnForward() }
        let transformed = transformed(isTurned: false)
        switch precision {
        case .float32:
            return WinogradFloat32Convolution(
                .init(
                    source: input.layout, destination: primitives.destination, zeros: window.paddingBefore),
                input: input.place, kernel: weights(transformed), bias: bias.map { .parameter($0) },
                rectifies: rectifies, output: output.place,
                pooling: pools ? BE_WINOGRAD_POOLS : BE_WINOGRAD_WHOLE, places: places, threads: threads)
        case .bfloat16:
            return WinogradBFloat16Convolution(
                transformed, dims: input.dims, input: input.place, kernel: weights(transformed),
                bias: bias.map { .parameter($0) }, rectifies: rectifies, output: output.place,
                threads: threads)
        }
    }

    override func makeOwnBackwardData(into gradient: Place) -> (any Pass)? {
        if isTiny {
            let shape = be_tiny_shape(source: output.layout, destination: input.layout)
            return TransformedFirst(TinyKernel(shape: shape, isTurned: true), of: kernel) {
                TinyConvolution(
                    shape, input: output.gradientPlace, kernel: $0, bias: nil, rectifies: false,
                    output: gradient)
            }
        }
        guard usesWinograd else { return super.makeOwnBackwardData(into: gradient) }
        let transformed = transformed(isTurned: true)
        return TransformedFirst(transformed, of: kernel) {
            switch precision {
            case .float32:
                WinogradFloat32Convolution(
                    .init(
                        source: primitives.destination, destination: input.layout,
                        zeros: window.paddingBefore.map { 2 - $0 }),
                    input: output.gradientPlace, kernel: $0, bias: nil, rectifies: false, output: gradient,
                    pooling: pools ? BE_WINOGRAD_SPREADS : BE_WINOGRAD_WHOLE, places: places,
                    threads: threads)
            case .bfloat16:
                WinogradBFloat16Convolution(
                    transformed, dims: output.dims, input: output.gradientPlace, kernel: $0, bias: nil,
                    rectifies: false, output: gradient, threads: threads)
            }
        }
    }

    override var outputGradient: TensorLayout { pools ? output.layout : super.outputGradient }

    private func tinyGradient(samples: Int) -> TinyGradient {
        TinyGradient(
            be_tiny_shape(
                source: input.layout.with(samples: samples),
                destination: output.layout.with(samples: samples)), precision,
            input: input.placeInBackward, outputGradient: output.gradientPlace,
            kernelGradient: .gradient(kernel), biasGradient: bias.map { .gradient($0) })
    }

    override func makeOwnBackwardWeights(samples: Int) -> (any Pass)? {
        if isTiny { return tinyGradient(samples: samples) }
        guard usesWinograd else { return super.makeOwnBackwardWeights(samples: samples) }
        switch precision {
        case .float32:
            guard WinogradFloat32Gradient.isFor(kernelDims: kernelDims) else { return nil }
            return WinogradFloat32Gradient(
                .init(
                    source: input.layout.with(samples: samples),
                    destination: primitives.destination.with(samples: samples),
                    zeros: window.paddingBefore),
                input: input.placeInBackward, outputGradient: output.gradientPlace, places: places,
                kernelGradient: .gradient(kernel), biasGradient: bias.map { .gradient($0) }, threads: threads)
        case .bfloat16:
            guard WinogradBFloat16Gradient.isFor(kernelDims: kernelDims) else {
                // With 512 channels and 64 images of at most 2×2 pixels, a layer's backward pass takes 8.6 ms
                // with this gradient, and 25 ms with oneDNN's gradient.
                return TinyConvolution.isTiny(input.layout) ? tinyGradient(samples: samples) : nil
            }
            return WinogradBFloat16Gradient(
                dims: [samples] + input.dims[1...], outputs: output.dims[1],
                input: input.placeInBackward, outputGradient: output.gradientPlace,
                kernelGradient: .gradient(kernel),
                biasGradient: bias.map { .gradient($0) }, threads: threads)
        }
    }
}
