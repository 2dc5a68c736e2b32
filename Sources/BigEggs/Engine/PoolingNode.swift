import COneDNN

/// Max pooling as oneDNN's primitive; its workspace remembers where each maximum was.
final class PoolingNode: Node {
    let name: String
    let input: Signal
    let output: Signal
    private let window: [Int]
    private let strides: [Int]
    private let paddingBefore: [Int]
    private let paddingAfter: [Int]
    private let forwardPrimitive: Primitive
    private var backwardPrimitive: Primitive?
    private let remembered: Place

    init(
        name: String, input: Signal, outputDims: [Int], window: [Int], strides: [Int],
        paddingBefore: [Int], paddingAfter: [Int], training: Bool, reserve: (Int) -> Int,
        place: (Int) -> Int
    ) throws {
        self.name = name
        self.input = input
        self.window = window
        self.strides = strides
        self.paddingBefore = paddingBefore
        self.paddingAfter = paddingAfter
        var source = input.layout
        var destination = try dnnl_memory_desc_t.make(
            outputDims, input.layout.data_type, dnnl_format_tag_any)
        var operation = dnnl_pooling_desc_t()
        try DNNL.check(
            dnnl_pooling_forward_desc_init(
                &operation, training ? dnnl_forward_training : dnnl_forward_inference, dnnl_pooling_max,
                &source, &destination, strides.map { dnnl_dim_t($0) }, window.map { dnnl_dim_t($0) },
                paddingBefore.map { dnnl_dim_t($0) }, paddingAfter.map { dnnl_dim_t($0) }), name)
        forwardPrimitive = try Primitive("\(name) forward", &operation)
        destination = forwardPrimitive.layout(dnnl_query_dst_md)
        output = Signal(dims: outputDims, layout: destination, offset: place(destination.byteCount))
        output.isRectified = false
        let workspace = forwardPrimitive.layout(dnnl_query_workspace_md)
        remembered = .workspace(training ? reserve(workspace.byteCount) : 0)
        try forwardPrimitive.add(DNNL_ARG_SRC, source, at: input.place)
        try forwardPrimitive.add(DNNL_ARG_DST, destination, at: output.place)
        if training { try forwardPrimitive.add(DNNL_ARG_WORKSPACE, workspace, at: remembered) }
    }

    func describeBackward(needsInputGradient: Bool) throws {
        guard needsInputGradient else { return }
        var source = input.layout
        var destination = output.layout
        var operation = dnnl_pooling_desc_t()
        try DNNL.check(
            dnnl_pooling_backward_desc_init(
                &operation, dnnl_pooling_max, &source, &destination, strides.map { dnnl_dim_t($0) },
                window.map { dnnl_dim_t($0) }, paddingBefore.map { dnnl_dim_t($0) },
                paddingAfter.map { dnnl_dim_t($0) }), name)
        let primitive = try Primitive("\(name) backward", &operation, hint: forwardPrimitive)
        try primitive.add(DNNL_ARG_DIFF_DST, destination, at: output.gradientPlace)
        try primitive.add(DNNL_ARG_DIFF_SRC, source, at: input.gradientPlace)
        try primitive.add(
            DNNL_ARG_WORKSPACE, forwardPrimitive.layout(dnnl_query_workspace_md), at: remembered)
        backwardPrimitive = primitive
    }

    var passes: [any Pass] { [forwardPrimitive, backwardPrimitive].compactMap { $0 } }
    func forward(_ step: StepContext) { forwardPrimitive.execute() }
    func backward(_ step: StepContext) { backwardPrimitive?.execute() }
    var algorithms: [(pass: String, implementation: String)] {
        [("forward", forwardPrimitive), ("backward", backwardPrimitive)]
            .compactMap { pass, primitive in primitive.map { (pass, $0.implementation) } }
    }
}
