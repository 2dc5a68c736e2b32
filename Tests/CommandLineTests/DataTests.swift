import Testing

@Suite struct DataTests {
    private struct Description: Decodable {
        struct Split: Decodable {
            let images: Int
            let perClass: [Int]
        }
        let name, path, checksum: String
        let isOfficial, isStandIn: Bool
        let classNames: [String]
        let imageShape: [Int]
        let train, test: Split
    }

    @Test func dataReportsCountsAndChecksumOfADirectory() throws {
        let data = try TinyCIFAR10()
        let run = try BigEggsProgram("data", "--data", data.path, "--json")
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        let description = try run.json(as: Description.self)
        #expect(description.name == "CIFAR-10")
        #expect(description.path == data.path)
        #expect(description.checksum.wholeMatch(of: /md5:[0-9a-f]{32}/) != nil)
        #expect(!description.isOfficial)
        #expect(!description.isStandIn)
        #expect(description.classNames.first == "airplane")
        #expect(description.imageShape == [32, 32, 3])
        #expect(description.train.images == TinyCIFAR10.trainImages)
        #expect(description.test.perClass == Array(repeating: TinyCIFAR10.testImages / 10, count: 10))
        // A batch's 32 labels are 0 to 9 in turn: four each of 0 and 1, three each of the others.
        #expect(description.train.perClass == [20, 20] + Array(repeating: 15, count: 8))
    }

    @Test func textOutputSaysThatTheFilesAreNotOfficial() throws {
        let data = try TinyCIFAR10()
        let run = try BigEggsProgram("data", "--data", data.path)
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("CIFAR-10, not the official files"))
        #expect(run.output.contains("airplane"))
    }
}
