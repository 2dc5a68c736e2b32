import EmbeddedPython

/// The write-up: built by Python from records and figures.
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
        try Python.start(searchPaths: project.pythonPaths)
        let result = try Python.call(
            "build", in: "bigeggs_report.build",
            [
                .string(layout.records), .string(layout.plots), .string(layout.report),
                .list(
                    try ReportSection.allCases.map {
                        .list([.string($0.name), .string(try project.title(of: $0))])
                    }),
            ])
        guard let markdown = result["markdown"]?.string, let html = result["html"]?.string else {
            throw ReportingError.unexpectedResult(function: "bigeggs_report.build.build")
        }
        return Files(markdown: markdown, html: html)
    }
}
