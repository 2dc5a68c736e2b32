/// Weights files in the safetensors format, with tensors of 32-bit floats.
///
/// A file consists of the length of its header (eight bytes, little-endian), the header (JSON: for each tensor
/// its type, shape and place in the data) and the data. Any program that reads safetensors can read it:
///
/// ```python
/// from safetensors.numpy import load_file
/// kernel = load_file("plain.safetensors")["conv2d/kernel"]
/// ```
///
/// Source: <https://github.com/huggingface/safetensors#format>
public enum Safetensors {
    /// The contents of a file.
    public struct Contents: Sendable, Equatable {
        /// The tensors, in the order of their data.
        public let tensors: [NamedTensor]
        /// The writer's notes about the file as a whole.
        public let metadata: [String: String]
    }

    private static let metadataKey = "__metadata__"

    /// Reads the tensors of a file, in the order of their data.
    ///
    /// - Throws: ``FileError``, or ``SafetensorsError`` for the first fault in the file.
    public static func read(_ path: String) throws -> [NamedTensor] { try contents(of: path).tensors }

    /// Reads the tensors and the metadata of a file.
    ///
    /// - Throws: ``FileError``, or ``SafetensorsError`` for the first fault in the file.
    public static func contents(of path: String) throws -> Contents {
        let file = try bytes(ofFile: path)
        return try file.withUnsafeBytes { try parse($0, file: path) }
    }

    /// Reads the output of ``encoded(_:metadata:)``; `source` is its name in errors.
    package static func contents(of bytes: UnsafeRawBufferPointer, source: String) throws -> Contents {
        try parse(bytes, file: source)
    }

