import Foundation
import Testing

@Suite struct ProcessorTests {
    /// Emulates a processor of 2008 without AVX; the build is for the processor that compiled it.
    @Test func anUnsupportedProcessorIsReported() throws {
        let run = try BigEggsProgram(
            running: URL(fileURLWithPath: "/usr/bin/qemu-x86_64"),
            ["-cpu", "Nehalem", BigEggsProgram.url.path, "--help"])
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("error: this build of BigEggs is for a processor that has avx"))
        #expect(run.errors.count { $0 == "\n" } == 1)
    }
}
