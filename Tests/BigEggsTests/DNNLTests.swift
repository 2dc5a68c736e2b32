import BigEggs
import Foundation
import Testing

/// Which builds of oneDNN the engine accepts, and which source files may call oneDNN.
@Suite struct DNNLTests {
    private func fault(_ major: Int, _ minor: Int, _ patch: Int, runtime: UInt32 = 2) -> String? {
        DNNL.Build(major: major, minor: minor, patch: patch, runtime: runtime).fault?.description
    }

    @Test func theLoadedOneDNNIsAccepted() throws {
        let build = try #require(DNNL.build)
        #expect(build.fault == nil)
        #expect(build.version == Machine.oneDNN)
    }

    @Test func versionsFrom2_6OnAreAccepted() {
        for (major, minor, patch) in [(2, 6, 0), (2, 6, 3), (2, 7, 4), (3, 0, 0), (3, 7, 2), (4, 0, 0)] {
            #expect(fault(major, minor, patch) == nil)
        }
    }

    @Test func olderVersionsAreRefused() {
        for (major, minor, patch) in [(2, 5, 4), (2, 0, 0), (1, 7, 9), (0, 21, 1)] {
            #expect(
                fault(major, minor, patch)
                    == "oneDNN \(major).\(minor).\(patch) is too old: install 2.6 or later, such as Debian's package "
                    + "libdnnl-dev")
        }
    }

    @Test func buildsForOtherThreadingRuntimesAreRefused() {
        for (runtime, name) in [(1, "one thread"), (4, "TBB"), (512, "SYCL"), (64, "threads of kind 64")] {
            #expect(
                fault(3, 7, 2, runtime: UInt32(runtime))
                    == "this oneDNN 3.7.2 was built for \(name): install one built for OpenMP, such as Debian's "
                    + "package libdnnl-dev")
        }
    }

    @Test func aLimitWithoutAMXKeepsTheEngineFromUsingIt() {
        for limit in ["", "ALL", "default", "AVX512_CORE_AMX", "avx512_core_amx_fp16", "AVX10_1_512_AMX"] {
            #expect(DNNL.allowsTiles(limit))
        }
        for limit in ["SSE41", "AVX2", "AVX512_CORE", "AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX10_1_512"] {
            #expect(!DNNL.allowsTiles(limit))
        }
    }

    @Test func onlyOneFolderCallsOneDNN() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
            .filter { $0.hasSuffix(".swift") }
        let callers = try paths.filter {
            let text = try String(contentsOf: sources.appending(path: $0), encoding: .utf8)
            return text.contains(/import\s+COneDNN/) || text.contains(/\bdnnl_\w/)
        }
        #expect(paths.count > 100)
        #expect(!callers.isEmpty)
        #expect(callers.filter { !$0.hasPrefix("BigEggs/Engine/OneDNN/") }.isEmpty)
    }
}