    /// The bytes that ``write(_:to:metadata:)`` would write.
    package static func encoded(_ tensors: [NamedTensor], metadata: [String: String]) throws -> [UInt8] {
        let header = try header(for: tensors, metadata: metadata, file: "the bytes")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + 4 * tensors.reduce(0) { $0 + $1.values.count })
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += header
        for tensor in tensors { tensor.values.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, file: String) throws -> Contents {
        guard bytes.count >= 8 else { throw SafetensorsError.tooShort(file: file, bytes: bytes.count) }
        let declared = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let available = bytes.count - 8
        guard let length = Int(exactly: declared), length <= available else {
            throw SafetensorsError.headerLength(file: file, declared: declared, available: available)
        }
        var (entries, metadata) = try header(bytes[8..<8 + length], file: file)
        let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + length)...])
        entries.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }

        var covered = 0
        var previous = ""
        var tensors: [NamedTensor] = []
        for entry in entries {
            guard entry.end <= data.count else {
                throw SafetensorsError.outOfRange(
                    file: file, tensor: entry.name, begin: entry.begin, end: entry.end, available: data.count)
            }
            guard entry.begin >= covered else {
                throw SafetensorsError.overlap(file: file, tensor: entry.name, previous: previous)
            }
            guard entry.begin == covered else {
                throw SafetensorsError.gap(file: file, tensor: entry.name, bytes: entry.begin - covered)
            }
            let count = (entry.end - entry.begin) / 4
            let values = [Float](unsafeUninitializedCapacity: count) { values, initialized in
                // The format and every processor this runs on are little-endian.
                UnsafeMutableRawBufferPointer(values).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: data[entry.begin..<entry.end]))
                initialized = count
            }
            tensors.append(NamedTensor(name: entry.name, shape: entry.shape, values: values))
            (covered, previous) = (entry.end, entry.name)
        }
        guard covered == data.count else {
            throw SafetensorsError.gap(file: file, tensor: nil, bytes: data.count - covered)
        }
        return Contents(tensors: tensors, metadata: metadata)
    }

    /// The header's entry for one tensor, whose data are the bytes `begin..<end` after the header.
    private struct Entry {
        let name: String
        let shape: [Int]
        let begin, end: Int
    }

    private static func header(
        _ bytes: Slice<UnsafeRawBufferPointer>, file: String
    ) throws -> ([Entry], metadata: [String: String]) {
        let header: Record
        do {
            header = try Record(json: Array(bytes), source: "the header")
        } catch RecordError.invalid(_, let line, let column, let problem) {
            throw SafetensorsError.header(
                file: file, problem: "in line \(line), column \(column), \(problem)")
        }
        guard var members = header.object else {
            throw SafetensorsError.header(file: file, problem: "it is not a JSON object")
        }
        var metadata: [String: String] = [:]
        if let noted = members.removeValue(forKey: metadataKey) {
            for (key, value) in noted.object ?? [:] { metadata[key] = value.string }
            guard let keys = noted.object?.count, keys == metadata.count else {
                throw SafetensorsError.header(file: file, problem: "its \(metadataKey) are not all strings")
            }
        }
        // Sorted by name, so that the same fault is always reported if there are several.
        let entries = try members.sorted { $0.key < $1.key }.map { name, description in
            try entry(name, description, file: file)
        }
        return (entries, metadata)
    }

    private static func entry(_ name: String, _ description: Record, file: String) throws -> Entry {
        func fault(_ problem: String) -> SafetensorsError {
            .entry(file: file, tensor: name, problem: problem)
        }
        guard let dtype = description["dtype"]?.string else { throw fault("it has no dtype") }
        guard dtype == "F32" else { throw SafetensorsError.dtype(file: file, tensor: name, found: dtype) }
        guard let shape = description["shape"]?.integers, shape.allSatisfy({ $0 >= 0 }) else {
            throw fault("its shape is not a list of whole numbers of 0 or more")
        }
        guard let offsets = description["data_offsets"]?.integers, offsets.count == 2 else {
            throw fault("its data_offsets are not two whole numbers")
        }
        let (begin, end) = (offsets[0], offsets[1])
        guard 0 <= begin, begin <= end else {
            throw fault("its data_offsets \(begin) and \(end) are not a range")
        }
        guard let expected = byteCount(of: shape) else { throw fault("its shape \(shape) is too large") }
        guard end - begin == expected else {
            throw SafetensorsError.size(
                file: file, tensor: name, shape: shape, expected: expected, found: end - begin)
        }
        return Entry(name: name, shape: shape, begin: begin, end: end)
    }

    /// The size in bytes of a tensor of floats; nil on overflow.
    private static func byteCount(of shape: [Int]) -> Int? {
        var count = 4
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            count = product
        }
        return count
    }

    /// Writes tensors to a file atomically, their data in the order given.
    ///
    /// - Parameters:
    ///   - tensors: tensors with unique names.
    ///   - path: the file to create or replace.
    ///   - metadata: notes about the file as a whole.
    /// - Throws: ``FileError`` or ``SafetensorsError``; a file at `path` is then unchanged.
    public static func write(
        _ tensors: [NamedTensor], to path: String, metadata: [String: String] = [:]
    ) throws {
        let header = try header(for: tensors, metadata: metadata, file: path)
        try AtomicFile.write(to: path) { append in
            try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try append($0) }
            try header.withUnsafeBytes { try append($0) }
            for tensor in tensors { try tensor.values.withUnsafeBytes { try append($0) } }
        }
    }

    private static func header(
        for tensors: [NamedTensor], metadata: [String: String], file: String
    ) throws -> [UInt8] {
        var members: [String: Record] = [:]
        if !metadata.isEmpty { members[metadataKey] = .object(metadata.mapValues { .string($0) }) }
        var end = 0
        for tensor in tensors {
            guard byteCount(of: tensor.shape) == 4 * tensor.values.count else {
                throw SafetensorsError.valueCount(
                    file: file, tensor: tensor.name, shape: tensor.shape, found: tensor.values.count)
            }
            guard tensor.name != metadataKey else {
                throw SafetensorsError.reservedName(file: file, tensor: tensor.name)
            }
            guard members[tensor.name] == nil else {
                throw SafetensorsError.duplicateName(file: file, tensor: tensor.name)
            }
            let begin = end
            end += 4 * tensor.values.count
            members[tensor.name] = [
                "dtype": "F32", "shape": .numbers(tensor.shape), "data_offsets": .numbers([begin, end]),
            ]
        }
        var header = try Record.object(members).compactJSON()
        // Spaces up to a multiple of eight, so that the data is aligned.
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        return header
    }
}
