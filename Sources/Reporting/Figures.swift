import BigEggs
import BigEggsABI
import EmbeddedPython
import Foundation

/// The report's figures: drawn by Python from records and data set.
public enum Figures {
    /// What became of the figures that were asked for.
    public struct Outcome: Sendable, Equatable {
        /// The figures that were drawn.
        public var drawn: [String] = []
        /// The figures that stay as they are: they show images, and the data set was not given or is not
        /// the one that was recorded.
        public var left: [String] = []
        /// The figures whose record is not there, with what is missing.
        public var missing: [String: String] = [:]
        /// The figures that Python could not draw, with its message.
        public var failed: [String: String] = [:]
    }

    /// Starts Python and imports what draws, so that a missing module is known before hours of training.
    ///
    /// - Parameters:
    ///   - names: the figures that are to be drawn; all if empty.
    ///   - project: the checkout with the Python that draws.
    /// - Throws: `PythonError`, which names a missing module's package, or a name that no figure has.
    public static func prepare(_ names: [String] = [], project: Project) throws {
        // Matplotlib keeps a list of the fonts, and would keep it elsewhere in the home directory.
        setenv("MPLCONFIGDIR", DataLocations().cache + "/matplotlib", 0)
        try Python.start(searchPaths: project.pythonPaths)
        _ = try Python.call("check", in: "plots.draw", [.list(names.map(PythonValue.string))])
    }

    /// Draws figures again from their records.
    ///
    /// - Parameters:
    ///   - names: which; all if empty.
    ///   - project: the checkout with the Python that draws.
    ///   - layout: where records and weights are, and where the figures go.
    ///   - data: the images; without them the figures that show images stay as they are.
    /// - Throws: `PythonError`; a figure that fails is in the outcome instead.
    public static func draw(
        _ names: [String] = [], project: Project, layout: OutputLayout, data: LoadedDataset?
    ) throws -> Outcome {
        try Python.start(searchPaths: project.pythonPaths)
        let handle = data.map(registerDataset)
        defer { if let handle { releaseHandle(handle) } }
        let result = try Python.call(
            "draw", in: "plots.draw",
            [
                .list(names.map(PythonValue.string)), .string(layout.records), .string(layout.weights),
                .string(layout.plots), .int(Int(bitPattern: UInt(handle ?? 0))),
            ])
        guard case .dictionary(let entries) = result else {
            throw ReportingError.unexpectedResult(function: "plots.draw.draw")
        }
        return Outcome(
            drawn: strings(entries["drawn"]), left: strings(entries["left"]),
            missing: messages(entries["missing"]), failed: messages(entries["failed"]))
    }

    private static func strings(_ value: PythonValue?) -> [String] {
        value?.list?.compactMap(\.string) ?? []
    }

    private static func messages(_ value: PythonValue?) -> [String: String] {
        value?.dictionary?.compactMapValues(\.string) ?? [:]
    }
}
