import COneDNN

/// What a convolution and an inner product have in common: a kernel and a bias, and three passes.
///
/// oneDNN fuses a ReLU into the forward primitive. Its gradient is masked by whoever reads the output
/// next if that is a hand-written pass, otherwise by a pass of its own here.
class WeightedNode: Node {
    let name: String
    let input: Signal
    private(set) var output: Signal
    let kernel: Int
    let bias: Int
    fileprivate let store: ParameterStore
    fileprivate let rectifies: Bool
    fileprivate let precision: Precision
    /// oneDNN's forward primitive, which its backward ones are described with whether or not it runs.
    fileprivate let forwardPrimitive: Primitive
    private var forwardPass: any Pass
    private var backwardData: (any Pass)?
    private var backwardWeights: (any Pass)?
    private(set) var copies: [Int] = []
    private var mask: (() -> Void)?
    private var gradient: UnsafeMutableRawPointer?
    private var values: UnsafeMutableRawPointer?

    fileprivate init(
        name: String, input: Signal, output: Signal, kernel: Int, bias: Int, rectifies: Bool,
        precision: Precision, store: ParameterStore, forward: Primitive
    ) throws {
        self.name = name
        self.input = input
        self.output = output
        self.kernel = kernel
        self.bias = bias
        self.store = store
        self.rectifies = rectifies
        self.precision = precision
        forwardPrimitive = forward
        forwardPass = forward
        output.isRectified = rectifies
        if let pass = makeWinogradForward() {
            forwardPass = pass
            return
        }
        try forward.add(DNNL_ARG_SRC, input.layout, at: input.place)
        try forward.add(
            DNNL_ARG_WEIGHTS, forward.layout(dnnl_query_weights_md),
            at: weights(forward.layout(dnnl_query_weights_md)))
        try forward.add(DNNL_ARG_BIAS, forward.layout(dnnl_query_weights_md, 1), at: .parameter(bias))
        try forward.add(DNNL_ARG_DST, output.layout, at: output.place)
    }

    /// Where a primitive finds the kernel in the layout that it asked for.
    private func weights(_ layout: dnnl_memory_desc_t) throws -> Place {
        if let stored = store.layout(of: kernel), dnnl_memory_desc_t.same(stored, layout) {
            return .parameter(kernel)
        }
        let copy = try store.copy(of: kernel, as: layout)
        if !copies.contains(copy) { copies.append(copy) }
        return .copy(copy)
    }

    /// The place of the kernel as Winograd's convolution wants it.
    fileprivate func weights(_ transformed: WinogradKernel) -> Place {
        let copy = store.copy(of: kernel, as: transformed)
        if !copies.contains(copy) { copies.append(copy) }
        return .copy(copy)
    }

    /// The engine's own passes in place of oneDNN's, where the rule is for them.
    fileprivate func makeWinogradForward() -> WinogradConvolution? { nil }
    fileprivate func makeWinogradBackwardData() -> WinogradConvolution? { nil }
    fileprivate func makeWinogradBackwardWeights() -> WinogradGradient? { nil }

    /// Creates the primitive of one backward pass.
    fileprivate func makeBackwardData(gradient: dnnl_memory_desc_t) throws -> Primitive {
        throw EngineError.oneDNN(operation: name, status: -1)
    }
    fileprivate func makeBackwardWeights(gradient: dnnl_memory_desc_t) throws -> Primitive {
        throw EngineError.oneDNN(operation: name, status: -1)
    }

    /// The output's gradient, in the precision of activations even where the output is float32.
    fileprivate var gradientLayout: dnnl_memory_desc_t {
        var layout = output.layout
        layout.data_type = precision.dataType
        return layout
    }

    func describeBackward(needsInputGradient: Bool) throws {
        let gradientLayout = self.gradientLayout
        if needsInputGradient, let pass = makeWinogradBackwardData() {
            backwardData = pass
        } else if needsInputGradient {
            let primitive = try makeBackwardData(gradient: gradientLayout)
            try primitive.add(DNNL_ARG_DIFF_DST, gradientLayout, at: output.gradientPlace)
            let layout = primitive.layout(dnnl_query_weights_md)
            try primitive.add(DNNL_ARG_WEIGHTS, layout, at: weights(layout))
            try primitive.add(DNNL_ARG_DIFF_SRC, input.layout, at: input.gradientPlace)
            backwardData = primitive
        }
        if let pass = makeWinogradBackwardWeights() {
            backwardWeights = pass
            return
        }
        let primitive = try makeBackwardWeights(gradient: gradientLayout)
        try primitive.add(DNNL_ARG_SRC, input.layout, at: input.place)
        try primitive.add(DNNL_ARG_DIFF_DST, gradientLayout, at: output.gradientPlace)
        try primitive.add(
            DNNL_ARG_DIFF_WEIGHTS, primitive.layout(dnnl_query_diff_weights_md), at: .gradient(kernel))
        try primitive.add(
            DNNL_ARG_DIFF_BIAS, primitive.layout(dnnl_query_diff_weights_md, 1), at: .gradient(bias))
        backwardWeights = primitive
    }

