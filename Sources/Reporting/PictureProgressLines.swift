import Pictures

/// Progress lines on standard error for reading a directory of pictures.
final class PictureProgressLines {
    private var work: PictureProgress.Work?
    private var line: ProgressLine?

    func show(_ progress: PictureProgress) {
        if progress.work != work {
            end()
            work = progress.work
            line = Self.verbs[progress.work].map { ProgressLine($0, "pictures", before: progress.done) }
            if let sentence = progress.work.sentence { Terminal.warn(sentence + "\n") }
        }
        line?.show(progress.done, of: progress.total)
    }

    /// Removes the line, if there is one.
    func end() { line?.end() }

    private static let verbs: [PictureProgress.Work: String] = [.checking: "Checking", .decoding: "Decoding"]
}
