import Foundation

/// The checkout that scripts, Python and the committed report belong to.
public struct Project: Sendable, Equatable {
    /// The directory of `Package.swift`.
    public let root: String

    /// The checkout in a directory that is known.
    public init(root: String) { self.root = root }

    /// Finds the checkout: the nearest directory at or above `starts` that has `Package.swift` and
    /// `notebooks`, the first start that has one first.
    ///
    /// - Parameter starts: where to begin; by default where this executable is, then the current directory.
    /// - Throws: ``ReportingError/noProject(searched:)``.
    public static func locate(from starts: [String] = [executableDirectory, currentDirectory]) throws
        -> Project
    {
        for start in starts {
            var directory = URL(fileURLWithPath: start).standardizedFileURL
            while true {
                let entries = ["Package.swift", "notebooks"].map { directory.appendingPathComponent($0).path }
                if entries.allSatisfy(FileManager.default.fileExists) { return Project(root: directory.path) }
                guard directory.path != "/" else { break }
                directory.deleteLastPathComponent()
            }
        }
        throw ReportingError.noProject(searched: starts)
    }

    /// Where the modules `plots`, `report` and `bigeggs` are imported from.
    var pythonPaths: [String] { [root, path("python")] }

    /// A path inside the checkout.
    func path(_ relative: String) -> String { root + "/" + relative }

    /// A path as the terminal shows it: relative to the current directory where it is inside it.
    static func shown(_ path: String) -> String {
        let inside = currentDirectory + "/"
        return path.hasPrefix(inside) ? String(path.dropFirst(inside.count)) : path
    }

    /// The directory of the running executable, links resolved.
    public static var executableDirectory: String {
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return executable.deletingLastPathComponent().path
    }

    /// The current directory.
    public static var currentDirectory: String { FileManager.default.currentDirectoryPath }
}