    var passes: [any Pass] { [forwardPass, backwardData, backwardWeights].compactMap { $0 } }

    func bind(_ memory: PlanMemory) {
        gradient = memory.address(output.gradientPlace)
        values = memory.address(output.place)
    }

    func forward(_ step: StepContext) { forwardPass.execute() }

    func backward(_ step: StepContext) {
        if rectifies, !output.gradientIsMasked, let gradient, let values {
            let kept: Precision = output.layout.data_type == dnnl_f32 ? .float32 : .bfloat16
            maskGradient(
                gradient, whereRectified: values, count: output.layout.byteCount / kept.bytes, precision,
                valuesPrecision: kept)
        }
        backwardData?.execute()
        backwardWeights?.execute()
    }

    var operations: (forward: Int, backward: Int) {
        let positions = output.dims[0] * output.dims.dropFirst(2).reduce(1, *)
        let one = 2 * positions * store.entries[kernel].specification.dims.reduce(1, *)
        return (one, (backwardData == nil ? 0 : one) + (backwardWeights == nil ? 0 : one))
    }

    var algorithms: [(pass: String, implementation: String)] {
        [
            ("forward", forwardPass), ("backward data", backwardData), ("backward weights", backwardWeights),
        ].compactMap { name, pass in pass.map { (name, $0.implementation) } }
    }
}

/// A two-dimensional convolution.
final class ConvolutionNode: WeightedNode {
    /// The numbers that every one of its primitives is described with.
    struct Geometry {
        var strides: [Int]
        /// Rows and columns of zeros above and to the left, below and to the right.
        var paddingBefore: [Int]
        var paddingAfter: [Int]

        var dnnlStrides: [dnnl_dim_t] { strides.map { dnnl_dim_t($0) } }
        var before: [dnnl_dim_t] { paddingBefore.map { dnnl_dim_t($0) } }
        var after: [dnnl_dim_t] { paddingAfter.map { dnnl_dim_t($0) } }
    }

    private let geometry: Geometry
    private let algorithm: dnnl_alg_kind_t
    private let usesOwnWinograd: Bool
    private let threads: Int

