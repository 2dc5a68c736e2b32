import CBigEggs
import Synchronization

/// An object that a handle can name.
protocol NamedByHandle: AnyObject, Sendable {
    /// The kind of object in error messages: "a data set".
    static var kind: String { get }
}

/// The table of handles and their objects.
///
/// A handle is the index of a slot and the slot's generation, which grows each time that the slot is
/// freed. A released handle therefore stays invalid when the slot gets a new object.
struct HandleTable {
    /// The table of this process.
    static let shared = Mutex(HandleTable())

    private struct Slot {
        /// From 1, so that no handle is zero.
        var generation: UInt32 = 1
        var object: (any NamedByHandle)?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    /// Gives an object a new handle.
    mutating func insert(_ object: any NamedByHandle) -> UInt64 {
        let index: Int
        if let reused = free.popLast() {
            index = reused
        } else {
            index = slots.count
            slots.append(Slot())
        }
        slots[index].object = object
        return UInt64(slots[index].generation) << 32 | UInt64(index)
    }

    /// The object that a handle names.
    func object(_ handle: UInt64) throws -> any NamedByHandle {
        guard let index = index(of: handle), let object = slots[index].object else {
            throw Failure.invalidHandle("the handle \(handle) names nothing, or was released")
        }
        return object
    }

    /// Removes a handle and returns its object, so that the caller can free the object after unlocking the table.
    mutating func remove(_ handle: UInt64) throws -> any NamedByHandle {
        let object = try object(handle)
        guard let index = index(of: handle) else { return object }
        slots[index].object = nil
        // A slot is not used again after its last generation.
        if slots[index].generation < .max {
            slots[index].generation += 1
            free.append(index)
        }
        return object
    }

    private func index(of handle: UInt64) -> Int? {
        let index = Int(handle & 0xFFFF_FFFF)
        return index < slots.count && UInt64(slots[index].generation) == handle >> 32 ? index : nil
    }
}

/// Writes a new handle of an object to `handle`.
func insert(_ object: any NamedByHandle, _ handle: UnsafeMutablePointer<be_handle>) {
    handle.pointee = HandleTable.shared.withLock { $0.insert(object) }
}

/// The object of a handle, if it is of the type asked for.
func object<Object: NamedByHandle>(_ handle: UInt64, as _: Object.Type = Object.self) throws -> Object {
    let object = try HandleTable.shared.withLock { try $0.object(handle) }
    guard let object = object as? Object else {
        throw Failure.invalidHandle("the handle \(handle) names \(type(of: object).kind), not \(Object.kind)")
    }
    return object
}
