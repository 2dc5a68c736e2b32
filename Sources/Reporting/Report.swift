import EmbeddedPython

/// The write-up, with its tables and numbers as files: built by Python from records and figures.
public enum Report {
    /// The files of a built report.
    public struct Files: Sendable, Equatable {
        /// The path of `report.md`.
        public let markdown: String
        /// The path of `report.html`.
        public let html: String
    }

    /// Builds the report from what is recorded and drawn.
    ///
    /// - Parameters:
    ///   - project: the checkout with the report's template.
    ///   - layout: where records and figures are, and where the report goes.
    /// - Throws: `PythonError`, or ``ReportingError/unexpectedResult(function:)``.
    public static func build(project: Project, layout: OutputLayout) throws -> Files {
        let result = try call("build", project, layout)
        guard let markdown = result["markdown"]?.string, let html = result["html"]?.string else {
            throw ReportingError.unexpectedResult(function: "\(module).build")
        }
        return Files(markdown: markdown, html: html)
    }

    /// Writes the report's tables and numbers again, without its pages.
    ///
    /// - Returns: the tables' directory, and the files with the numbers.
    /// - Throws: `PythonError`, or ``ReportingError/unexpectedResult(function:)``.
    public static func rebuildTables(project: Project, layout: OutputLayout) throws -> [String] {
        guard let places = try call("rebuild_tables", project, layout).list?.compactMap(\.string) else {
            throw ReportingError.unexpectedResult(function: "\(module).rebuild_tables")
        }
        return places
    }

    private static let module = "bigeggs_report.build"

    private static func call(
        _ function: String, _ project: Project, _ layout: OutputLayout
    ) throws -> PythonValue {
        try Python.start(searchPaths: project.pythonPaths)
        let sections = try ReportSection.allCases.map { section in
            PythonValue.list([.string(section.name), .string(try project.title(of: section))])
        }
        return try Python.call(
            function, in: module,
            [.string(layout.records), .string(layout.plots), .string(layout.report), .list(sections)])
    }
}
