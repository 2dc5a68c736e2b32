import Testing

import MessagePassing

@Suite struct LauncherTests {
    private func launcher(_ environment: [String: String]) -> Launcher? { Launcher { environment[$0] } }

    @Test func launcherVariablesGiveRankAndSize() throws {
        let open = try #require(
            launcher([
                "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
            ]))
        #expect((open.rank, open.size, open.processesHere) == (3, 4, 2))
        let mpich = try #require(launcher(["PMI_RANK": "0", "PMI_SIZE": "2"]))
        #expect((mpich.rank, mpich.size, mpich.processesHere) == (0, 2, 1))
        let slurm = try #require(
            launcher([
                "PMIX_RANK": "5", "SLURM_STEP_NUM_TASKS": "6", "SLURM_STEP_TASKS_PER_NODE": "2(x3)",
            ]))
        #expect((slurm.rank, slurm.size, slurm.processesHere) == (5, 6, 2))
    }

    @Test(arguments: [
        [:], ["OMPI_COMM_WORLD_SIZE": "2"], ["PMI_RANK": "0", "PMI_SIZE": "1"],
        ["PMI_RANK": "2", "PMI_SIZE": "2"],
        ["PMI_RANK": "zero", "PMI_SIZE": "2"], ["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "(x2)"],
    ])
    func anEnvironmentWithoutValidRankAndSizeHasNoLauncher(_ environment: [String: String]) {
        #expect(launcher(environment) == nil)
    }
}

@Suite struct TreeSumTests {
    private func sum(_ rows: [[Float]]) -> [Float] {
        var all = rows.flatMap { $0 }
        all.withUnsafeMutableBufferPointer { numbers in
            guard let first = numbers.baseAddress else { return }
            TreeSum.addUp(first, rows: rows.count, count: rows[0].count, stride: rows[0].count)
        }
        return Array(all.prefix(rows[0].count))
    }

    @Test(arguments: 1...9) func rowsAreSummed(count: Int) {
        let rows = (0..<count).map { row in (0..<5).map { Float(row * 5 + $0) } }
        #expect(sum(rows) == (0..<5).map { column in rows.reduce(0) { $0 + $1[column] } })
    }

    /// 1 + 2⁻²⁴ is 1 in float32: a sum from left to right would lose every small number.
    @Test func halvesAreSummedSeparately() {
        let small: Float = 0x1p-24
        #expect(sum([[1], [small], [small], [small]]) == [(1 + small) + (small + small)])
        #expect(sum([[1], [small], [small], [small]]) != [((1 + small) + small) + small])
        // Two processes with two rows each get the same bits as one process with four rows.
        let halves = [sum([[1], [small]]), sum([[small], [small]])]
        #expect(sum(halves) == sum([[1], [small], [small], [small]]))
    }
}

@Suite struct CommunicatorTests {
    @Test func aSingleProcessDoesNotWait() throws {
        let world = try Communicator.world
        #expect(world === Communicator.alone)
        #expect((world.rank, world.size, world.isFirst) == (0, 1, true))
        #expect(Communicator.current == nil)
        #expect(try world.gather([1, 2], counts: [2]) == [1, 2])
        #expect(try world.gather(bytes: [7]) == [[7]])
        #expect(try world.broadcast([1, 2, 3]) == [1, 2, 3])
        try world.barrier()
        var numbers = [1.5, 2.5]
        try numbers.withUnsafeMutableBufferPointer { try world.addUp($0) }
        #expect(numbers == [1.5, 2.5])
    }

    @Test func theFirstProcessReturnsResultsAndRethrowsErrors() throws {
        struct Failure: Error {}
        #expect(try Communicator.alone.fromFirst { 3 } == 3)
        #expect(try Communicator.alone.inFirst { 4 } == 4)
        #expect(try Communicator.alone.firstThenOthers { 5 } == 5)
        #expect(throws: Failure.self) {
            try Communicator.alone.fromFirst { () throws -> Int in throw Failure() }
        }
    }

    @Test func sumExchangeOfOneProcessChangesNothing() throws {
        var numbers: [Float] = (0..<100).map(Float.init)
        let before = numbers
        try numbers.withUnsafeMutableBufferPointer { buffer in
            let exchange = SumExchange(.alone, try #require(buffer.baseAddress))
            try exchange.begin(40..<100)
            try exchange.begin(0..<40)
            try exchange.finish()
        }
        #expect(numbers == before)
    }
}
