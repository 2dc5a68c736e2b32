import COneDNN

/// oneDNN's own description of a layout.
package final class Descriptor: Equatable {
    let handle: be_memory_desc

    private init(
        _ operation: @autoclosure () -> String, _ create: (inout be_memory_desc?) -> dnnl_status_t
    ) throws {
        var handle: be_memory_desc?
        try DNNL.check(create(&handle), operation())
        guard let handle else { throw EngineError.oneDNN(operation: operation(), status: -1) }
        self.handle = handle
    }

    deinit { dnnl_memory_desc_destroy(handle) }

    private convenience init(_ dims: [Int], _ precision: Precision, _ tag: dnnl_format_tag_t) throws {
        try self.init("a layout of \(dims)") {
            dnnl_memory_desc_create_with_tag(
                &$0, Int32(dims.count), dims.map { dnnl_dim_t($0) }, precision.dataType, tag)
        }
    }

    private convenience init(copying other: const_dnnl_memory_desc_t) throws {
        try self.init("a copy of a layout") { dnnl_memory_desc_clone(&$0, other) }
    }

    /// Translates a layout into oneDNN's description.
    ///
    /// oneDNN describes blocks only by format names, such as "BA8b64a2b".
    package convenience init(_ layout: TensorLayout) throws {
        guard !layout.blocks.isEmpty else {
            try self.init("strides \(layout.strides) of \(layout.dims)") {
                dnnl_memory_desc_create_with_strides(
                    &$0, Int32(layout.dims.count), layout.dims.map { dnnl_dim_t($0) },
                    layout.precision.dataType, layout.strides.map { dnnl_dim_t($0) })
            }
            return
        }
        let tags = layout.formatNames.compactMap { Descriptor.tags[$0] }
        guard
            let tag = try tags.first(where: {
                try Descriptor(layout.dims, layout.precision, $0).fields == layout
            })
        else {
            throw EngineError.oneDNN(operation: "strides \(layout.strides) of \(layout.dims)", status: -1)
        }
        try self.init(layout.dims, layout.precision, tag)
    }

    /// Translates a choice. If it is free, the primitive chooses the layout.
    static func of(_ choice: LayoutChoice) throws -> Descriptor {
        switch choice {
        case .free(let dims, let precision): try Descriptor(dims, precision, dnnl_format_tag_any)
        case .described(let layout): try Descriptor(layout)
        case .opaque(let descriptor): descriptor
        }
    }

    /// The layout of the first `count` elements of a dimension.
    ///
    /// The strides stay the same. The result has no gaps if that dimension is the outermost.
    func first(_ count: Int, of dimension: Int) throws -> Descriptor {
        guard var dims = fields?.dims else {
            throw EngineError.oneDNN(operation: "a part of a layout", status: -1)
        }
        dims[dimension] = count
        return try Descriptor("\(count) of dimension \(dimension)") {
            dnnl_memory_desc_create_submemory(
                &$0, handle, dims.map { dnnl_dim_t($0) }, dims.map { _ in 0 })
        }
    }

    /// The layout that a primitive chose for an argument; `nil` if it has no such argument.
    static func chosen(_ description: const_dnnl_memory_desc_t?) throws -> LayoutChoice? {
        guard let description, dnnl_memory_desc_get_size(description) > 0 else { return nil }
        let own = try Descriptor(copying: description)
        return own.layout.map { .described($0) } ?? .opaque(own)
    }

    /// This layout as a ``TensorLayout``; `nil` if translating it back would not give an equal descriptor.
    package var layout: TensorLayout? {
        guard let layout = fields, layout.byteCount == byteCount, let again = try? Descriptor(layout),
            again == self
        else { return nil }
        return layout
    }

    package var byteCount: Int { dnnl_memory_desc_get_size(handle) }

    package static func == (first: Descriptor, second: Descriptor) -> Bool {
        withExtendedLifetime((first, second)) { dnnl_memory_desc_equal(first.handle, second.handle) != 0 }
    }

    /// The precision, dimensions, strides and blocks; `nil` if oneDNN's format kind is not "blocked", or the
    /// precision is not a ``Precision``.
    var fields: TensorLayout? {
        guard query(dnnl_query_format_kind, dnnl_format_kind_undef) == dnnl_blocked,
            let precision = Precision(query(dnnl_query_data_type, dnnl_data_type_undef))
        else { return nil }
        let rank = Int(query(dnnl_query_ndims_s32, Int32(0)))
        let blocks = Int(query(dnnl_query_inner_nblks_s32, Int32(0)))
        return TensorLayout(
            precision, dims: numbers(dnnl_query_dims, rank),
            paddedDims: numbers(dnnl_query_padded_dims, rank), strides: numbers(dnnl_query_strides, rank),
            blocks: zip(numbers(dnnl_query_inner_blks, blocks), numbers(dnnl_query_inner_idxs, blocks))
                .map { TensorLayout.Block($0, of: $1) })
    }

    private func query<Value>(_ what: be_memory_desc_query, _ otherwise: Value) -> Value {
        var value = otherwise
        let status = withUnsafeMutablePointer(to: &value) { dnnl_memory_desc_query(handle, what, $0) }
        return status == dnnl_success ? value : otherwise
    }

    private func numbers(_ what: be_memory_desc_query, _ count: Int) -> [Int] {
        let first = query(what, nil as UnsafePointer<dnnl_dim_t>?)
        return UnsafeBufferPointer(start: first, count: first == nil ? 0 : count).map { Int($0) }
    }

    /// oneDNN's formats by name.
    private static let tags: [String: dnnl_format_tag_t] = {
        let all = (1..<dnnl_format_tag_last.rawValue).map { dnnl_format_tag_t(rawValue: $0) }
        let named = all.compactMap { tag in dnnl_fmt_tag2str(tag).map { (String(cString: $0), tag) } }
        return Dictionary(named) { first, _ in first }
    }()
}

extension TensorLayout {
    /// Names of the formats that have these strides and blocks, such as "aBcd16b".
    ///
    /// A name lists the dimensions from the outermost to the innermost, with capital letters for dimensions
    /// in blocks. Then it lists the blocks. Among dimensions of equal stride, those with a single outer step
    /// can stand in any order, so a layout can have several names.
    fileprivate var formatNames: [String] {
        let letters = Array("abcdefghijkl")
        guard dims.count <= letters.count else { return [] }
        let steps = dims.indices.map { paddedDims[$0] / blockSize(of: $0) }
        let groups = Dictionary(grouping: dims.indices) { strides[$0] }.sorted { $0.key > $1.key }.map(
            \.value)
        var orders: [[Int]] = [[]]
        for group in groups {
            let long = group.filter { steps[$0] > 1 }
            let single = group.filter { steps[$0] <= 1 }
            orders = orders.flatMap { order in
                permutations(single).map { order + long + $0 }
            }
        }
        let suffix = blocks.map { "\($0.size)\(letters[$0.dimension])" }.joined()
        return orders.map { order in
            order.map { dimension in
                let letter = String(letters[dimension])
                return blockSize(of: dimension) > 1 ? letter.uppercased() : letter
            }.joined() + suffix
        }
    }

    private func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }
}

extension Precision {
    fileprivate var dataType: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }

    fileprivate init?(_ type: dnnl_data_type_t) {
        guard let precision = Precision.allCases.first(where: { $0.dataType == type }) else { return nil }
        self = precision
    }
}
