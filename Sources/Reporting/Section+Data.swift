import BigEggs
import Pictures

extension Section {
    /// The text about the data set that is shown first.
    ///
    /// - Parameter inFull: whether to include the statement of an unofficial data set.
    static func announcement(of data: LoadedDataset, inFull: Bool) -> String {
        let provenance = data.provenance
        var lines: [String] = []
        if provenance.isStandIn {
            lines += framed([
                "NOT CIFAR-10. \(provenance.name) stands in for it: every number here is",
                "about other images, and none can be compared with the report.",
            ])
            if let notice = data.notice { lines.append(notice) }
        }
        if provenance.isOwn {
            lines += framed([
                "NOT CIFAR-10, but \(provenance.name): every number here is about",
                "these pictures, and none can be compared with the report.",
            ])
            if let notice = data.notice { lines.append(notice) }
        }
        let origin =
            provenance.isStandIn
            ? "a stand-in"
            : provenance.isOwn
                ? "a folder for each class"
                : provenance.isOfficial ? "the official files" : "not the official files"
        lines.append("Data: \(provenance.name), \(origin) (\(provenance.file), \(provenance.checksum)).")
        if inFull, !provenance.isOfficial, let statement = provenance.statement {
            lines +=
                ["It says of itself:", ""]
                + statement.lines.map { $0.isEmpty ? "" : "    \($0)" } + [""]
        }
        lines.append(
            "Used: \(data.train.count.grouped) training and \(data.test.count.grouped) test images of "
                + "\(data.train.imageShape.map(String.init).joined(separator: "×")).")
        return lines.joined(separator: "\n")
    }

    /// Lines in a frame that stands out.
    private static func framed(_ lines: [String]) -> [String] {
        let width = lines.map(\.count).max() ?? 0
        let rule = String(repeating: "─", count: width + 4)
        return ["┌\(rule)┐"]
            + lines.map { "│  \($0)\(String(repeating: " ", count: width - $0.count))  │" } + ["└\(rule)┘"]
    }

    /// The data set's block in a record. It names the file, never the directory.
    static func record(of data: LoadedDataset) throws -> Record {
        .object([
            "name": .string(data.provenance.name),
            "file": .string(data.provenance.file),
            "checksum": .string(data.provenance.checksum),
            "isOfficial": .bool(data.provenance.isOfficial),
            "isStandIn": .bool(data.provenance.isStandIn),
            "statement": data.provenance.statement.map(Record.string) ?? .null,
            "classNames": .array(data.train.classNames.map(Record.string)),
            "imageShape": try Record(encoding: data.train.imageShape),
            "trainImages": try Record(encoding: data.train.count),
            "testImages": try Record(encoding: data.test.count),
        ])
    }
}
