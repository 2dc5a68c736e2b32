import BigEggs
import BigEggsABI
import EmbeddedPython
import Foundation
import Testing

/// Python code in the embedded interpreter calls the library of this process through the binding.
@Suite(.serialized) struct EmbeddedBindingTests {
    static let source = """
        import gc
        import bigeggs
        from bigeggs import _library

        kept = []

        def library():
            return _library._library._name

        def describe(handle):
            data = bigeggs.Dataset(handle)
            images = data.images("train")
            kept.append(images)
            return {
                "name": data.name, "classes": data.class_names, "shape": images.shape,
                "sum": int(images.sum()), "labels": data.labels("train").tolist(),
                "flipped": data.augment("test", 0, flip_vertical=True).ravel().tolist()}

        def sum_of_kept():
            return int(kept.pop().sum())

        def ask(handle):
            return bigeggs.Dataset(handle).name

        def losses(path):
            record = bigeggs.Record.open(path)
            return [record["results.loss"].tolist(), record["results.none"], record["title"]]
        """

    private func call(_ function: String, _ arguments: PythonValue...) throws -> PythonValue {
        let directory = FileManager.default.temporaryDirectory.appending(path: "binding-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data(Self.source.utf8).write(to: directory.appending(path: "uses_the_binding.py"))
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        try Python.start(searchPaths: [directory.path, root.appending(path: "python").path])
        return try Python.call(function, in: "uses_the_binding", arguments)
    }

    private func value(_ handle: UInt64) -> PythonValue { .int(Int(handle)) }

    @Test func findsTheFunctionsInThisProcess() throws {
        #expect(try call("library") == .none)
    }

    @Test func seesARegisteredDataSet() throws {
        let handle = registerDataset(try smallDataset())
        defer { releaseHandle(handle) }
        let seen = try call("describe", value(handle))
        #expect(seen["name"] == .string("Eggs"))
        #expect(seen["classes"] == .list([.string("egg"), .string("hen")]))
        #expect(seen["shape"] == .list([.int(2), .int(2), .int(2), .int(3)]))
        #expect(seen["sum"] == .int(276))
        #expect(seen["labels"] == .list([.int(0), .int(1)]))
        let flipped: [Double] = [18, 19, 20, 21, 22, 23, 12, 13, 14, 15, 16, 17]
        #expect(seen["flipped"] == .list(flipped.map(PythonValue.double)))
        // Swift releases its handle; the array that Python kept keeps the data set's memory alive.
        releaseHandle(handle)
        #expect(try call("sum_of_kept") == .int(276))
    }

    @Test func aReleasedHandleRaisesTheLibrarysMessage() throws {
        let handle = registerDataset(try smallDataset())
        releaseHandle(handle)
        let error = try #require(throws: PythonError.self) { try call("ask", value(handle)) }
        #expect(error == .refused("the handle \(handle) names nothing, or was released"))
    }

    @Test func readsARecordWrittenBySwift() throws {
        let name = "record-\(UUID().uuidString).json"
        let path = FileManager.default.temporaryDirectory.appending(path: name).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let record: Record = ["title": "≥", "results": ["loss": [0.1, 2, 1e-300], "none": .null]]
        try record.write(to: path)
        #expect(
            try call("losses", .string(path))
                == .list([.list([.double(0.1), .double(2), .double(1e-300)]), .none, .string("≥")]))
    }
}
