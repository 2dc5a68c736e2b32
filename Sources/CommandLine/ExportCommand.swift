import ArgumentParser
import BigEggs
import Foundation
import ONNX
import Reporting

/// `bigeggs export`: writes trained weights as a file that other programs run.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write trained weights as an ONNX file, which other programs run.",
        discussion: """
            The file holds the network and its weights (ONNX operator set 17). Its input "images" is \
            float32 [batch, 32, 32, 3], or larger if the network takes larger images: pixels row by row, \
            red, green, blue, from 0 to 255; any number of images. Its output "probabilities" is [batch, classes].

            EXAMPLES
              bigeggs export --onnx eggs.onnx
              bigeggs export --onnx eggs.onnx --weights runs/train/weights.safetensors
              bigeggs export --onnx eggs.onnx --weights other.safetensors \\
                  --class-names cat,dog,…

            For example, onnxruntime for Python runs it (pip install onnxruntime):

              session = onnxruntime.InferenceSession("eggs.onnx")
              [probabilities] = session.run(None, {"images": pixels.astype("float32")})
              metadata = session.get_modelmeta().custom_metadata_map
              classes = json.loads(metadata["class_names"])

            The class names are those in the weights file, unless --class-names is given. --json prints \
            {"classNames": …, "file": …, "weights": …}.
            """)

    @OptionGroup var weightsOptions: WeightsOptions
    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var onnx: String
    @Option(
        help: ArgumentHelp(
            "The class names in the order of the labels, instead of those in the weights file.",
            valueName: "a,b,…"),
        transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
    var classNames: [String]?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if onnx.isEmpty { throw ValidationError("--onnx is empty; give a file") }
        if classNames?.contains("") == true { throw ValidationError("--class-names has an empty name") }
    }

    func run() throws {
        let weights = try weightsOptions.read()
        let model = try weights.model()
        let names = classNames ?? weights.classNames
        try model.exportONNX(to: onnx, rescale: weights.rescale, classNames: names ?? [])
        if json {
            try printJSON(ExportedModel(file: onnx, weights: weights.path, classNames: names))
            return
        }
        if names == nil {
            print("\(weights.path) does not name its classes: name them with --class-names")
        }
        print("\(onnx) holds the network with the weights of \(weights.path)")
    }
}

/// An export as JSON.
private struct ExportedModel: Encodable {
    let file, weights: String
    /// The class names in the order of the labels; nil if they are unknown.
    let classNames: [String]?
}
