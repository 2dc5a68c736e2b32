import BigEggs
import BigEggsABI
import EmbeddedPython
import Foundation

/// The report's figures: drawn by Python from records and data set.
public enum Figures {
    /// The Python module that draws the figures.
    private static let module = "bigeggs_report.figures.draw"

    /// The result of drawing figures.
    public struct Outcome: Sendable, Equatable {
        /// The directory of the figures.
        public var directory = ""
        /// The figures that were drawn.
        public var drawn: [String] = []
        /// The figures left unchanged: they show images, and the data set was not given or is not the recorded one.
        public var left: [String] = []
        /// The figures whose record or weights are missing, each with what is missing.
        public var missing: [String: String] = [:]
        /// The figures that Python could not draw, with its message.
        public var failed: [String: String] = [:]
        /// For characters that no installed font has, a sentence on which font to install; otherwise nil.
        public var advice: String?
    }

    /// Starts Python and imports the drawing modules, so that a missing one is found before hours of training.
    ///
    /// - Parameters:
    ///   - names: the figures that are to be drawn; all if empty.
    ///   - look: the look of the figures.
    ///   - project: the checkout with the Python code that draws.
    /// - Throws: `PythonError` for a missing module (it names the package), an unknown figure or an unknown look.
    public static func prepare(
        _ names: [String] = [], look: FigureLook = .page, project: Project
    ) throws {
        try Python.start(searchPaths: project.pythonPaths)
        _ = try Python.call(
            "start", in: "bigeggs_report.figures.start",
            [.string(DataLocations().cache + "/matplotlib")])
        _ = try Python.call("check", in: module, [.list(names.map(PythonValue.string)), look.value])
    }

    /// Whether any of the named figures shows images of the data set; without names, whether any figure does.
    ///
    /// - Throws: `PythonError` for a name that no figure has.
    public static func showImages(_ names: [String] = [], project: Project) throws -> Bool {
        try Python.start(searchPaths: project.pythonPaths)
        let result = try Python.call(
            "show_images", in: module, [.list(names.map(PythonValue.string))])
        guard case .bool(let value) = result else {
            throw ReportingError.unexpectedResult(function: "\(module).show_images")
        }
        return value
    }

    /// The progress of drawing.
    public struct Progress: Sendable, Equatable {
        /// The figure that is drawn next.
        public let name: String
        /// How many figures are done.
        public let done: Int
        /// How many figures are drawn in all.
        public let total: Int
    }

    /// Draws figures from records.
    ///
    /// - Parameters:
    ///   - names: the figures to draw; all if empty.
    ///   - look: the look of the figures.
    ///   - project: the checkout with the Python code that draws.
    ///   - layout: where records and weights are, and where the figures go; those for paper and slides go into
    ///     subdirectories.
    ///   - data: the images; without them, figures that show images are left unchanged.
    ///   - progress: called before each figure.
    /// - Throws: `PythonError`; a figure that fails is reported in the outcome instead.
    public static func draw(
        _ names: [String] = [], look: FigureLook = .page, project: Project, layout: OutputLayout,
        data: LoadedDataset?, progress: (Progress) -> Void = { _ in }
    ) throws -> Outcome {
        try Python.start(searchPaths: project.pythonPaths)
        let chosen = strings(
            try Python.call("chosen_names", in: module, [.list(names.map(PythonValue.string))]))
        let handle = data.map(registerDataset)
        defer { if let handle { releaseHandle(handle) } }
        var outcome = Outcome(directory: look.directory(in: layout.plots))
        var without: Set<String> = []
        for (done, name) in chosen.enumerated() {
            progress(Progress(name: name, done: done, total: chosen.count))
            let result = try Python.call(
                "draw", in: module,
                [
                    .list([.string(name)]), .string(layout.records), .string(layout.weights),
                    .string(look.directory(in: layout.plots)), .int(Int(bitPattern: UInt(handle ?? 0))),
                    look.value,
                ])
            guard case .dictionary(let entries) = result else {
                throw ReportingError.unexpectedResult(function: "\(module).draw")
            }
            outcome.drawn += strings(entries["drawn"])
            outcome.left += strings(entries["left"])
            outcome.missing.merge(messages(entries["missing"])) { $1 }
            outcome.failed.merge(messages(entries["failed"])) { $1 }
            without.formUnion(strings(entries["without"]))
        }
        if !without.isEmpty {
            outcome.advice = try Python.call(
                "advice", in: "bigeggs_report.figures.fonts",
                [.list(without.sorted().map(PythonValue.string))]
            ).string
        }
        return outcome
    }

    private static func strings(_ value: PythonValue?) -> [String] {
        value?.list?.compactMap(\.string) ?? []
    }

    private static func messages(_ value: PythonValue?) -> [String: String] {
        value?.dictionary?.compactMapValues(\.string) ?? [:]
    }
}
