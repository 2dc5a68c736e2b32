import BigEggs
import SwiftProtobuf

extension Model {
    /// Writes the model, layers and weights, as an ONNX file for other programs to run.
    ///
    /// ```swift
    /// try model.exportONNX(to: "birds.onnx", rescale: 1 / 255, classNames: test.classNames)
    /// ```
    ///
    /// The graph computes in float32 what `predict` computes. Its input is `images`,
    /// `[batch, height, width, channels]`, or `vectors`, `[batch, features]`, where `batch` is any number. Its output
    /// is `probabilities`, or `output` if the model does not end in a softmax. Weights have the same names as
    /// in `saveWeights`. The file's `doc_string` describes the input and the output, and its
    /// `metadata_props` have `class_names`, a JSON list. The same model gives the same bytes.
    ///
    /// - Parameters:
    ///   - path: the file to create or replace.
    ///   - rescale: the factor for the graph's input before the first layer: 1/255 for pixels from 0 to 255, if
    ///     the model was trained on `rescaled()` images.
    ///   - classNames: a name for each output, in the order of the labels, or none.
    /// - Throws: `FileError` if the file cannot be written; an earlier file is then unchanged.
    ///   `TrainingError` if weights or the factor are not finite, or if the number of names is wrong.
    ///   ``ONNXError`` if the model is too large.
    ///
    /// Source: <https://onnx.ai/onnx/repo-docs/IR.html>
    public func exportONNX(to path: String, rescale: Float = 1, classNames: [String] = []) throws {
        let file: [UInt8] = try onnx(
            finiteWeights(for: path), rescale: rescale, classNames: classNames
        ).serializedBytes()
        try AtomicFile.write([file], to: path)
    }

    private func onnx(
        _ weights: [NamedTensor], rescale: Float, classNames: [String]
    ) throws -> ONNXModelProto {
        guard rescale.isFinite else {
            throw TrainingError.invalid(argument: "rescale", value: "\(rescale)", allowed: "a finite number")
        }
        let classes = outputShape.reduce(1, *)
        guard classNames.isEmpty || classNames.count == classes else {
            throw TrainingError.invalid(
                argument: "the number of class names", value: "\(classNames.count)",
                allowed: "\(classes), one for each output, or none")
        }
        guard parameterCount <= ONNXError.mostParameters else {
            throw ONNXError.tooLarge(parameters: parameterCount)
        }
        let isImage = inputShape.count == 3
        let isProbability = summary.last?.activation == ActivationFunction.softmax.rawValue
        let input = ONNXValueInfoProto(
            isImage ? "images" : "vectors", shape: inputShape, isImage: isImage,
            doc: inputDescription(rescale: rescale))
        let output = ONNXValueInfoProto(
            isProbability ? "probabilities" : "output", shape: outputShape,
            doc: isProbability ? "the probability of each class" : "what the last layer gives")

        var builder = GraphBuilder(input: input.name, shape: inputShape, weights: weights)
        if rescale != 1 { builder.scale(by: rescale) }
        for (application, summary) in zip(applications, summary) {
            try builder.add(
                application.layer, reading: application.inputs, named: summary.name,
                output: summary.outputShape)
        }
        builder.finish(as: output.name)

        var model = ONNXModelProto()
        // The IR version of ONNX 1.12, which has operator set 17.
        model.irVersion = 8
        var operators = ONNXOperatorSetIdProto()
        operators.domain = ""
        operators.version = 17
        model.opsetImport = [operators]
        model.producerName = "BigEggs"
        model.docString = [(input, inputShape), (output, outputShape)].map { value, shape in
            let dimensions = (["batch"] + shape.map(String.init)).joined(separator: ", ")
            return "\(value.name), float32 [\(dimensions)]: \(value.docString)."
        }.joined(separator: " ")
        model.graph.name = "BigEggs"
        model.graph.node = builder.nodes
        model.graph.initializer = builder.initializers
        model.graph.input = [input]
        model.graph.output = [output]
        if !classNames.isEmpty {
            let names = try Record.array(classNames.map { .string($0) }).compactText()
            model.metadataProps.append(ONNXStringStringEntryProto("class_names", names))
        }
        if isImage, rescale == 1 / 255 {
            // Key and value are from ONNX's documentation of metadata.
            model.metadataProps.append(
                ONNXStringStringEntryProto("Image.NominalPixelRange", "NominalRange_0_255"))
        }
        return model
    }

    private func inputDescription(rescale: Float) -> String {
        let values =
            switch rescale {
            case 1: "as the model was trained on, not scaled again"
            case 1 / 255: "from 0 to 255, which the graph brings to 0 to 1"
            default: "which the graph multiplies by \(rescale)"
            }
        guard inputShape.count == 3 else { return "values \(values)" }
        return "pixels row by row, channels last (red, green, blue for CIFAR-10), \(values)"
    }
}
