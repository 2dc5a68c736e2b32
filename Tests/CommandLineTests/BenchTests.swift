import BigEggs
import Foundation
import Testing

@Suite struct BenchTests {
    private struct Bench: Decodable {
        struct Speed: Decodable { let images_per_second: Double }
        struct Choice: Decodable { let layer, algorithm: String }
        let training, inference: Speed?
        let threads: Int
        let fixed_parts: Int?
        let recipe, precision, processor, instruction_set, onednn: String
        let peak_memory_bytes: Int
        let algorithms: [Choice]
    }

    @Test func benchMeasuresTrainingAndInferenceAndNamesTheAlgorithms() throws {
        let run = try BigEggsProgram(
            "bench", "--steps", "1", "--rounds", "1", "--batch-size", "16", "--threads", "1", "--json")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let bench = try run.json(as: Bench.self)
        #expect(bench.fixed_parts == nil)
        #expect(try #require(bench.training).images_per_second > 0)
        #expect(try #require(bench.inference).images_per_second > 0)
        #expect(bench.threads == 1)
        #expect(bench.precision == "float32")
        #expect(!bench.processor.isEmpty)
        #expect(bench.instruction_set == Machine.instructionSet)
        #expect(bench.onednn == Machine.oneDNN)
        #expect(bench.peak_memory_bytes > 1_000_000)
        let convolutions = Set(bench.algorithms.map(\.layer).filter { $0.hasPrefix("conv2d") })
        #expect(convolutions.count == 6)
        #expect(bench.algorithms.allSatisfy { !$0.algorithm.isEmpty })
    }

    /// Winograd convolutions run if the engine has them for the processor and the precision, unless
    /// `--direct-convolutions` is given.
    @Test(arguments: [[], ["--direct-convolutions"], ["--precision", "auto"]])
    func theOutputNamesTheConvolutionsThatRan(_ options: [String]) throws {
        let run = try BigEggsProgram(
            running: BigEggsProgram.url,
            ["bench", "--steps", "1", "--rounds", "1", "--batch-size", "16", "--only", "training"] + options)
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        #expect(run.output.contains("oneDNN \(Machine.oneDNN) with \(Machine.instructionSet)"))
        let usesWinograd =
            switch options.last == "auto" ? Precision.fastest : .float32 {
            case .float32: DNNL.instructionSet >= .avx2
            case .bfloat16: (.avx512BF16 ..< .amx).contains(DNNL.instructionSet)
            }
        let isAllowed = options.last != "--direct-convolutions"
        #expect(run.output.contains("wino") == (usesWinograd && isAllowed))
    }

    @Test func inferenceCanBeMeasuredAlone() throws {
        let run = try BigEggsProgram(
            "bench", "--steps", "1", "--rounds", "1", "--batch-size", "16", "--threads", "1",
            "--only", "inference", "--exact", "4", "--json")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let bench = try run.json(as: Bench.self)
        #expect(bench.fixed_parts == 4)
        #expect(bench.training == nil)
        #expect(try #require(bench.inference).images_per_second > 0)
    }

    @Test func aRecipeFileCanBeMeasured() throws {
        let file = CopiedCheckout.root + "/Examples/recipes/wide.json"
        let run = try BigEggsProgram(
            "bench", "--recipe", file, "--steps", "1", "--rounds", "1", "--batch-size", "16", "--only",
            "training",
            "--json")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let bench = try run.json(as: Bench.self)
        #expect(bench.recipe == "wide" && bench.precision == "float32")
        #expect(bench.algorithms.filter { $0.layer.hasPrefix("conv2d") && $0.algorithm != "" }.count >= 3)
    }

    private struct Breakdown: Decodable {
        struct Pass: Decodable {
            let layer, pass: String
            let milliseconds, giga_operations_per_second: Double
        }
        struct Step: Decodable {
            let timed_milliseconds, sum_milliseconds: Double
            let passes: [Pass]
        }
        let training, inference: Step
        let peak_operations_per_second: [String: Double]
    }

    @Test func theBreakdownsPassesAddUpToTheStep() throws {
        let run = try BigEggsProgram(
            "bench", "--breakdown", "--steps", "2", "--rounds", "1", "--batch-size", "32", "--threads", "1",
            "--json")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let breakdown = try run.json(as: Breakdown.self)
        for step in [breakdown.training, breakdown.inference] {
            #expect(step.sum_milliseconds <= step.timed_milliseconds)
            #expect(step.sum_milliseconds > 0.8 * step.timed_milliseconds)
            let sum = step.passes.reduce(0) { $0 + $1.milliseconds }
            #expect(abs(sum - step.sum_milliseconds) < 1e-6 * sum)
        }
        #expect((breakdown.peak_operations_per_second["float32"] ?? 0) > 1e9)
        // A multiplication and an addition for 32 images, 32 · 32 positions, 3 · 3 · 3 inputs and 32 filters.
        let first = try #require(breakdown.training.passes.first { $0.layer == "conv2d" })
        let operations = first.giga_operations_per_second * first.milliseconds * 1e6
        #expect(abs(operations / (2 * 32 * 1024 * 27 * 32) - 1) < 1e-6)
    }

    @Test func withoutBFloat16InstructionsAutoIsFloat32AndBFloat16IsRefused() throws {
        let bench = ["bench", "--steps", "1", "--rounds", "1", "--batch-size", "8", "--json"]
        func run(_ precision: String, _ instructions: String) throws -> BigEggsProgram {
            try BigEggsProgram(
                running: BigEggsProgram.url, bench + ["--precision", precision],
                environment: ProcessInfo.processInfo.environment
                    .merging(["DNNL_MAX_CPU_ISA": instructions]) { $1 })
        }
        #expect(try run("auto", "AVX512_CORE").json(as: Bench.self).precision == "float32")
        let refused = try run("bfloat16", "AVX512_CORE")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("no bfloat16 instructions"), "standard error:\n\(refused.errors)")
    }
}
