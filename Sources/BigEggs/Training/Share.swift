/// The samples of a batch that one process of a ``Team`` computes.
struct Share {
    /// The number of samples in the whole batch.
    let batch: Int
    /// This process's samples; may be empty if there are more processes than samples.
    let samples: Range<Int>
    /// The process that has the batch's first sample.
    let firstRank: Int
    /// How many samples each process has.
    let counts: [Int]
    let team: Team

    init(batch: Int, rank: Int, team: Team) {
        let all = team.shares(of: batch)
        self.batch = batch
        self.team = team
        samples = all[rank]
        firstRank = all.firstIndex { !$0.isEmpty } ?? 0
        counts = all.map(\.count)
    }

    /// Replaces this process's elements, one per sample, by the elements of all processes, in the batch's order.
    ///
    /// - Throws: `MessagePassingError`, also if a message of the preceding pass failed.
    func exchange<Element: BitwiseCopyable>(_ elements: inout [Element]) throws {
        try team.check()
        elements = try team.communicator.gather(elements, counts: counts)
    }
}
