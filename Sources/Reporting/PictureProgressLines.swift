import Pictures

/// Lines on standard error that show how far the pictures of a directory are.
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

    /// Takes the line away, if there is one.
    func end() { line?.end() }

    private static let verbs: [PictureProgress.Work: String] = [.checking: "Checking", .decoding: "Decoding"]
}
