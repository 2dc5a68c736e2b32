import BigEggs
import Foundation
import SwiftProtobuf

/// An event file, which TensorBoard can read while it is written.
///
/// A record is the length of an event in eight bytes, the checksum of these bytes, the event, and the event's
/// checksum. All numbers are little-endian. Source: TensorFlow's `record_writer.cc`.
final class EventFile {
    /// The file's path.
    let path: String
    private let descriptor: Int32

    /// Creates a file in a directory, and the directory if needed.
    ///
    /// - Throws: ``FileError``.
    init(directory: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw FileError.failed(file: directory, action: "create", reason: error.localizedDescription)
        }
        let host = ProcessInfo.processInfo.hostName
        let time = Date().timeIntervalSince1970
        // TensorBoard reads files in the order of their names.
        let mark = "\(Int(time)).\(host).\(getpid()).\(Int(time.truncatingRemainder(dividingBy: 1) * 1e9))"
        path = "\(directory)/events.out.tfevents.\(mark)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(code: errno, file: path, action: "write") }
        var first = ProtoEvent()
        first.fileVersion = "brain.Event:2"
        try append(first)
    }

    deinit { close(descriptor) }

    /// Appends the summaries of one step.
    ///
    /// - Throws: ``FileError``.
    func append(_ values: [ProtoSummary.Value], step: Int) throws {
        var event = ProtoEvent()
        event.step = Int64(step)
        event.summary.value = values
        try append(event)
    }

    private func append(_ event: ProtoEvent) throws {
        var event = event
        event.wallTime = Date().timeIntervalSince1970
        let data: [UInt8] = try event.serializedBytes()
        let length = bytes(UInt64(data.count))
        let record =
            length + bytes(MaskedCRC32C.checksum(of: length)) + data
            + bytes(MaskedCRC32C.checksum(of: data))
        try record.withUnsafeBytes { try AtomicFile.append($0, to: descriptor, file: path) }
    }

    private func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}
