import CKernels
import COneDNN
import Glibc

/// oneDNN's CPU engine and stream, one of each per process.
///
/// All calls of oneDNN's C functions are in this folder. They use the 3.x interface; COneDNN adapts 2.6 to it.
package enum DNNL {
    private typealias Handles = (engine: dnnl_engine_t, stream: dnnl_stream_t)

    /// The engine and the stream, or the error of creating them.
    nonisolated(unsafe) private static let shared: Result<Handles, EngineError> = {
        if let fault = build?.fault { return .failure(fault) }
        _ = instructionSet
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

    /// The loaded library, whose version may differ from the header's.
    package static let build: Build? = dnnl_version().map {
        Build(
            major: Int($0.pointee.major), minor: Int($0.pointee.minor), patch: Int($0.pointee.patch),
            runtime: $0.pointee.cpu_runtime)
    }

    /// The loaded library's version, such as "2.6.3".
    static var version: String { build?.version ?? "unknown" }

    /// A oneDNN build's version and threading runtime.
    package struct Build {
        package let major, minor, patch: Int
        /// `DNNL_RUNTIME_OMP` or another `DNNL_RUNTIME_…` constant.
        let runtime: UInt32

        package init(major: Int, minor: Int, patch: Int, runtime: UInt32) {
            self.major = major
            self.minor = minor
            self.patch = patch
            self.runtime = runtime
        }

        package var version: String { "\(major).\(minor).\(patch)" }

        private static let runtimes: [UInt32: String] = [
            UInt32(DNNL_RUNTIME_NONE): "no processor", UInt32(DNNL_RUNTIME_SEQ): "one thread",
            UInt32(DNNL_RUNTIME_OMP): "OpenMP", UInt32(DNNL_RUNTIME_TBB): "TBB",
            UInt32(DNNL_RUNTIME_THREADPOOL): "a thread pool of the caller",
            UInt32(DNNL_RUNTIME_SYCL): "SYCL",
        ]

        /// Why the engine cannot use this build; `nil` if it can.
        package var fault: EngineError? {
            if (major, minor) < (2, 6) { return .oneDNNTooOld(version: version) }
            guard runtime != UInt32(DNNL_RUNTIME_OMP) else { return nil }
            return .oneDNNThreads(
                version: version, runtime: Build.runtimes[runtime] ?? "threads of kind \(runtime)")
        }
    }

    /// The numbers that this version of oneDNN gives to instruction sets.
    package static let instructionSetNumbers: [(set: InstructionSet, number: UInt32)] = [
        (.sse41, dnnl_cpu_isa_sse41), (.avx, dnnl_cpu_isa_avx), (.avx2, dnnl_cpu_isa_avx2),
        (.avx512, dnnl_cpu_isa_avx512_core), (.avx512VNNI, dnnl_cpu_isa_avx512_core_vnni),
        (.avx512BF16, dnnl_cpu_isa_avx512_core_bf16), (.avx512FP16, dnnl_cpu_isa_avx512_core_fp16),
        (.amx, dnnl_cpu_isa_avx512_core_amx), (.amxFP16, dnnl_cpu_isa_avx512_core_amx_fp16),
    ].map { ($0, $1.rawValue) }

    /// The largest instruction set that the engine uses on this processor.
    ///
    /// Only the engine's own kernels use AMX. oneDNN is limited to the sets before it: the primitives of 2.6 that use AMX
    /// end the process when several threads run them at once. `ONEDNN_MAX_CPU_ISA` limits both.
    package static let instructionSet: InstructionSet = {
        let usesTiles = be_processor_has_tiles() && tileRefusal == nil
        let effective = InstructionSet(
            containedIn: dnnl_get_effective_cpu_isa().rawValue, of: instructionSetNumbers)
        return usesTiles && effective >= .avx512BF16 ? .amx : min(effective, .avx512FP16)
    }()

    /// Why AMX is not used although the processor has it; `nil` if it is used, or the processor does not have it.
    package static let tileRefusal: String? = {
        guard be_processor_has_tiles() else { return nil }
        guard allowsTiles(limit) else { return "ONEDNN_MAX_CPU_ISA is \(limit)" }
        guard be_tiles_are_allowed() else { return "Linux does not allow it" }
        return leavesTilesAlone ? nil : "oneDNN was in use before"
    }()

    /// The name of the instruction set that the environment limits oneDNN to; empty without a limit.
    private static var limit: String {
        (getenv("ONEDNN_MAX_CPU_ISA") ?? getenv("DNNL_MAX_CPU_ISA")).map { String(cString: $0) } ?? ""
    }

    /// Whether a limit, such as "AVX512_CORE_BF16", allows AMX.
    package static func allowsTiles(_ limit: String) -> Bool {
        let limit = limit.uppercased()
        return ["", "ALL", "DEFAULT"].contains(limit) || limit.contains("AMX")
    }

    /// Limits oneDNN to the sets before AMX.
    ///
    /// - Returns: false if oneDNN has chosen its set before.
    private static var leavesTilesAlone: Bool {
        let largest =
            dnnl_cpu_isa_avx512_core_fp16.rawValue == .max
            ? dnnl_cpu_isa_avx512_core_bf16 : dnnl_cpu_isa_avx512_core_fp16
        return dnnl_set_max_cpu_isa(largest) == dnnl_success
    }
}
