import BigEggs

extension Section {
    /// What the reader is told about the data set before anything is shown of it.
    static func announcement(of data: LoadedDataset) -> String {
        let provenance = data.provenance
        var lines: [String] = []
        if provenance.isStandIn {
            lines += [
                "┌──────────────────────────────────────────────────────────────────────────┐",
                "│  NOT CIFAR-10: \(provenance.name) stands in for it. Every number below is   │",
                "│  about other images; nothing here can be compared with the report.       │",
                "└──────────────────────────────────────────────────────────────────────────┘",
            ]
        }
        let origin =
            provenance.isStandIn
            ? "a stand-in" : provenance.isOfficial ? "the official files" : "not the official files"
        lines.append("Data: \(provenance.name), \(origin) (\(provenance.file), \(provenance.checksum)).")
        if let statement = provenance.statement, !provenance.isOfficial {
            lines.append("Its own statement: \(statement.split(separator: "\n").joined(separator: " "))")
        }
        lines.append(
            "Used: \(data.train.count.grouped) training and \(data.test.count.grouped) test images of "
                + "\(data.train.imageShape.map(String.init).joined(separator: "×")).")
        return lines.joined(separator: "\n")
    }

    /// The record's block on the data set. It names the file, never the directory.
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
