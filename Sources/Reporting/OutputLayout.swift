import BigEggs
import Foundation

/// Where a run writes: one directory each for records, weights, figures, notebooks and the report.
public struct OutputLayout: Sendable, Equatable {
    /// The directory of recorded results, `NN-name.json`.
    public let records: String
    /// The directory of trained weights, such as `plain.safetensors`.
    public let weights: String
    /// The directory of figures, `name.png` and `name.svg`.
    public let plots: String
    /// The directory of executed notebooks, `NN-name.ipynb`.
    public let notebooks: String
    /// The directory of `report.md` and `report.html`.
    public let report: String
    /// The directory of TensorBoard logs.
    public let logs: String

    /// The layout of a profile in a checkout, or of any directory.
    ///
    /// The quick profile writes under `runs/quick`. The full profile writes where the committed report is; an
    /// installation has no checkout, so there it writes under `runs/full`. Both profiles write to `out` if it is given.
    ///
    /// - Parameters:
    ///   - project: the checkout.
    ///   - profile: the profile that is run.
    ///   - out: a directory to write to instead, relative to the current directory.
    public init(project: Project, profile: Profile, out: String? = nil) {
        if let out {
            self.init(directory: URL(fileURLWithPath: out).standardizedFileURL.path)
        } else if profile == .quick || project.isInstalled {
            self.init(directory: "\(project.outputRoot)/runs/\(profile.rawValue)")
        } else {
            self.init(
                records: project.path("report/records"), weights: project.path("report/weights"),
                plots: project.path("plots"), notebooks: project.path("notebooks"),
                report: project.path("report"), logs: project.path("runs/tensorboard"))
        }
    }

    /// Everything under one directory.
    public init(directory: String) {
        self.init(
            records: directory + "/records", weights: directory + "/weights", plots: directory + "/plots",
            notebooks: directory + "/notebooks", report: directory + "/report",
            logs: directory + "/tensorboard")
    }

    private init(
        records: String, weights: String, plots: String, notebooks: String, report: String, logs: String
    ) {
        self.records = records
        self.weights = weights
        self.plots = plots
        self.notebooks = notebooks
        self.report = report
        self.logs = logs
    }

    /// The record of a section.
    public func record(_ section: ReportSection) -> String { "\(records)/\(section.name).json" }
    /// The stamp of a section, which notes the inputs of its record.
    func stamp(_ section: ReportSection) -> String { "\(records)/\(section.name).stamp.json" }
    /// The trace of a section's training.
    func trace(_ section: ReportSection) -> String { "\(records)/\(section.name).trace.json" }
    /// The directory of a section's TensorBoard logs; for the committed report it is below `runs`.
    public func tensorBoard(_ section: ReportSection) -> String { "\(logs)/\(section.name)" }
    /// The executed notebook of a section.
    public func notebook(_ section: ReportSection) -> String { "\(notebooks)/\(section.name).ipynb" }

    /// The checkpoints of a section's training, kept until its results are written.
    func checkpoints(
        _ section: ReportSection, unfinished: Checkpoints.Unfinished = .refuse
    ) -> Checkpoints {
        Checkpoints(in: weights, name: checkpointName(section), unfinished: unfinished)
    }
    /// The prefix of the names of a section's checkpoints.
    func checkpointName(_ section: ReportSection) -> String { "\(section.name).checkpoint" }
    /// The file with the digests of script and library at the start of a training.
    func begunTraining(_ section: ReportSection) -> String { "\(weights)/\(section.name).begun.json" }

    /// Keeps other processes from writing here. The directories must exist.
    ///
    /// - Parameter sharingWithParent: whether a lock that an ancestor process holds is enough.
    /// - Throws: `DirectoryInUse`, which names the other process.
    package func lock(sharingWithParent: Bool = false) throws -> OutputLock {
        try OutputLock(
            records, covering: [weights, plots, notebooks, report], sharingWithParent: sharingWithParent)
    }

    /// Creates missing directories, and checks that all are writable.
    ///
    /// - Throws: `FileError` that names the directory.
    public func create() throws {
        for directory in [records, weights, plots, notebooks, report] {
            try AtomicFile.prepareDirectory(directory)
        }
    }
}
