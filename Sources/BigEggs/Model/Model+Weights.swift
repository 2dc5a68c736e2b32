extension Model {
    /// All weights and moving statistics, in Keras's order and with its names, shapes and layouts.
    ///
    /// - Throws: ``EngineError`` if oneDNN cannot change a layout.
    public func weights() throws -> [NamedTensor] {
        try network.layers.flatMap { layer -> [NamedTensor] in
            var tensors = try layer.parameters.map { parameter in
                let weight = store.entries[parameter].weight
                return NamedTensor(
                    name: weight.name, shape: weight.shape, values: try store.read(parameter))
            }
            if let statistics = layer.statistics {
                let shape = [statistics.channels]
                tensors.append(
                    NamedTensor(name: "\(layer.name)/moving_mean", shape: shape, values: statistics.mean))
                tensors.append(
                    NamedTensor(
                        name: "\(layer.name)/moving_variance", shape: shape, values: statistics.variance))
            }
            return tensors
        }
    }

    /// Replaces all weights.
    ///
    /// - Parameters:
    ///   - tensors: one for each of the model's weights and moving statistics, in any order.
    ///   - source: the origin of the tensors for errors, such as a file.
    /// - Throws: ``TrainingError`` for a tensor that is missing, unknown, repeated, of another shape or not finite,
    ///   and for a variance below zero; the model is then unchanged.
    public func setWeights(_ tensors: [NamedTensor], source: String = "the weights") throws {
        var byName: [String: NamedTensor] = [:]
        for tensor in tensors where byName.updateValue(tensor, forKey: tensor.name) != nil {
            throw TrainingError.weightsRepeated(name: tensor.name, file: source)
        }
        let variances = Set(
            network.layers.filter { $0.statistics != nil }.map { "\($0.name)/moving_variance" })
        let current = try weights()
        for expected in current {
            guard let tensor = byName[expected.name] else {
                throw TrainingError.weightsMissing(name: expected.name, file: source)
            }
            guard tensor.shape == expected.shape, tensor.values.count == expected.values.count else {
                throw TrainingError.weightsShape(
                    name: expected.name, found: tensor.shape, expected: expected.shape, file: source)
            }
            guard tensor.isFinite else {
                throw TrainingError.weightsNotFinite(name: expected.name, file: source)
            }
            if variances.contains(tensor.name), let value = tensor.values.first(where: { $0 < 0 }) {
                throw TrainingError.weightsNegative(name: tensor.name, value: value, file: source)
            }
        }
        let known = Set(current.map(\.name))
        if let stranger = tensors.first(where: { !known.contains($0.name) }) {
            throw TrainingError.weightsUnknown(name: stranger.name, file: source)
        }
        Threads.use(threads)
        weightChanges += 1
        for layer in network.layers {
            for parameter in layer.parameters {
                let name = store.entries[parameter].weight.name
                if let tensor = byName[name] { try store.write(tensor.values, to: parameter) }
            }
            if let statistics = layer.statistics {
                if let mean = byName["\(layer.name)/moving_mean"] { statistics.mean = mean.values }
                if let variance = byName["\(layer.name)/moving_variance"] {
                    statistics.variance = variance.values
                }
            }
        }
    }

    /// Writes all weights as safetensors, named and shaped as in Keras.
    ///
    /// - Parameters:
    ///   - path: the file; an existing one is replaced.
    ///   - metadata: the file's metadata.
    /// - Throws: ``FileError`` if the file cannot be written, ``TrainingError/weightsNotSaved(name:file:)``
    ///   for weights that are not finite, since ``loadWeights(from:)`` rejects them; an existing file is then
    ///   unchanged.
    public func saveWeights(to path: String, metadata: [String: String] = [:]) throws {
        try Safetensors.write(try finiteWeights(for: path), to: path, metadata: metadata)
    }

    /// All weights, to be written to a file.
    ///
    /// - Throws: ``TrainingError/weightsNotSaved(name:file:)`` if one is not finite.
    package func finiteWeights(for file: String) throws -> [NamedTensor] {
        let weights = try weights()
        if let bad = weights.first(where: { !$0.isFinite }) {
            throw TrainingError.weightsNotSaved(name: bad.name, file: file)
        }
        return weights
    }

    /// Reads all weights from a safetensors file.
    ///
    /// - Throws: ``SafetensorsError``, ``FileError``, or ``TrainingError`` if the file's weights do not fit
    ///   this network; the model is then unchanged.
    public func loadWeights(from path: String) throws {
        try setWeights(try Safetensors.read(path), source: path)
    }
}
