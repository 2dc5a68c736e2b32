/// A layer of a network, with its name, shapes and parameters.
struct ResolvedLayer {
    let layer: any LoweredLayer
    /// Its number in the network.
    let index: Int
    let name: String
    /// The values that it reads, as ``LayerApplication`` numbers them.
    let inputs: [Int]
    let inputShapes: [[Int]]
    let outputShape: [Int]
    /// Whether its output is the network's output.
    let isOutput: Bool
    /// The indices of its tensors in the parameter store, in Keras's order.
    let parameters: [Int]
    /// The moving statistics of a batch normalization.
    let statistics: BatchStatistics?
}