    /// - Parameters:
    ///   - outputDims: `[batch, filters, height, width]`.
    ///   - allowsWinograd: whether Winograd's algorithm may be used where the rule admits it.
    ///   - place: gives the output its place in the workspace.
    init(
        name: String, input: Signal, outputDims: [Int], kernel: Int, bias: Int, geometry: Geometry,
        rectifies: Bool, precision: Precision, allowsWinograd: Bool, threads: Int,
        store: ParameterStore, place: (Int) -> Int
    ) throws {
        let kernelDims = store.entries[kernel].specification.dims
        let winograd =
            allowsWinograd && precision == .float32 && kernelDims[2...] == [3, 3]
            && geometry.strides == [1, 1] && kernelDims[1] >= 32 && DNNL.hasAVX512
        self.geometry = geometry
        self.threads = threads

        func describe(_ algorithm: dnnl_alg_kind_t) throws -> Primitive {
            var source = input.layout
            var weights = try dnnl_memory_desc_t.make(kernelDims, precision.dataType, dnnl_format_tag_any)
            var bias = try dnnl_memory_desc_t.make([kernelDims[0]], dnnl_f32, dnnl_a)
            var destination = try dnnl_memory_desc_t.make(
                outputDims, precision.dataType, DNNL.imageLayout)
            var operation = dnnl_convolution_desc_t()
            try DNNL.check(
                dnnl_convolution_forward_desc_init(
                    &operation, dnnl_forward_training, algorithm, &source, &weights, &bias, &destination,
                    geometry.dnnlStrides, geometry.before, geometry.after), name)
            return try Primitive("\(name) forward", &operation, rectified: rectifies)
        }
        var forward: Primitive?
        var algorithm = dnnl_convolution_direct
        if winograd, let primitive = try? describe(dnnl_convolution_winograd) {
            forward = primitive
            algorithm = dnnl_convolution_winograd
        }
        let chosen = try forward ?? describe(dnnl_convolution_direct)
        self.algorithm = algorithm
        let layout = chosen.layout(dnnl_query_dst_md)

        // The stored layout is the weight gradient's, in training and in inference alike.
        if store.layout(of: kernel) == nil {
            let backward = try ConvolutionNode.backwardWeights(
                name, input.layout, kernelDims, nil, layout, algorithm, geometry, chosen)
            store.chooseLayout(of: kernel, backward.layout(dnnl_query_diff_weights_md))
        }
        usesOwnWinograd =
            try allowsWinograd
            && WinogradConvolution.isFor(precision, kernelDims: kernelDims, geometry: geometry)
            && dnnl_memory_desc_t.same(input.layout, .make(input.dims, dnnl_bf16, dnnl_nChw16c))
            && dnnl_memory_desc_t.same(layout, .make(outputDims, dnnl_bf16, dnnl_nChw16c))
            && store.layout(of: kernel).map {
                try dnnl_memory_desc_t.same($0, .make(kernelDims, dnnl_f32, dnnl_OIhw16i16o))
            } ?? false
        try super.init(
            name: name, input: input,
            output: Signal(dims: outputDims, layout: layout, offset: place(layout.byteCount)),
            kernel: kernel, bias: bias, rectifies: rectifies, precision: precision, store: store,
            forward: chosen)
    }

    fileprivate override func makeWinogradForward() -> WinogradConvolution? {
        guard usesOwnWinograd else { return nil }
        let transformed = WinogradKernel(dims: store.entries[kernel].specification.dims, isTurned: false)
        return WinogradConvolution(
            transformed, dims: input.dims, input: input.place, kernel: weights(transformed),
            bias: .parameter(bias), rectifies: rectifies, output: output.place, threads: threads)
    }

    fileprivate override func makeWinogradBackwardData() -> WinogradConvolution? {
        guard usesOwnWinograd else { return nil }
        let transformed = WinogradKernel(dims: store.entries[kernel].specification.dims, isTurned: true)
        return WinogradConvolution(
            transformed, dims: output.dims, input: output.gradientPlace, kernel: weights(transformed),
            bias: nil, rectifies: false, output: input.gradientPlace, threads: threads)
    }

    fileprivate override func makeWinogradBackwardWeights() -> WinogradGradient? {
        guard usesOwnWinograd, WinogradGradient.isFor(kernelDims: store.entries[kernel].specification.dims)
        else { return nil }
        return WinogradGradient(
            dims: input.dims, outputs: output.dims[1], input: input.place,
            outputGradient: output.gradientPlace, kernelGradient: .gradient(kernel),
            biasGradient: .gradient(bias), threads: threads)
    }

    fileprivate override func makeBackwardData(gradient: dnnl_memory_desc_t) throws -> Primitive {
        var source = input.layout
        var gradient = gradient
        var weights = try dnnl_memory_desc_t.make(
            store.entries[kernel].specification.dims, precision.dataType, dnnl_format_tag_any)
        var operation = dnnl_convolution_desc_t()
        try DNNL.check(
            dnnl_convolution_backward_data_desc_init(
                &operation, algorithm, &source, &weights, &gradient, geometry.dnnlStrides,
                geometry.before, geometry.after), name)
        return try Primitive("\(name) backward data", &operation, hint: forwardPrimitive)
    }

    fileprivate override func makeBackwardWeights(gradient: dnnl_memory_desc_t) throws -> Primitive {
        try ConvolutionNode.backwardWeights(
            name, input.layout, store.entries[kernel].specification.dims, store.layout(of: kernel), gradient,
            algorithm, geometry, forwardPrimitive)
    }

