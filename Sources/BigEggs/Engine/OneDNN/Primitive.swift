import COneDNN

/// A oneDNN primitive, its descriptor, and its arguments.
final class Primitive {
    let name: String
    let description: dnnl_primitive_desc_t
    private var primitive: dnnl_primitive_t?
    private let arguments: UnsafeMutablePointer<dnnl_exec_arg_t>
    private var places: [(place: Place, offset: Int)] = []
    private let stream: dnnl_stream_t

    /// Describes and creates the primitive of an operation.
    init(_ name: String, _ operation: Operation) throws {
        self.name = name
        stream = try DNNL.stream()
        var attributes: dnnl_primitive_attr_t?
        try DNNL.check(dnnl_primitive_attr_create(&attributes), name)
        defer { dnnl_primitive_attr_destroy(attributes) }
        try DNNL.check(
            dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), name)
        try Primitive.append(operation.postOperations, to: attributes, name)
        description = try operation.description(named: name, attributes)
        arguments = .allocate(capacity: Argument.allCases.count)
        try DNNL.check(dnnl_primitive_create(&primitive, description), name)
    }

    private static func append(
        _ postOperations: [Operation.PostOperation], to attributes: dnnl_primitive_attr_t?, _ name: String
    ) throws {
        guard !postOperations.isEmpty else { return }
        var list: dnnl_post_ops_t?
        try DNNL.check(dnnl_post_ops_create(&list), name)
        defer { dnnl_post_ops_destroy(list) }
        for postOperation in postOperations {
            switch postOperation {
            case .rectifier: try DNNL.check(be_append_rectifier(list), name)
            }
        }
        try DNNL.check(dnnl_primitive_attr_set_post_ops(attributes, list), name)
    }

    deinit {
        for index in places.indices { dnnl_memory_destroy(arguments[index].memory) }
        arguments.deallocate()
        if let primitive { dnnl_primitive_destroy(primitive) }
        dnnl_primitive_desc_destroy(description)
    }

    /// The name oneDNN gives to the implementation it chose, such as `jit:avx512_core`.
    var implementation: String {
        var text: UnsafePointer<CChar>?
        _ = withUnsafeMutablePointer(to: &text) {
            dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, $0)
        }
        return text.map { String(cString: $0) } ?? "unknown"
    }

    /// Whether oneDNN fell back to its plain reference code, which is hundreds of times slower.
    var isReference: Bool { implementation.hasPrefix("ref") }

    private func descriptor(of argument: Argument) -> const_dnnl_memory_desc_t? {
        dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, argument.number)
    }

    /// The layout that the primitive needs for an argument.
    func layout(of argument: Argument) throws -> LayoutChoice {
        guard let chosen = try Descriptor.chosen(descriptor(of: argument)) else {
            throw EngineError.oneDNN(operation: "an argument of \(name)", status: -1)
        }
        return chosen
    }

    /// Bytes of an argument; 0 if the primitive has no such argument.
    func byteCount(of argument: Argument) -> Int {
        descriptor(of: argument).map { dnnl_memory_desc_get_size($0) } ?? 0
    }

    /// Adds an argument. `bind` sets its address, which is `offset` bytes after the address of `place`.
    func add(_ argument: Argument, at place: Place, offset: Int = 0) throws {
        var memory: dnnl_memory_t?
        try DNNL.check(
            dnnl_memory_create(&memory, descriptor(of: argument), DNNL.engine(), nil),
            "an argument of \(name)")
        arguments[places.count] = dnnl_exec_arg_t(arg: argument.number, memory: memory)
        places.append((place, offset))
    }

    /// Gives every argument the address of its place.
    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws {
        for (index, argument) in places.enumerated() {
            try DNNL.check(
                dnnl_memory_set_data_handle(
                    arguments[index].memory, address(argument.place) + argument.offset),
                "binding \(name)")
        }
    }

    @inline(__always)
    func execute() {
        dnnl_primitive_execute(primitive, stream, Int32(places.count), arguments)
    }
}

extension Primitive: Pass {
    var scratchpadBytes: Int { byteCount(of: .scratchpad) }

    func useScratchpad(at place: Place) throws {
        guard scratchpadBytes > 0 else { return }
        try add(.scratchpad, at: place)
    }
}

extension Argument {
    fileprivate var number: Int32 {
        switch self {
        case .source: DNNL_ARG_SRC
        case .weights: DNNL_ARG_WEIGHTS
        case .bias: DNNL_ARG_BIAS
        case .destination: DNNL_ARG_DST
        case .sourceGradient: DNNL_ARG_DIFF_SRC
        case .weightsGradient: DNNL_ARG_DIFF_WEIGHTS
        case .biasGradient: DNNL_ARG_DIFF_BIAS
        case .destinationGradient: DNNL_ARG_DIFF_DST
        case .workspace: DNNL_ARG_WORKSPACE
        case .scratchpad: DNNL_ARG_SCRATCHPAD
        }
    }
}
