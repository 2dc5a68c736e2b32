/// Names layers as Keras does: unnamed `Conv2D` layers are called `conv2d`, `conv2d_1` and so on.
package struct LayerNaming {
    private var counts: [String: Int] = [:]
    private var names: Set<String> = []

    package init() {}

    /// The name of the next layer.
    ///
    /// - Throws: ``LayerError/duplicateName(_:)``.
    package mutating func name(of layer: any Layer) throws -> String {
        let kind = type(of: layer).kind
        let number = counts[kind, default: 0]
        let name = layer.name ?? (number == 0 ? kind : "\(kind)_\(number)")
        if layer.name == nil { counts[kind] = number + 1 }
        guard names.insert(name).inserted else { throw LayerError.duplicateName(name) }
        return name
    }
}
