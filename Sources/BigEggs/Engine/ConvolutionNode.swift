/// A two-dimensional convolution.
final class ConvolutionNode: WeightedNode {
    private let window: Operation.Window
    private let usesWinograd: Bool
    private let threads: Int

    /// - Parameters:
    ///   - outputDims: `[batch, filters, height, width]`.
    ///   - kerasKernel: where Keras's kernel has oneDNN's dimensions.
    ///   - allowsWinograd: whether Winograd's algorithm may be used where the rule admits it.
    init(
        name: String, input: Signal, outputDims: [Int], kernel: Int, bias: Int?, kerasKernel: TensorLayout,
        window: Operation.Window, rectifies: Bool, precision: Precision, allowsWinograd: Bool, threads: Int,
        store: ParameterStore
    ) throws {
        let kernelDims = kerasKernel.dims
        self.window = window
        self.threads = threads

        let layout = TensorLayout.images(outputDims, precision)
        let primitives = WeightedPrimitives(
            name: name, source: input.layout, destination: layout, kernelDims: kernelDims, window: window,
            hasBias: bias != nil, rectifies: rectifies, precision: precision)
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
        let winogradLayout = LayoutChoice.described(
            .kernelBlocks(kernelDims, .float32, size: layout.blockSize(of: 1)))
        if store.layout(of: kernel) == nil {
            store.chooseLayout(
                of: kernel, try mayUseWinograd ? winogradLayout : primitives.storedLayout(),
                kerasLayout: kerasKernel)
        }
        usesWinograd = mayUseWinograd && store.layout(of: kernel) == winogradLayout
        try super.init(primitives, input: input, kernel: kernel, bias: bias, store: store)
    }

    /// The kernel as Winograd's convolution multiplies by it.
    private func transformed(isTurned: Bool) -> WinogradKernel {
        WinogradKernel(
            dims: kernelDims, isTurned: isTurned, precision: precision,
            block: output.layout.blockSize(of: 1))
    }

    override func makeWinogradForward() -> (any Pass)? {
        guard usesWinograd else { return nil }
        let transformed = transformed(isTurned: false)
        switch precision {
        case .float32:
            return WinogradFloat32Convolution(
                .init(source: input.layout, destination: output.layout, zeros: window.paddingBefore),
                input: input.place, kernel: weights(transformed), bias: bias.map { .parameter($0) },
                rectifies: rectifies, output: output.place, threads: threads)
        case .bfloat16:
            return WinogradBFloat16Convolution(
                transformed, dims: input.dims, input: input.place, kernel: weights(transformed),
                bias: bias.map { .parameter($0) }, rectifies: rectifies, output: output.place,
                threads: threads)
        }
    }

    override func makeWinogradBackwardData(into gradient: Place) -> (any Pass)? {
        guard usesWinograd else { return nil }
        let transformed = transformed(isTurned: true)
        switch precision {
        case .float32:
            return WinogradFloat32Convolution(
                .init(
                    source: output.layout, destination: input.layout,
                    zeros: window.paddingBefore.map { 2 - $0 }),
                input: output.gradientPlace, kernel: weights(transformed), bias: nil, rectifies: false,
                output: gradient, threads: threads)
        case .bfloat16:
            return WinogradBFloat16Convolution(
                transformed, dims: output.dims, input: output.gradientPlace, kernel: weights(transformed),
                bias: nil, rectifies: false, output: gradient, threads: threads)
        }
    }

    override func makeWinogradBackwardWeights() -> (any Pass)? {
        guard usesWinograd else { return nil }
        switch precision {
        case .float32:
            guard WinogradFloat32Gradient.isFor(kernelDims: kernelDims) else { return nil }
            return WinogradFloat32Gradient(
                .init(source: input.layout, destination: output.layout, zeros: window.paddingBefore),
                input: input.place, outputGradient: output.gradientPlace, kernelGradient: .gradient(kernel),
                biasGradient: bias.map { .gradient($0) }, threads: threads)
        case .bfloat16:
            guard WinogradBFloat16Gradient.isFor(kernelDims: kernelDims) else { return nil }
            return WinogradBFloat16Gradient(
                dims: input.dims, outputs: output.dims[1], input: input.place,
                outputGradient: output.gradientPlace, kernelGradient: .gradient(kernel),
                biasGradient: bias.map { .gradient($0) }, threads: threads)
        }
    }
}
