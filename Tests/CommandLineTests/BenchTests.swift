import Testing

@Suite struct BenchTests {
    private struct Bench: Decodable {
        struct Speed: Decodable { let images_per_second: Double }
        struct Choice: Decodable { let layer, algorithm: String }
        let training, inference: Speed?
        let threads: Int
        let precision, processor: String
        let peak_memory_bytes: Int
        let algorithms: [Choice]
    }

    @Test func benchMeasuresTrainingAndInferenceAndNamesTheAlgorithms() throws {
        let run = try BigEggsProgram(
            "bench", "--steps", "1", "--rounds", "1", "--batch-size", "16", "--threads", "1", "--json")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let bench = try run.json(as: Bench.self)
        #expect(try #require(bench.training).images_per_second > 0)
        #expect(try #require(bench.inference).images_per_second > 0)
        #expect(bench.threads == 1)
        #expect(bench.precision == "float32")
        #expect(!bench.processor.isEmpty)
        #expect(bench.peak_memory_bytes > 1_000_000)
        let convolutions = Set(bench.algorithms.map(\.layer).filter { $0.hasPrefix("conv2d") })
        #expect(convolutions.count == 6)
        #expect(bench.algorithms.allSatisfy { !$0.algorithm.isEmpty })
    }

    @Test func oneKindOfWorkCanBeMeasuredAlone() throws {
        let run = try BigEggsProgram(
            "bench", "--steps", "1", "--rounds", "1", "--batch-size", "16", "--threads", "1",
            "--only", "inference", "--json")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let bench = try run.json(as: Bench.self)
        #expect(bench.training == nil)
        #expect(try #require(bench.inference).images_per_second > 0)
    }
}
