import FoundationEssentials

extension ONNXTensorProto {
    /// A tensor of 32-bit floats, row-major.
    init(_ name: String, shape: [Int], values: [Float]) {
        self.init()
        self.name = name
        dims = shape.map(Int64.init)
        dataType = Int32(ONNXTensorProto.DataType.float.rawValue)
        // The format and every processor this runs on are little-endian.
        rawData = values.withUnsafeBytes { Data($0) }
    }
}

extension ONNXTensorProto {
    /// A list of whole numbers.
    init(_ name: String, integers: [Int]) {
        self.init()
        self.name = name
        dims = [Int64(integers.count)]
        dataType = Int32(ONNXTensorProto.DataType.int64.rawValue)
        rawData = integers.map(Int64.init).withUnsafeBytes { Data($0) }
    }
}

extension ONNXAttributeProto {
    init(_ name: String, integer: Int) {
        self.init()
        self.name = name
        type = .int
        i = Int64(integer)
    }

    init(_ name: String, _ values: [Int]) {
        self.init()
        self.name = name
        type = .ints
        ints = values.map(Int64.init)
    }

    init(_ name: String, _ value: Float) {
        self.init()
        self.name = name
        type = .float
        f = value
    }
}

extension ONNXValueInfoProto {
    /// An input or output of 32-bit floats, for any number of images.
    init(_ name: String, shape: [Int], isImage: Bool = false, doc: String) {
        self.init()
        self.name = name
        docString = doc
        var batch = ONNXTensorShapeProto.Dimension()
        batch.dimParam = "batch"
        let extents = shape.map { extent in
            var dimension = ONNXTensorShapeProto.Dimension()
            dimension.dimValue = Int64(extent)
            return dimension
        }
        type.tensorType.elemType = Int32(ONNXTensorProto.DataType.float.rawValue)
        type.tensorType.shape.dim = [batch] + extents
        if isImage { type.denotation = "IMAGE" }
    }
}

extension ONNXStringStringEntryProto {
    init(_ key: String, _ value: String) {
        self.init()
        self.key = key
        self.value = value
    }
}
