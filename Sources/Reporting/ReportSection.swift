import CSections

/// A section of the report. Its name is that of its folder in `notebooks`, its executable, its record and its notebook.
///
/// Only Package.swift lists the sections; everything else about a section is in its script.
public struct ReportSection: Sendable, Hashable, CaseIterable {
    /// The name, such as `04-plain-training`.
    public let name: String

    /// All sections, in the report's order.
    public static let allCases = String(cString: be_sections()).split(separator: " ").map {
        ReportSection(stringLiteral: String($0))
    }

    /// The section with a name; nil if there is none.
    public init?(name: String) {
        guard let found = ReportSection.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// The section whose script is compiled as a module: `04-plain-training` for `_4_plain_training`.
    init?(module: String) {
        let found = ReportSection.allCases.first { section in
            // As SwiftPM does: an identifier has letters, digits and underscores, and does not begin with a digit.
            let identifier = section.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
            return module == "_" + identifier.dropFirst()
        }
        guard let found else { return nil }
        self = found
    }

    /// The section with a name, or with its number: `04-plain-training`, `04` or `4`.
    public init?(argument: String) {
        let found = ReportSection.allCases.first { section in
            let number = section.name.prefix(2)
            return argument == section.name || argument == number || "0\(argument)" == number
        }
        guard let found else { return nil }
        self = found
    }

    /// The section that comes after this one.
    public var next: ReportSection? {
        let all = ReportSection.allCases
        return all.firstIndex(of: self).flatMap { $0 + 1 < all.count ? all[$0 + 1] : nil }
    }

    /// Whether this is the report's first section.
    var isFirst: Bool { self == ReportSection.allCases.first }
}

extension ReportSection: ExpressibleByStringLiteral {
    /// The section with this name. An unknown name is accepted here, and throws where the section is used.
    public init(stringLiteral name: String) { self.name = name }
}

extension Project {
    /// Whether a section's script trains a network.
    func trains(_ section: ReportSection) throws -> Bool {
        try String(contentsOfFile: script(section), encoding: .utf8).contains("section.train ")
    }

    /// A section's title: the heading of its script without the number.
    ///
    /// - Throws: ``ReportingError/noTitle(script:)``, or an error of reading the file.
    public func title(of section: ReportSection) throws -> String {
        try title(of: LiterateScript(String(contentsOfFile: script(section), encoding: .utf8)), section)
    }

    /// The title of a section whose script has been read.
    ///
    /// - Throws: ``ReportingError/noTitle(script:)``.
    func title(of script: LiterateScript, _ section: ReportSection) throws -> String {
        guard let title = script.title else {
            throw ReportingError.noTitle(script: Project.shown(self.script(section)))
        }
        return title
    }
}