    private static func backwardWeights(
        _ name: String, _ source: dnnl_memory_desc_t, _ kernelDims: [Int], _ stored: dnnl_memory_desc_t?,
        _ gradient: dnnl_memory_desc_t, _ algorithm: dnnl_alg_kind_t, _ geometry: Geometry,
        _ forward: Primitive
    ) throws -> Primitive {
        var source = source
        var gradient = gradient
        var weights = try stored ?? dnnl_memory_desc_t.make(kernelDims, dnnl_f32, dnnl_format_tag_any)
        var bias = try dnnl_memory_desc_t.make([kernelDims[0]], dnnl_f32, dnnl_a)
        var operation = dnnl_convolution_desc_t()
        try DNNL.check(
            dnnl_convolution_backward_weights_desc_init(
                &operation, algorithm, &source, &weights, &bias, &gradient, geometry.dnnlStrides,
                geometry.before, geometry.after), name)
        return try Primitive("\(name) backward weights", &operation, hint: forward)
    }
}

/// A dense layer: the product of a matrix with a kernel, or of images as they lie in memory.
///
/// Flatten costs nothing: the product reads the blocked image, and the kernel's four dimensions are
/// mapped to the order in which Keras flattens.
final class InnerProductNode: WeightedNode {
    init(
        name: String, input: Signal, units: Int, kernel: Int, bias: Int, rectifies: Bool,
        outputType: dnnl_data_type_t, precision: Precision, store: ParameterStore, place: (Int) -> Int
    ) throws {
        let kernelDims = store.entries[kernel].specification.dims
        let outputDims = [input.dims[0], units]

        var source = input.layout
        var weights = try dnnl_memory_desc_t.make(kernelDims, precision.dataType, dnnl_format_tag_any)
        var bias_ = try dnnl_memory_desc_t.make([units], dnnl_f32, dnnl_a)
        var destination = try dnnl_memory_desc_t.make(outputDims, outputType, dnnl_ab)
        var operation = dnnl_inner_product_desc_t()
        try DNNL.check(
            dnnl_inner_product_forward_desc_init(
                &operation, dnnl_forward_training, &source, &weights, &bias_, &destination), name)
        let chosen = try Primitive(
            "\(name) forward", &operation, rectified: rectifies)

        if store.layout(of: kernel) == nil {
            var gradient = destination
            gradient.data_type = precision.dataType
            let backward = try InnerProductNode.backwardWeights(
                name, input.layout, kernelDims, nil, gradient, chosen)
            store.chooseLayout(of: kernel, backward.layout(dnnl_query_diff_weights_md))
        }
        try super.init(
            name: name, input: input,
            output: Signal(dims: outputDims, layout: destination, offset: place(destination.byteCount)),
            kernel: kernel, bias: bias, rectifies: rectifies, precision: precision, store: store,
            forward: chosen)
    }

    fileprivate override func makeBackwardData(gradient: dnnl_memory_desc_t) throws -> Primitive {
        var source = input.layout
        var gradient = gradient
        func describe(_ layout: dnnl_memory_desc_t) throws -> Primitive {
            var weights = layout
            var operation = dnnl_inner_product_desc_t()
            try DNNL.check(
                dnnl_inner_product_backward_data_desc_init(&operation, &source, &weights, &gradient), name)
            return try Primitive("\(name) backward data", &operation, hint: forwardPrimitive)
        }
        // The forward pass's own layout spares a transposition after every optimizer step.
        let shared = forwardPrimitive.layout(dnnl_query_weights_md)
        if let primitive = try? describe(shared), !primitive.isReference { return primitive }
        return try describe(
            .make(store.entries[kernel].specification.dims, precision.dataType, dnnl_format_tag_any))
    }

    fileprivate override func makeBackwardWeights(gradient: dnnl_memory_desc_t) throws -> Primitive {
        try InnerProductNode.backwardWeights(
            name, input.layout, store.entries[kernel].specification.dims, store.layout(of: kernel), gradient,
            forwardPrimitive)
    }

    private static func backwardWeights(
        _ name: String, _ source: dnnl_memory_desc_t, _ kernelDims: [Int], _ stored: dnnl_memory_desc_t?,
        _ gradient: dnnl_memory_desc_t, _ forward: Primitive
    ) throws -> Primitive {
        var source = source
        var gradient = gradient
        var weights = try stored ?? dnnl_memory_desc_t.make(kernelDims, dnnl_f32, dnnl_format_tag_any)
        var bias = try dnnl_memory_desc_t.make([kernelDims[0]], dnnl_f32, dnnl_a)
        var operation = dnnl_inner_product_desc_t()
        try DNNL.check(
            dnnl_inner_product_backward_weights_desc_init(
                &operation, &source, &weights, &bias, &gradient), name)
        return try Primitive("\(name) backward weights", &operation, hint: forward)
    }
}
