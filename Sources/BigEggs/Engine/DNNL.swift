import COneDNN

/// What the engine can refuse, named by the layer or the primitive it happened in.
public enum EngineError: Error, Equatable, CustomStringConvertible {
    case oneDNN(operation: String, status: Int32)
    case outOfMemory(bytes: Int)
    case invalidThreadCount(Int)
    /// The process was forked from one in which another thread, or a callback, was at work.
    case forkedAtWork

    public var description: String {
        switch self {
        case .oneDNN(let operation, let status):
            "oneDNN refused \(operation) with status \(status) (\(EngineError.name(ofStatus: status)))"
        case .outOfMemory(let bytes):
            "no memory for \(bytes / 1_048_576) MiB of activations: try a smaller batch size"
        case .invalidThreadCount(let count):
            "\(count) threads: use 1 or more"
        case .forkedAtWork:
            "this process was forked while its parent trained or predicted: fork before or after that, or start "
                + "a fresh process (in Python multiprocessing.get_context(\"spawn\"))"
        }
    }

    private static func name(ofStatus status: Int32) -> String {
        switch status {
        case 1: "out of memory"
        case 2: "invalid arguments"
        case 3: "unimplemented"
        default: "runtime error"
        }
    }
}

/// oneDNN's engine and stream: one of each a process, for the processor.
///
/// Every call into oneDNN's C API is in this folder, so that another version of oneDNN is a change
/// of this folder alone.
enum DNNL {
    private typealias Handles = (engine: dnnl_engine_t, stream: dnnl_stream_t)

    /// What `dnnl_engine_create` and `dnnl_stream_create` gave, or the error they ended in.
    nonisolated(unsafe) private static let shared: Result<Handles, EngineError> = {
        var engine: dnnl_engine_t?
        var stream: dnnl_stream_t?
        var status = dnnl_engine_create(&engine, dnnl_cpu, 0)
        guard status == dnnl_success, let engine else {
            return .failure(.oneDNN(operation: "the engine", status: Int32(status.rawValue)))
        }
        status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue)
        guard status == dnnl_success, let stream else {
            return .failure(.oneDNN(operation: "the stream", status: Int32(status.rawValue)))
        }
        return .success((engine, stream))
    }()

    static func engine() throws -> dnnl_engine_t { try shared.get().engine }
    static func stream() throws -> dnnl_stream_t { try shared.get().stream }

    static func check(_ status: dnnl_status_t, _ operation: @autoclosure () -> String) throws {
        guard status == dnnl_success else {
            throw EngineError.oneDNN(operation: operation(), status: Int32(status.rawValue))
        }
    }

    /// "2.6.3".
    static var version: String {
        guard let version = dnnl_version() else { return "unknown" }
        return "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
    }

    /// The widest instruction set that oneDNN generates code for here.
    static var instructionSet: String {
        switch dnnl_get_effective_cpu_isa() {
        case dnnl_cpu_isa_sse41: "SSE4.1"
        case dnnl_cpu_isa_avx: "AVX"
        case dnnl_cpu_isa_avx2: "AVX2"
        case dnnl_cpu_isa_avx512_core: "AVX-512"
        case dnnl_cpu_isa_avx512_core_vnni: "AVX-512 VNNI"
        case dnnl_cpu_isa_avx512_core_bf16: "AVX-512 BF16"
        case dnnl_cpu_isa_avx512_core_amx: "AMX"
        default: "other"
        }
    }

    static var hasAVX512: Bool {
        switch dnnl_get_effective_cpu_isa() {
        case dnnl_cpu_isa_sse41, dnnl_cpu_isa_avx, dnnl_cpu_isa_avx2: false
        default: instructionSet != "other"
        }
    }

    /// The layout of images between layers: the one that oneDNN's convolutions for this processor pick
    /// for themselves when asked.
    static var imageLayout: dnnl_format_tag_t {
        if hasAVX512 { return dnnl_nChw16c }
        return instructionSet == "AVX2" ? dnnl_nChw8c : dnnl_nhwc
    }

    static var hasBFloat16: Bool {
        ["AVX-512 BF16", "AMX"].contains(instructionSet)
    }
}

extension dnnl_memory_desc_t {
    /// A dense descriptor in one of oneDNN's named layouts, or in the one that a primitive will choose.
    static func make(
        _ dims: [Int], _ type: dnnl_data_type_t, _ tag: dnnl_format_tag_t
    ) throws -> dnnl_memory_desc_t {
        var result = dnnl_memory_desc_t()
        let wide = dims.map { dnnl_dim_t($0) }
        try DNNL.check(
            dnnl_memory_desc_init_by_tag(&result, Int32(dims.count), wide, type, tag), "a layout of \(dims)")
        return result
    }

    /// A descriptor with the stride of each dimension given.
    static func make(
        _ dims: [Int], _ type: dnnl_data_type_t, strides: [Int]
    ) throws -> dnnl_memory_desc_t {
        var result = dnnl_memory_desc_t()
        let wide = dims.map { dnnl_dim_t($0) }
        try DNNL.check(
            dnnl_memory_desc_init_by_strides(
                &result, Int32(dims.count), wide, type, strides.map { dnnl_dim_t($0) }),
            "strides \(strides) of \(dims)")
        return result
    }

    var byteCount: Int { withUnsafePointer(to: self) { dnnl_memory_desc_get_size($0) } }

