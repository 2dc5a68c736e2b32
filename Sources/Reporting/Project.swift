import Foundation

/// The checkout that scripts, Python and the committed report belong to; or what `make install` put in its
/// place.
public struct Project: Sendable, Equatable {
    /// The directory of `Package.swift`, or the installed one with the same things in it.
    public let root: String
    /// Whether this is an installation: nothing is compiled, and nothing is written there.
    public let isInstalled: Bool

    /// The checkout in a directory that is known.
    public init(root: String) { self.init(root: root, isInstalled: false) }

    private init(root: String, isInstalled: Bool) {
        self.root = root
        self.isInstalled = isInstalled
    }

    /// Finds the checkout: the nearest directory at or above `starts` that has `Package.swift` and
    /// `notebooks`, the first start that has one first. Where there is none, an installed executable in
    /// `PREFIX/lib/bigeggs` takes what is installed in `PREFIX/share/bigeggs`.
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
        for start in starts {
            let lib = URL(fileURLWithPath: start).standardizedFileURL
            let prefix = lib.deletingLastPathComponent().deletingLastPathComponent()
            let share = prefix.appendingPathComponent("share/bigeggs").path
            if lib.path.hasSuffix("/lib/bigeggs"),
                FileManager.default.fileExists(atPath: share + "/notebooks")
            {
                return Project(root: share, isInstalled: true)
            }
        }
        throw ReportingError.noProject(searched: starts)
    }

    /// Where the packages `bigeggs_report` and `bigeggs` are imported from.
    public var pythonPaths: [String] { [path("python")] }

    /// Where runs are written: in the checkout, or beside whoever calls what is installed.
    var outputRoot: String { isInstalled ? Project.currentDirectory : root }

    /// A path inside the checkout.
    func path(_ relative: String) -> String { root + "/" + relative }

    /// A path as the terminal shows it: relative to the current directory where it is inside it.
    public static func shown(_ path: String) -> String {
        let inside = currentDirectory + "/"
        return path.hasPrefix(inside) ? String(path.dropFirst(inside.count)) : path
    }

    /// The directory of the running executable, links resolved: found once, for a build may replace the file
    /// while it runs for hours, and the link then leads nowhere.
    public static let executableDirectory: String = {
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return executable.deletingLastPathComponent().path
    }()

    /// The current directory.
    public static var currentDirectory: String { FileManager.default.currentDirectoryPath }
}
