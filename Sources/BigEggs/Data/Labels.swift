/// Class labels, in the shape in which they were loaded.
///
/// CIFAR-10's labels load as a column, `[count, 1]`, as Keras's `cifar10.load_data` returns them;
/// ``flattened()`` turns the column into the vector, `[count]`, that the sparse loss expects.
public struct Labels: Sendable, Equatable {
    /// The class of each image, from 0 to the number of classes minus one.
    public let values: [Int32]
    /// `[count, 1]` for a column, `[count]` for a vector.
    public let shape: [Int]

    /// Labels as a vector, `[count]`, or as a column, `[count, 1]`.
    public init(_ values: [Int32], asColumn: Bool = false) {
        self.values = values
        shape = asColumn ? [values.count, 1] : [values.count]
    }

    /// The same labels as a vector, `[count]`.
    public func flattened() -> Labels { Labels(values) }
}
