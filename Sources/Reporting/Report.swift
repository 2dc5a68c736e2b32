import EmbeddedPython

/// The report with its tables and numbers, built by Python from records and figures.
public enum Report {
    /// The files of a built report.
    public struct Files: Sendable, Equatable {
        /// The path of `report.md`.
        public let markdown: String
        /// The path of `report.html`.
        public let html: String
    }

    /// Builds the report from records and figures.
    ///
    /// - Parameters:
    ///   - project: the checkout with the report's template.
    ///   - layout: where records and figures are, and where the report goes.
    /// - Throws: `PythonError`, or ``ReportingError/unexpectedResult(function:)``.
    public static func build(project: Project, layout: OutputLayout) throws -> Files {
        let result = try call("build", in: module, project, layout, [.string(layout.notebooks)])
        guard let markdown = result["markdown"]?.string, let html = result["html"]?.string else {
            throw ReportingError.unexpectedResult(function: "\(module).build")
        }
        return Files(markdown: markdown, html: html)
    }

    /// Throws if a package for writing the PDF is missing, so that this is known before any training.
    ///
    /// - Throws: `PythonError`, which names the package.
    static func checkPDF(project: Project) throws {
        try Python.start(searchPaths: project.pythonPaths)
        _ = try Python.call("check", in: pdfModule)
    }

    /// Writes the report as a PDF from records and figures.
    ///
    /// - Returns: the path of `report.pdf`.
    /// - Throws: `PythonError`, or ``ReportingError/unexpectedResult(function:)``.
    public static func buildPDF(project: Project, layout: OutputLayout) throws -> String {
        guard let path = try call("build", in: pdfModule, project, layout).string else {
            throw ReportingError.unexpectedResult(function: "\(pdfModule).build")
        }
        return path
    }

    /// Writes the report's tables, numbers and figure captions again, without its pages.
    ///
    /// - Returns: the tables' directory, and the files with the numbers.
    /// - Throws: `PythonError`, or ``ReportingError/unexpectedResult(function:)``.
    public static func rebuildTables(project: Project, layout: OutputLayout) throws -> [String] {
        guard let places = try call("rebuild_tables", in: module, project, layout).list?.compactMap(\.string)
        else {
            throw ReportingError.unexpectedResult(function: "\(module).rebuild_tables")
        }
        return places
    }

    private static let module = "bigeggs_report.build"
    private static let pdfModule = "bigeggs_report.pdf"

    private static func call(
        _ function: String, in module: String, _ project: Project, _ layout: OutputLayout,
        _ more: [PythonValue] = []
    ) throws -> PythonValue {
        try Python.start(searchPaths: project.pythonPaths)
        return try Python.call(
            function, in: module,
            [
                .string(layout.records), .string(layout.plots), .string(layout.report),
                try project.namedSections(),
            ] + more)
    }
}

extension Project {
    /// The name and the title of each section, as an argument for Python.
    ///
    /// - Throws: what ``title(of:)`` throws.
    func namedSections() throws -> PythonValue {
        .list(
            try ReportSection.allCases.map { section in
                .list([.string(section.name), .string(try title(of: section))])
            })
    }
}
