/// A dense layer: the product of a matrix, or of images in their own layout, with a kernel.
///
/// Flatten costs nothing: the product reads the blocked image. For images the kernel has four dimensions;
/// their strides in Keras's array follow the order in which Keras flattens.
final class InnerProductNode: WeightedNode {
    init(
        name: String, input: Signal, units: Int, kernel: Int, bias: Int?, kerasKernel: TensorLayout,
        rectifies: Bool, outputPrecision: Precision, precision: Precision, threads: Int,
        fixedParts: SampleParts?, store: ParameterStore
    ) throws {
        let primitives = WeightedPrimitives(
            name: name,
            source: kerasKernel.dims.count == 2
                ? .rowMajor([input.dims[0], kerasKernel.dims[1]], precision) : input.layout,
            destination: .rowMajor([input.dims[0], units], outputPrecision), kernelDims: kerasKernel.dims,
            window: nil, hasBias: bias != nil, rectifies: rectifies, precision: precision)
        let mayUseTiles = TileConvolution.isFor(kernelDims: kerasKernel.dims, precision: precision)
        let blocks = LayoutChoice.described(.kernelBlocks(kerasKernel.dims, .float32))
        if store.layout(of: kernel) == nil {
            store.chooseLayout(
                of: kernel,
                try mayUseTiles
                    ? blocks : primitives.storedLayout(samples: fixedParts?.typicalCount ?? input.dims[0]),
                kerasLayout: kerasKernel)
        }
        try super.init(
            primitives, input: input, kernel: kernel, bias: bias,
            usesTiles: mayUseTiles && store.layout(of: kernel) == blocks, threads: threads,
            fixedParts: fixedParts, store: store)
    }

    /// Each part reads the whole kernel, so there are few parts.
    override var mostParts: Int { 4 }

    override func makeBackwardWeights() throws -> any Pass {
        // Fixed parts need a sum for each part; a `DividedProductGradient` sums over the whole batch.
        guard fixedParts == nil else { return try super.makeBackwardWeights() }
        return try DividedProductGradient(
            primitives, parts: mostParts, layout: store.entries[kernel].storedLayout,
            source: input.placeInBackward,
            gradient: output.gradientPlace, kernelGradient: .gradient(kernel),
            biasGradient: bias.map { .gradient($0) }) ?? super.makeBackwardWeights()
    }
}
