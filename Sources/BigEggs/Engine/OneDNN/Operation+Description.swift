import COneDNN

extension Operation {
    /// Operations fused into the same primitive.
    var postOperations: [PostOperation] {
        switch self {
        case .convolution(.forward(let list), _, _), .innerProduct(.forward(let list), _): list
        default: []
        }
    }

    /// Creates the primitive descriptor, for which oneDNN chooses an implementation. The caller destroys it.
    func description(named name: String, _ attributes: dnnl_primitive_attr_t?) throws -> dnnl_primitive_desc_t
    {
        let engine = try DNNL.engine()
        var result: dnnl_primitive_desc_t?
        // oneDNN copies the descriptors in the call below; they must live until then.
        var alive: [Descriptor] = []
        defer { withExtendedLifetime(alive) {} }
        func handle(_ choice: LayoutChoice) throws -> be_memory_desc {
            let descriptor = try Descriptor.of(choice)
            alive.append(descriptor)
            return descriptor.handle
        }
        func handle(_ layout: TensorLayout) throws -> be_memory_desc { try handle(.described(layout)) }
        func handle(biasOf layouts: Weighted) throws -> be_memory_desc? {
            try layouts.bias.map { try handle($0) }
        }

        let status =
            switch self {
            case .convolution(let pass, let layouts, let window):
                switch pass {
                case .forward:
                    try dnnl_convolution_forward_primitive_desc_create(
                        &result, engine, dnnl_forward_training, dnnl_convolution_direct,
                        handle(layouts.source),
                        handle(layouts.weights), handle(biasOf: layouts), handle(layouts.destination),
                        window.strides.wide, window.dilations, window.paddingBefore.wide,
                        window.paddingAfter.wide, attributes)
                case .backwardData(let forward):
                    try dnnl_convolution_backward_data_primitive_desc_create(
                        &result, engine, dnnl_convolution_direct, handle(layouts.source),
                        handle(layouts.weights),
                        handle(layouts.destination), window.strides.wide, window.dilations,
                        window.paddingBefore.wide, window.paddingAfter.wide, forward.description, attributes)
                case .backwardWeights(let forward):
                    try dnnl_convolution_backward_weights_primitive_desc_create(
                        &result, engine, dnnl_convolution_direct, handle(layouts.source),
                        handle(layouts.weights),
                        handle(biasOf: layouts), handle(layouts.destination), window.strides.wide,
                        window.dilations, window.paddingBefore.wide, window.paddingAfter.wide,
                        forward.description, attributes)
                }
            case .innerProduct(let pass, let layouts):
                switch pass {
                case .forward:
                    try dnnl_inner_product_forward_primitive_desc_create(
                        &result, engine, dnnl_forward_training, handle(layouts.source),
                        handle(layouts.weights), handle(biasOf: layouts), handle(layouts.destination),
                        attributes
                    )
                case .backwardData(let forward):
                    try dnnl_inner_product_backward_data_primitive_desc_create(
                        &result, engine, handle(layouts.source), handle(layouts.weights),
                        handle(layouts.destination), forward.description, attributes)
                case .backwardWeights(let forward):
                    try dnnl_inner_product_backward_weights_primitive_desc_create(
                        &result, engine, handle(layouts.source), handle(layouts.weights),
                        handle(biasOf: layouts), handle(layouts.destination), forward.description, attributes)
                }
            case .pooling(let pooling, let window, let source, let destination, let training):
                try dnnl_pooling_forward_primitive_desc_create(
                    &result, engine, training ? dnnl_forward_training : dnnl_forward_inference,
                    pooling.algorithm, handle(source), handle(destination), window.strides.wide,
                    window.size.wide, window.dilations, window.paddingBefore.wide, window.paddingAfter.wide,
                    attributes)
            case .poolingGradient(let pooling, let window, let source, let destination, let forward):
                try dnnl_pooling_backward_primitive_desc_create(
                    &result, engine, pooling.algorithm, handle(source), handle(destination),
                    window.strides.wide, window.size.wide, window.dilations, window.paddingBefore.wide,
                    window.paddingAfter.wide, forward.description, attributes)
            case .elementwise(let element, let layout):
                try dnnl_eltwise_forward_primitive_desc_create(
                    &result, engine, dnnl_forward_training, element.function.algorithm, handle(layout),
                    handle(layout), element.alpha, element.beta, attributes)
            case .elementwiseGradient(let element, let layout, let forward):
                try dnnl_eltwise_backward_primitive_desc_create(
                    &result, engine, element.function.algorithm, handle(layout), handle(layout),
                    handle(layout), element.alpha, element.beta, forward.description, attributes)
            case .reorder(let source, let destination):
                try dnnl_reorder_primitive_desc_create(
                    &result, handle(source), engine, handle(destination), engine, attributes)
            }
        try DNNL.check(status, name)
        guard let result else { throw EngineError.oneDNN(operation: name, status: -1) }
        return result
    }
}

extension Operation.Weighted {
    /// The layout of the bias and of its gradient: a float32 for each output channel.
    fileprivate var bias: TensorLayout? {
        hasBias ? .rowMajor([destination.dims[1]], .float32) : nil
    }
}

extension Operation.Pooling {
    fileprivate var algorithm: dnnl_alg_kind_t {
        self == .largest ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding
    }
}

extension Operation.Elementwise.Function {
    fileprivate var algorithm: dnnl_alg_kind_t {
        switch self {
        case .gelu: dnnl_eltwise_gelu_erf
        case .geluTanh: dnnl_eltwise_gelu_tanh
        case .swish: dnnl_eltwise_swish
        case .elu: dnnl_eltwise_elu
        case .leakyRectifier: dnnl_eltwise_relu
        case .tanh: dnnl_eltwise_tanh
        case .logistic: dnnl_eltwise_logistic
        case .linear: dnnl_eltwise_linear
        }
    }
}

extension Operation.Window {
    /// No dilation, which oneDNN writes as 0.
    fileprivate var dilations: [dnnl_dim_t] { size.map { _ in 0 } }
}

extension [Int] {
    fileprivate var wide: [dnnl_dim_t] { map { dnnl_dim_t($0) } }
}
