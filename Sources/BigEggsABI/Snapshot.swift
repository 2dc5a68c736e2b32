// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs

/// A model, or the state of a callback, as bytes with a handle.
final class Snapshot: NamedByHandle {
    static let kind = "a snapshot"

    /// The decoded bytes.
    struct Contents {
        let description: Record
        let tensors: [NamedTensor]

        /// - Parameter bytes: an array in the caller's memory.
        init(_ bytes: UnsafePointer<be_array>?) throws {
            let array = try InputArray(bytes, "snapshot")
            let bytes = UnsafeRawBufferPointer(try array.values(BE_UINT8, as: UInt8.self))
            let contents = try Safetensors.contents(of: bytes, source: "the snapshot")
            guard let text = contents.metadata[Snapshot.key] else {
                throw Failure(
                    status: BE_CANNOT_READ, message: "the snapshot has no description: make it anew")
            }
            description = try Record(json: text, source: "the snapshot")
            tensors = contents.tensors
        }
    }

    private static let key = "bigeggs_snapshot"
    let bytes: Pinned<UInt8>
    let count: Int

    init(_ description: Record, _ tensors: [NamedTensor]) throws {
        let text = try description.compactText()
        let bytes = try Safetensors.encoded(tensors, metadata: [Snapshot.key: text])
        count = bytes.count
        self.bytes = Pinned(bytes)
    }
}

@c @implementation
public func be_snapshot_bytes(
    _ snapshot: be_handle, _ bytes: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer(snapshot, as: Snapshot.self, writing: bytes, "bytes") { snapshot in
        try be_array(snapshot.bytes, BE_UINT8, shape: [snapshot.count], of: "the snapshot")
    }
}

@c @implementation
public func be_model_snapshot(
    _ model: be_handle, _ snapshot: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(model, as: ModelObject.self, into: snapshot, "snapshot") { try $0.snapshot() }
}

@c @implementation
public func be_model_restore(
    _ snapshot: UnsafePointer<be_array>?, _ model: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: model, "model") { try ModelObject(try Snapshot.Contents(snapshot)) }
}

@c @implementation
public func be_callback_snapshot(
    _ callback: be_handle, _ snapshot: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(callback, as: CallbackObject.self, into: snapshot, "snapshot") { try $0.snapshot() }
}

@c @implementation
public func be_callback_restore(
    _ callback: be_handle, _ snapshot: UnsafePointer<be_array>?
) -> be_status {
    answer(callback, as: CallbackObject.self) { try $0.restore(try Snapshot.Contents(snapshot)) }
}

extension CallbackObject {
    func snapshot() throws -> Snapshot {
        try use { callback in
            let state = callback.state
            // The values become texts, because JSON has no infinite numbers. A text reads back as the same double.
            let values = (state?.values ?? [:]).mapValues { Record.string("\($0)") }
            return try Snapshot(["values": .object(values)], state?.tensors ?? [])
        }
    }

    func restore(_ snapshot: Snapshot.Contents) throws {
        let values = (snapshot.description["values"]?.object ?? [:]).compactMapValues {
            $0.string.flatMap(Double.init)
        }
        try use { try $0.restore(CallbackState(values: values, tensors: snapshot.tensors)) }
    }
}
