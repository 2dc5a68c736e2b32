import BigEggs
import CBigEggs

/// An array that the caller passes: checked, not copied.
struct InputArray {
    let shape: [Int]
    let count: Int
    private let array: be_array
    private let name: String

    /// - Parameter name: the argument's name in the header.
    init(_ array: UnsafePointer<be_array>?, _ name: String) throws {
        try self.init(try require(array, name).pointee, name)
    }

    init(_ array: be_array, _ name: String) throws {
        self.array = array
        self.name = name
        guard array.rank >= 0, array.rank <= BE_MAX_RANK else {
            throw Failure.invalidArgument(
                "the argument \(name) has \(array.rank) dimensions: give 0 to \(BE_MAX_RANK)")
        }
        shape = withUnsafeBytes(of: array.shape) { bytes in
            bytes.assumingMemoryBound(to: Int64.self).prefix(Int(array.rank)).map { Int($0) }
        }
        // No real array has 2⁴⁸ elements. With fewer, the size in bytes does not overflow.
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow, product < 1 << 48 else {
                throw Failure.invalidArgument("the argument \(name) has the impossible shape \(shape)")
            }
            count = product
        }
        self.count = count
        guard array.data != nil || count == 0 else {
            throw Failure.invalidArgument("the argument \(name) has no data")
        }
    }

    /// The values in the caller's memory, if they are of this type.
    func values<Element>(_ dtype: be_dtype, as _: Element.Type) throws -> UnsafeBufferPointer<Element> {
        guard array.dtype == dtype else {
            throw Failure.wrongType(
                "the argument \(name) holds \(typeName(array.dtype)), not \(typeName(dtype))")
        }
        guard let data = array.data else { return UnsafeBufferPointer(start: nil, count: 0) }
        guard UInt(bitPattern: data) % UInt(MemoryLayout<Element>.alignment) == 0 else {
            throw Failure.invalidArgument("the argument \(name) is not aligned to its elements")
        }
        return UnsafeBufferPointer(start: data.assumingMemoryBound(to: Element.self), count: count)
    }

    var dtype: be_dtype { array.dtype }

    /// The values of a tensor, copied.
    func tensor(named tensor: String) throws -> NamedTensor {
        NamedTensor(name: tensor, shape: shape, values: Array(try values(BE_FLOAT32, as: Float.self)))
    }
}

/// Tensors that the caller passes as `count` names and arrays.
func requireTensors(
    _ count: Int64, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ arrays: UnsafePointer<be_array>?,
    _ argument: String
) throws -> [NamedTensor] {
    guard count >= 0 else { throw Failure.invalidArgument("the argument count is \(count)") }
    guard count > 0 else { return [] }
    let names = try require(names, "names")
    let arrays = try require(arrays, argument)
    return try (0..<Int(count)).map { index in
        let name = try requireText(names[index], "names[\(index)]")
        return try InputArray(arrays[index], "\(argument)[\(index)]").tensor(named: name)
    }
}

func typeName(_ dtype: be_dtype) -> String {
    switch dtype {
    case BE_UINT8: "BE_UINT8"
    case BE_INT32: "BE_INT32"
    case BE_FLOAT32: "BE_FLOAT32"
    case BE_FLOAT64: "BE_FLOAT64"
    default: "the unknown type \(dtype.rawValue)"
    }
}
