/// A fault in a safetensors file, or in tensors to be written.
public enum SafetensorsError: Error, Equatable, CustomStringConvertible {
    /// The file is too short for the eight bytes of the header's length.
    case tooShort(file: String, bytes: Int)
    /// The header would reach beyond the end of the file.
    case headerLength(file: String, declared: UInt64, available: Int)
    /// The header is not JSON, or not as the format requires.
    case header(file: String, problem: String)
    /// A tensor's entry in the header lacks a field or holds an unexpected value.
    case entry(file: String, tensor: String, problem: String)
    /// The tensor is not of 32-bit floats.
    case dtype(file: String, tensor: String, found: String)
    /// A tensor's data would lie outside the file.
    case outOfRange(file: String, tensor: String, begin: Int, end: Int, available: Int)
    /// The length of a tensor's data does not fit its shape.
    case size(file: String, tensor: String, shape: [Int], expected: Int, found: Int)
    /// A tensor's data overlaps the data before it.
    case overlap(file: String, tensor: String, previous: String)
    /// There are bytes that belong to no tensor: before this tensor's data or, if `tensor` is nil, at the end.
    case gap(file: String, tensor: String?, bytes: Int)
    /// Two tensors to be written have the same name.
    case duplicateName(file: String, tensor: String)
    /// A tensor to be written has the name that the format reserves for metadata.
    case reservedName(file: String, tensor: String)
    /// The number of values of a tensor to be written does not fit its shape.
    case valueCount(file: String, tensor: String, shape: [Int], found: Int)

    /// The error in one sentence.
    public var description: String {
        switch self {
        case .tooShort(let file, let bytes):
            "\(file) has \(bytes) bytes, too few for a safetensors file; it is truncated or of another format"
        case .headerLength(let file, let declared, let available):
            "\(file) declares a header of \(declared) bytes, but only \(available) follow; "
                + "it is truncated or not a safetensors file"
        case .header(let file, let problem):
            "\(file) has a damaged safetensors header: \(problem)"
        case .entry(let file, let tensor, let problem):
            "\(file), tensor \(tensor): \(problem); write the file anew"
        case .dtype(let file, let tensor, let found):
            "\(file), tensor \(tensor): its type is \(found); convert it to F32, the only type read here"
        case .outOfRange(let file, let tensor, let begin, let end, let available):
            "\(file), tensor \(tensor): its data lies at \(begin)..<\(end), but the file has \(available) bytes "
                + "of data; it is truncated"
        case .size(let file, let tensor, let shape, let expected, let found):
            "\(file), tensor \(tensor): shape \(shape) needs \(expected) bytes, the file gives \(found)"
        case .overlap(let file, let tensor, let previous):
            "\(file), tensor \(tensor): its data overlaps the data of \(previous); write the file anew"
        case .gap(let file, let tensor, let bytes):
            "\(file): \(bytes) bytes \(tensor.map { "before tensor \($0)" } ?? "at the end") belong to no tensor; "
                + "write the file anew"
        case .duplicateName(let file, let tensor):
            "cannot write \(file): two tensors are named \(tensor); give each its own name"
        case .reservedName(let file, let tensor):
            "cannot write \(file): no tensor can be named \(tensor); give it another name"
        case .valueCount(let file, let tensor, let shape, let found):
            "cannot write \(file), tensor \(tensor): shape \(shape) does not have \(found) values"
        }
    }
}
