import ArgumentParser
import EmbeddedPython

/// The look of figures: purpose, width, font and formats. The purpose also decides type size and colours.
public struct FigureLook: Sendable, Equatable {
    /// A purpose of figures.
    public enum Purpose: String, Sendable, CaseIterable, ExpressibleByArgument {
        /// A page of the report, with title and footer.
        case page
        /// A column of a paper: 3.25 inches, 8 points, no title.
        case paper
        /// Slides, light and dark, with large type.
        case slides
    }

    /// A font family.
    public enum Font: String, Sendable, CaseIterable, ExpressibleByArgument {
        case serif, sans
    }

    /// A width with its unit, as LaTeX writes it: `3.25in`, `8.25cm`, `234pt`.
    public struct Width: Sendable, Equatable, ExpressibleByArgument {
        /// Inches.
        public let inches: Double

        private static let units = ["in": 1, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72.27]

        /// Parses a number with a unit; a number without a unit is in inches. Nil for other text.
        public init?(argument: String) {
            guard let match = argument.wholeMatch(of: /([0-9.]+)(in|cm|mm|pt)?/),
                let number = Double(match.1), let unit = Self.units[match.2.map(String.init) ?? "in"]
            else { return nil }
            inches = number * unit
        }
    }

    /// The purpose of the figures.
    public var purpose: Purpose
    /// The width; nil for the purpose's default.
    public var width: Width?
    /// The font; nil for the purpose's default.
    public var font: Font?
    /// The file formats, of `pdf`, `svg`, `png` and `csv`; empty for the purpose's default.
    public var formats: [String]

    /// The look of the report's pages.
    public static let page = FigureLook(.page)

    public init(_ purpose: Purpose, width: Width? = nil, font: Font? = nil, formats: [String] = []) {
        self.purpose = purpose
        self.width = width
        self.font = font
        self.formats = formats
    }

    /// The directory of figures with this look: `plots` for the report's pages, a subdirectory for other purposes.
    func directory(in plots: String) -> String {
        purpose == .page ? plots : "\(plots)/\(purpose.rawValue)"
    }

    /// The look as an argument for Python.
    var value: PythonValue {
        .dictionary([
            "purpose": .string(purpose.rawValue), "width": width.map { .double($0.inches) } ?? .none,
            "font": font.map { .string($0.rawValue) } ?? .none,
            "formats": .list(formats.map(PythonValue.string)),
        ])
    }
}
