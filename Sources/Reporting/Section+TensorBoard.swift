import BigEggs
import BigEggsABI
import EmbeddedPython
import Foundation
import TensorBoard

extension Section {
    /// How many test images the figure of predictions shows.
    private static let samples = 24

    /// A callback for TensorBoard, with weight histograms and a figure of predictions after each epoch.
    ///
    /// The figure shows the first test images. The command to view the logs is printed; it works while the training
    /// runs.
    ///
    /// Every start of the section writes to its own directory below ``OutputLayout/logs``.
    ///
    /// - Parameter test: the test images, scaled for the network.
    public func tensorBoard(on test: ImageDataset, line: Int = #line) -> TensorBoard {
        let directory = layout.tensorBoard(section)
        let samples = test.prefix(Section.samples)
        let board = TensorBoard(
            logDir: "\(directory)/\(Section.timestamp())", histogramFreq: 1,
            figures: ["predictions": { [self] run in try predictions(of: run.model, on: samples) }])
        show("To watch it: \(TensorBoard.command(logDir: Project.shown(directory)))", line: line)
        return board
    }

    private static func timestamp() -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyyMMdd-HHmmss"
        return formatter.string(from: Date())
    }

    /// A PNG of images with the model's predictions.
    private func predictions(of model: Model, on samples: ImageDataset) throws -> [UInt8] {
        guard let data else { return [] }
        let predictions = try model.predict(samples)
        let handle = registerDataset(
            LoadedDataset(train: samples.prefix(0), test: samples, provenance: data.provenance))
        defer { releaseHandle(handle) }
        let picture = try Python.call(
            "draw", in: "bigeggs_report.figures.samples",
            [
                .int(Int(bitPattern: UInt(handle))),
                .list((0..<samples.count).map { .int(predictions.predicted($0)) }),
                .list((0..<samples.count).map { .double(Double(predictions.confidence($0))) }),
            ])
        guard let png = picture.string.flatMap({ Data(base64Encoded: $0) }) else {
            throw ReportingError.unexpectedResult(function: "bigeggs_report.figures.samples.draw")
        }
        return Array(png)
    }
}