    static func same(_ first: dnnl_memory_desc_t, _ second: dnnl_memory_desc_t) -> Bool {
        withUnsafePointer(to: first) { first in
            withUnsafePointer(to: second) { dnnl_memory_desc_equal(first, $0) != 0 }
        }
    }
}

/// Where the bytes of a primitive's argument are.
///
/// A plan is described first and given memory afterwards, so arguments name places, not pointers.
enum Place: Equatable {
    /// Bytes from the start of the plan's workspace.
    case workspace(Int)
    /// Elements from the start of the parameters, and of their gradients.
    case parameter(Int)
    case gradient(Int)
    /// A parameter in another layout or precision: its index in the parameter store's list of copies.
    case copy(Int)
}

/// A primitive, its description, and its arguments.
final class Primitive {
    let name: String
    private let description: dnnl_primitive_desc_t
    private var primitive: dnnl_primitive_t?
    private let arguments: UnsafeMutablePointer<dnnl_exec_arg_t>
    private var places: [Place] = []
    private let stream: dnnl_stream_t

    private static let maximumArguments = 12

    /// Takes ownership of `description`.
    private init(name: String, description: dnnl_primitive_desc_t) throws {
        self.name = name
        self.description = description
        stream = try DNNL.stream()
        arguments = .allocate(capacity: Primitive.maximumArguments)
        try DNNL.check(dnnl_primitive_create(&primitive, description), name)
    }

    /// Describes and creates a primitive from one of oneDNN's operation descriptors.
    ///
    /// - Parameters:
    ///   - rectified: a ReLU follows in the same pass.
    ///   - hint: the forward primitive that a backward one belongs to.
    convenience init(
        _ name: String, _ operation: UnsafeRawPointer, rectified: Bool = false, hint: Primitive? = nil
    ) throws {
        var attributes: dnnl_primitive_attr_t?
        try DNNL.check(dnnl_primitive_attr_create(&attributes), name)
        defer { dnnl_primitive_attr_destroy(attributes) }
        try DNNL.check(
            dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), name)
        if rectified {
            var operations: dnnl_post_ops_t?
            try DNNL.check(dnnl_post_ops_create(&operations), name)
            defer { dnnl_post_ops_destroy(operations) }
            try DNNL.check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0), name)
            try DNNL.check(dnnl_primitive_attr_set_post_ops(attributes, operations), name)
        }
        var description: dnnl_primitive_desc_t?
        try DNNL.check(
            dnnl_primitive_desc_create(
                &description, operation, attributes, try DNNL.engine(), hint?.description), name)
        guard let description else { throw EngineError.oneDNN(operation: name, status: -1) }
        try self.init(name: name, description: description)
    }

    /// A copy from one layout and type to another.
    convenience init(
        reorder name: String, from source: dnnl_memory_desc_t, to destination: dnnl_memory_desc_t
    ) throws {
        var source = source
        var destination = destination
        var attributes: dnnl_primitive_attr_t?
        try DNNL.check(dnnl_primitive_attr_create(&attributes), name)
        defer { dnnl_primitive_attr_destroy(attributes) }
        try DNNL.check(
            dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), name)
        let engine = try DNNL.engine()
        var description: dnnl_primitive_desc_t?
        try DNNL.check(
            dnnl_reorder_primitive_desc_create(
                &description, &source, engine, &destination, engine, attributes), name)
        guard let description else { throw EngineError.oneDNN(operation: name, status: -1) }
        try self.init(name: name, description: description)
    }

    deinit {
        for index in places.indices { dnnl_memory_destroy(arguments[index].memory) }
        arguments.deallocate()
        if let primitive { dnnl_primitive_destroy(primitive) }
        dnnl_primitive_desc_destroy(description)
    }

    /// The name oneDNN gives to the implementation it chose, such as `jit_wino_4x3:avx512_core`.
    var implementation: String {
        var text: UnsafePointer<CChar>?
        _ = withUnsafeMutablePointer(to: &text) {
            dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, $0)
        }
        return text.map { String(cString: $0) } ?? "unknown"
    }

    /// Whether oneDNN fell back to its plain reference code, which is hundreds of times slower.
    var isReference: Bool { implementation.hasPrefix("ref") }

    /// The layout that the primitive chose for one of its arguments.
    func layout(_ query: dnnl_query_t, _ index: Int = 0) -> dnnl_memory_desc_t {
        dnnl_primitive_desc_query_md(description, query, Int32(index))?.pointee ?? dnnl_memory_desc_t()
    }

    /// Adds an argument that `bind` gives its address.
    func add(_ argument: Int32, _ layout: dnnl_memory_desc_t, at place: Place) throws {
        var layout = layout
        var memory: dnnl_memory_t?
        try DNNL.check(
            dnnl_memory_create(&memory, &layout, try DNNL.engine(), nil), "an argument of \(name)")
        arguments[places.count] = dnnl_exec_arg_t(arg: argument, memory: memory)
        places.append(place)
    }

    /// Gives every argument the address of its place.
    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws {
        for (index, place) in places.enumerated() {
            try DNNL.check(
                dnnl_memory_set_data_handle(arguments[index].memory, address(place)), "binding \(name)")
        }
    }

    @inline(__always)
    func execute() {
        dnnl_primitive_execute(primitive, stream, Int32(places.count), arguments)
    }
}
