import BigEggs

extension History {
    /// The metrics and the seconds of each epoch, one list each.
    public var columns: [String: [Double]] { metrics.merging(["seconds": seconds]) { old, _ in old } }
}
