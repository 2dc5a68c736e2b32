// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs

/// Tensors with a handle: the weights of a file, or a copy of a model's weights, gradients or moments.
final class Weights: NamedByHandle {
    static let kind = "a set of weights"

    /// The name in errors: the file's path, or what the tensors are.
    let path: String
    let names: [String]
    let shapes: [[Int]]
    let values: [Pinned<Float>]
    let texts = Texts()

    convenience init(path: String) throws { self.init(try Safetensors.read(path), path: path) }

    init(_ tensors: [NamedTensor], path: String) {
        self.path = path
        names = tensors.map(\.name)
        shapes = tensors.map(\.shape)
        values = tensors.map { Pinned($0.values) }
    }

    func tensor(_ name: String) throws -> be_array {
        guard let index = names.firstIndex(of: name) else {
            throw Failure.notFound("\(path) has no tensor \(name): it has \(names.joined(separator: ", "))")
        }
        return try be_array(values[index], BE_FLOAT32, shape: shapes[index], of: "\(name) of \(path)")
    }
}

@c @implementation
public func be_weights_open(
    _ path: UnsafePointer<CChar>?, _ weights: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: weights, "weights") { try Weights(path: try requireText(path, "path")) }
}

@c @implementation
public func be_weights_count(_ weights: be_handle, _ count: UnsafeMutablePointer<Int64>?) -> be_status {
    answer(weights, as: Weights.self, writing: count, "count") { Int64($0.names.count) }
}

@c @implementation
public func be_weights_name(
    _ weights: be_handle, _ index: Int64, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer(weights, as: Weights.self, writing: name, "name") { weights in
        let index = try requireIndex(index, below: weights.names.count, of: "tensor")
        return weights.texts.pointer(to: weights.names[index])
    }
}

@c @implementation
public func be_weights_tensor(
    _ weights: be_handle, _ name: UnsafePointer<CChar>?, _ tensor: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer(weights, as: Weights.self, writing: tensor, "tensor") { weights in
        try weights.tensor(try requireText(name, "name"))
    }
}
