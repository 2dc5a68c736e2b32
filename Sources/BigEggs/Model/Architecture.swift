/// A model's description in files, recipes and the C interface: the input shape, and the layers with the
/// names of their inputs.
///
/// Layers are added one by one; ``model(seed:precision:threads:)`` then draws weights.
package struct Architecture: Sendable {
    /// The name by which layers refer to the model's input.
    private static let inputName = "input"
    /// The metadata key of the architecture in a weights file.
    private static let metadataKey = "bigeggs_model"

    /// The model's input or a layer's output.
    private struct Value {
        let name: String
        let tensor: SymbolicTensor
        let shape: [Int]
    }

    /// The factor by which every input value is multiplied before the first layer.
    package var rescale: Float
    private let input: Input
    private var values: [Value]
    private var naming = LayerNaming()
    /// Descriptions that recreate the layers.
    private var layers: [Record] = []

    /// An architecture without layers.
    ///
    /// - Parameter inputShape: `[height, width, channels]` or `[features]`.
    package init(inputShape: [Int], rescale: Float = 1) {
        self.rescale = rescale
        input = Input(inputShape)
        values = [Value(name: Architecture.inputName, tensor: input, shape: inputShape)]
    }

    /// An architecture with the layers of a model.
    package init(of model: Model, rescale: Float) throws {
        self.init(inputShape: model.inputShape, rescale: rescale)
        for (row, layer) in zip(model.summary, model.layers) {
            try add(layer, inputs: row.inputs == [output.name] ? nil : row.inputs)
        }
    }

    /// Reads a ``record``.
    ///
    /// - Throws: ``SettingsError``, ``LayerError``.
    package init(_ record: Record) throws {
        var settings = try Settings(record, of: "a model")
        self.init(
            inputShape: try settings.required(settings.shape("input"), "input"),
            rescale: try settings.float("rescale") ?? 1)
        for layer in try settings.list("layers") ?? [] { try add(layer) }
        try settings.done()
    }

    /// Reads the architecture from a file's metadata; nil if the metadata has none.
    ///
    /// - Throws: `RecordError`, ``SettingsError``, ``LayerError``.
    package init?(metadata: [String: String], file: String) throws {
        guard let text = metadata[Architecture.metadataKey] else { return nil }
        try self.init(try Record(json: text, source: "the model in \(file)"))
    }

    private var output: Value { values[values.count - 1] }
    package var inputShape: [Int] { input.shape }
    package var outputShape: [Int] { output.shape }

    /// Adds a layer. The output of the last layer is the model's output.
    ///
    /// - Parameter inputs: the names of the layers whose outputs it reads, "input" for the model's input; `nil` for the
    ///   layer that was added last.
    /// - Throws: ``SettingsError``, ``LayerError``.
    package mutating func add(_ layer: any Layer, inputs: [String]? = nil) throws {
        var naming = naming
        let name = try naming.name(of: layer)
        guard name != Architecture.inputName else {
            throw SettingsError.invalid(
                "a layer is called \(name), which stands for the model's input: give it another name")
        }
        let read = try inputs.map { try $0.map { try value($0, for: name) } } ?? [output]
        let shape = try Architecture.shape(after: layer, name, read)
        self.naming = naming
        values.append(Value(name: name, tensor: layer(read.map(\.tensor)), shape: shape))
        var description = layer.description.record
        if let inputs { description["inputs"] = .array(inputs.map { .string($0) }) }
        layers.append(description)
    }

    /// Adds a layer described by a ``Component``.
    ///
    /// The member "inputs" has the names of the layers that the layer reads; without it, the layer reads the
    /// previous one.
    ///
    /// - Throws: ``SettingsError``, ``LayerError``.
    package mutating func add(_ described: Record) throws {
        guard var members = described.object, let inputs = members.removeValue(forKey: "inputs") else {
            return try add(try LayerTypes.table.make(Component(described, of: "a layer")))
        }
        var settings = try Settings(["inputs": inputs], of: "a layer")
        let names = try settings.texts("inputs")
        try add(try LayerTypes.table.make(Component(.object(members), of: "a layer")), inputs: names)
    }

    private func value(_ name: String, for reader: String) throws -> Value {
        guard let value = values.first(where: { $0.name == name }) else {
            throw SettingsError.unknown(
                "\(reader) reads \(name), and no layer of that name was added before it: there are "
                    + values.map(\.name).joined(separator: ", "))
        }
        return value
    }

    /// The shape of a layer's output.
    ///
    /// - Throws: ``LayerError`` if the layer cannot take inputs of these shapes, ``SettingsError`` if its
    ///   output or weights are too large.
    private static func shape(after layer: any Layer, _ name: String, _ inputs: [Value]) throws -> [Int] {
        let shapes = inputs.map(\.shape)
        let output = try layer.outputShape(for: shapes, named: name, reading: inputs.map(\.name))
        let sizes = [output] + layer.lowering.described.weights(for: shapes[0]).map(\.shape)
        guard let tooLarge = sizes.first(where: { elementCount($0) == nil }) else { return output }
        throw SettingsError.invalid(
            "\(name) would have outputs or weights of shape \(tooLarge), which is too large: use "
                + "fewer than 2^31 elements")
    }

    /// The model, with weights drawn from `seed`.
    ///
    /// - Throws: ``SettingsError`` if the output does not depend on every layer, and the errors of ``Model``'s
    ///   initializer.
    package func model(seed: UInt64, precision: Precision, threads: Int?) throws -> Model {
        let model = try Model(
            input: input, output: output.tensor, seed: seed, precision: precision, threads: threads)
        let used = Set(model.summary.map(\.name))
        if let unused = values.dropFirst().first(where: { !used.contains($0.name) }) {
            throw SettingsError.invalid(
                "the model's output, \(output.name), does not depend on \(unused.name): remove that layer")
        }
        return model
    }

    /// A record that recreates the architecture.
    package var record: Record {
        ["input": .numbers(inputShape), "rescale": Record(rescale), "layers": .array(layers)]
    }

    /// The record as metadata of a weights file.
    package var metadata: [String: String] {
        get throws {
            [Architecture.metadataKey: try record.compactText()]
        }
    }
}
