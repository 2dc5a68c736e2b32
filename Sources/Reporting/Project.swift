import Foundation

/// The checkout with the scripts, the Python code and the committed report; or an installation by `make install`.
public struct Project: Sendable, Equatable {
    /// The directory of `Package.swift`, or the installed directory with the same contents.
    public let root: String
    /// Whether this is an installation. Nothing is compiled or written in an installation.
    public let isInstalled: Bool

    /// The checkout in a known directory.
    public init(root: String) { self.init(root: root, isInstalled: false) }

    private init(root: String, isInstalled: Bool) {
        self.root = root
        self.isInstalled = isInstalled
    }

    /// Finds the checkout or the installation.
    ///
    /// The checkout is the nearest directory that has `Package.swift` and `notebooks`, at or above one of `starts`,
    /// which are tried in order. If there is no checkout, an executable in `PREFIX/lib/bigeggs` uses the installation
    /// in `PREFIX/share/bigeggs`.
    ///
    /// - Parameter starts: the directories to begin at; by default that of this executable, then the current
    ///   directory.
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

    /// The parent directory of `runs`: the checkout, or for an installation the current directory.
    var outputRoot: String { isInstalled ? Project.currentDirectory : root }

    /// A path inside the checkout.
    func path(_ relative: String) -> String { root + "/" + relative }

    /// A path for display: relative to the current directory if the file is inside that directory.
    public static func shown(_ path: String) -> String {
        let inside = currentDirectory + "/"
        return path.hasPrefix(inside) ? String(path.dropFirst(inside.count)) : path
    }

    /// The directory of the running executable, with links resolved.
    ///
    /// The directory is found only once. If a build replaces the executable during a run, which can take
    /// hours, the link `/proc/self/exe` is broken.
    public static let executableDirectory: String = {
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return executable.deletingLastPathComponent().path
    }()

    /// The current directory.
    public static var currentDirectory: String { FileManager.default.currentDirectoryPath }
}
