/// The samples of a batch that one process of a ``Team`` computes.
struct Share {
    /// Samples of the whole batch.
    let batch: Int
    /// Those of this process; none if there are more processes than samples.
    let samples: Range<Int>
    /// The process that has the batch's first sample.
    let firstRank: Int
    let team: Team

    /// Shares follow each other, and one has at most one sample more than another.
    init(batch: Int, rank: Int, team: Team) {
        let size = team.communicator.size
        self.batch = batch
        self.team = team
        samples = batch * rank / size..<batch * (rank + 1) / size
        // The smallest rank r for which batch · (r + 1) / size is 1 or more.
        firstRank = max(0, (size + batch - 1) / max(batch, 1) - 1)
    }

    /// Replaces what this process knows of its samples by what all know of theirs, in the batch's order.
    ///
    /// - Throws: `MessagePassingError`, also for what failed in the pass before.
    func exchange<Element: BitwiseCopyable>(_ elements: inout [Element]) throws {
        try team.check()
        elements = try team.communicator.gather(elements, counts: counts)
    }

    /// How many samples each process has.
    var counts: [Int] {
        let size = team.communicator.size
        return (0..<size).map { batch * ($0 + 1) / size - batch * $0 / size }
    }
}
