import BigEggs
import Foundation
import Testing

@Suite struct SafetensorsTests {
    private let tensors = [
        NamedTensor(
            name: "conv2d/kernel", shape: [2, 3],
            values: [1, -2.5, 0, .pi, .leastNonzeroMagnitude, .infinity]),
        NamedTensor(name: "empty", shape: [0, 4], values: []),
        NamedTensor(name: "scalar", shape: [], values: [-0.0]),
        NamedTensor(name: "ähnlich \"quoted\"", shape: [1], values: [3]),
    ]

    /// Writes a file from a header and data, and returns the error of reading it.
    private func error(
        header: String, data: Int = 0, declaredLength: UInt64? = nil
    ) throws -> SafetensorsError? {
        try withTemporaryDirectory { directory in
            let path = directory + "/broken.safetensors"
            let length = declaredLength ?? UInt64(header.utf8.count)
            let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array(header.utf8)
            try Data(bytes + [UInt8](repeating: 0, count: data)).write(to: URL(filePath: path))
            let error = #expect(throws: SafetensorsError.self) { try Safetensors.read(path) }
            #expect(error?.description.contains(path) == true)
            return error
        }
    }

    private func entry(_ shape: String, _ offsets: String, dtype: String = "F32") -> String {
        #"{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }

    @Test func tensorsAndMetadataRoundTripBitForBit() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/weights.safetensors"
            try Safetensors.write(tensors, to: path, metadata: ["epoch": "3", "note": "a\nb"])
            let contents = try Safetensors.contents(of: path)
            #expect(contents.metadata == ["epoch": "3", "note": "a\nb"])
            // Of tensors with the same offset, the empty one comes first, as it was written.
            #expect(contents.tensors == tensors)
            #expect(contents.tensors[2].values[0].sign == .minus)
        }
    }

    @Test func dataIsAlignedToEightBytes() throws {
        for name in ["a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"] {
            try withTemporaryDirectory { directory in
                let path = directory + "/weights.safetensors"
                try Safetensors.write([NamedTensor(name: name, shape: [1], values: [1])], to: path)
                let size = try #require(
                    FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
                #expect((size - 4) % 8 == 0)
            }
        }
    }

    @Test func filesOfTheReferenceImplementationAreRead() throws {
        let tensors = try Safetensors.read(Fixture.path("augmentation.safetensors"))
        let image = try #require(tensors.first { $0.name == "image/6x11x3" })
        #expect(image.shape == [6, 11, 3])
        #expect(image.values.allSatisfy { 0...255 ~= $0 && $0 == $0.rounded() })
    }

    @Test func aFileTooShortForTheLengthFieldIsRefused() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/short"
            try AtomicFile.write("abc", to: path)
            #expect(throws: SafetensorsError.tooShort(file: path, bytes: 3)) { try Safetensors.read(path) }
        }
    }

    @Test func aHeaderLongerThanTheFileIsRefused() throws {
        for length in [3, 1 << 40, UInt64.max] {
            guard case .headerLength(_, length, 2) = try error(header: "{}", declaredLength: length) else {
                Issue.record("no error for length \(length)")
                continue
            }
        }
    }

    @Test func everyTruncationIsRefused() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/weights.safetensors"
            try Safetensors.write(tensors, to: path)
            let whole = Array(try Data(contentsOf: URL(filePath: path)))
            for length in whole.indices {
                try Data(whole[..<length]).write(to: URL(filePath: path))
                #expect(throws: SafetensorsError.self) { try Safetensors.read(path) }
            }
            try AtomicFile.write([whole + [0]], to: path)
            #expect(throws: SafetensorsError.gap(file: path, tensor: nil, bytes: 1)) {
                try Safetensors.read(path)
            }
        }
    }

    @Test func aFlippedBitInAnyByteIsReadOrRefusedWithoutACrash() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/weights.safetensors"
            try Safetensors.write(tensors, to: path)
            let whole = Array(try Data(contentsOf: URL(filePath: path)))
            var refused = 0
            for index in whole.indices {
                var damaged = whole
                damaged[index] ^= 1 << UInt8(index % 8)
                try Data(damaged).write(to: URL(filePath: path))
                do { _ = try Safetensors.read(path) } catch is SafetensorsError { refused += 1 }
            }
            // The header's structure is most of this small file.
            #expect(refused > whole.count / 3)
        }
    }

    @Test func aHeaderThatIsNotAJSONObjectIsRefused() throws {
        for header in ["", "{", "[1]", "{\"a\" 1}", "{\"a\":1}x"] {
            switch try error(header: header) {
            case .header: break
            case let other: Issue.record("\(header): \(String(describing: other))")
            }
        }
    }

    @Test func aRepeatedNameIsRefused() throws {
        let one = entry("[1]", "[0,4]")
        guard case .header(_, let problem) = try error(header: "{\"a\":\(one),\"a\":\(one)}", data: 4) else {
            Issue.record("no error")
            return
        }
        #expect(problem.contains("\"a\""))
    }

    @Test func metadataOtherThanStringsIsRefused() throws {
        for metadata in ["1", "{\"a\":1}", "[\"a\"]"] {
            guard case .header = try error(header: "{\"__metadata__\":\(metadata)}") else {
                Issue.record("no error for \(metadata)")
                continue
            }
        }
    }

    @Test func unsupportedTypesAreRefused() throws {
        for dtype in ["F16", "BF16", "F64", "I64", "f32"] {
            guard
                case .dtype(_, "w", dtype) = try error(
                    header: "{\"w\":\(entry("[2]", "[0,4]", dtype: dtype))}", data: 4)
            else {
                Issue.record("no error for \(dtype)")
                continue
            }
        }
    }

    @Test func incompleteOrInvalidEntriesAreRefused() throws {
        for broken in [
            "1", "{}", #"{"dtype":"F32"}"#, #"{"dtype":"F32","shape":[1]}"#, entry("[-1]", "[0,4]"),
            entry("[1.5]", "[0,4]"), entry("1", "[0,4]"), entry("[\"1\"]", "[0,4]"), entry("[1]", "[0]"),
            entry("[1]", "[0,4,8]"), entry("[1]", "[4,0]"), entry("[1]", "[-4,0]"), entry("[1]", "[0.5,4.5]"),
            entry("[4294967296,4294967296]", "[0,4]"),
        ] {
            guard case .entry(_, "w", _) = try error(header: "{\"w\":\(broken)}", data: 4) else {
                Issue.record("no error for \(broken)")
                continue
            }
        }
    }

    @Test func dataOfTheWrongSizeIsRefused() throws {
        guard
            case .size(_, "w", [3, 2], 24, 20) = try error(
                header: "{\"w\":\(entry("[3,2]", "[0,20]"))}", data: 20)
        else {
            Issue.record("no error")
            return
        }
    }

    @Test func dataOutsideTheFileIsRefused() throws {
        guard
            case .outOfRange(_, "w", 0, 8, 4) = try error(header: "{\"w\":\(entry("[2]", "[0,8]"))}", data: 4)
        else {
            Issue.record("no error")
            return
        }
    }

    @Test func overlapsAndGapsAreRefused() throws {
        let overlap = "{\"a\":\(entry("[2]", "[0,8]")),\"b\":\(entry("[2]", "[4,12]"))}"
        guard case .overlap(_, "b", "a") = try error(header: overlap, data: 12) else {
            Issue.record("no error for an overlap")
            return
        }
        let gap = "{\"a\":\(entry("[1]", "[0,4]")),\"b\":\(entry("[1]", "[8,12]"))}"
        guard case .gap(_, "b", 4) = try error(header: gap, data: 12) else {
            Issue.record("no error for a gap")
            return
        }
    }

    @Test func invalidTensorsAreRefusedAndTheFileIsUnchanged() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/weights.safetensors"
            try Safetensors.write(tensors, to: path)
            let wrong = NamedTensor(name: "w", shape: [2, 2], values: [1, 2, 3])
            #expect(throws: SafetensorsError.valueCount(file: path, tensor: "w", shape: [2, 2], found: 3)) {
                try Safetensors.write([wrong], to: path)
            }
            #expect(throws: SafetensorsError.duplicateName(file: path, tensor: "scalar")) {
                try Safetensors.write([tensors[2], tensors[2]], to: path)
            }
            #expect(throws: SafetensorsError.reservedName(file: path, tensor: "__metadata__")) {
                try Safetensors.write(
                    [NamedTensor(name: "__metadata__", shape: [0], values: [])], to: path)
            }
            #expect(try Safetensors.read(path) == tensors)
        }
    }

    @Test func aMissingFileIsReported() {
        #expect(throws: FileError.missing(file: "/nowhere/weights.safetensors")) {
            try Safetensors.read("/nowhere/weights.safetensors")
        }
    }
}
