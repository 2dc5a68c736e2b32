import BigEggs

extension ImageDataset {
    /// How many images each class has, in the order of the labels.
    public var classCounts: [Int] {
        var counts = Array(repeating: 0, count: classNames.count)
        for label in labels.values { counts[Int(label)] += 1 }
        return counts
    }

    /// The indices of a class's first images, at most `first` of them.
    public func indices(ofClass label: Int, first: Int) -> [Int] {
        Array(labels.values.indices.lazy.filter { Int(labels.values[$0]) == label }.prefix(first))
    }
}
