import CBigEggs
import Synchronization

/// An object that a handle can name.
protocol NamedByHandle: AnyObject, Sendable {
    /// What it is, for a sentence: "a data set".
    static var kind: String { get }
}

/// Which handle names which object.
///
/// A handle is the index of a slot and the slot's generation, which grows each time that the slot is
/// freed: a handle from before then names nothing, even when the slot has a new object.
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

    /// Takes a handle back, and returns the object that it named: it may go once the table is unlocked.
    mutating func remove(_ handle: UInt64) throws -> any NamedByHandle {
        let object = try object(handle)
        guard let index = index(of: handle) else { return object }
        slots[index].object = nil
        // A slot whose generations are used up is not used again.
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

/// Gives an object a new handle, where the caller wants it.
func insert(_ object: any NamedByHandle, _ handle: UnsafeMutablePointer<be_handle>) {
    handle.pointee = HandleTable.shared.withLock { $0.insert(object) }
}

/// The object of a kind that a handle names.
func object<Object: NamedByHandle>(_ handle: UInt64, as _: Object.Type = Object.self) throws -> Object {
    let object = try HandleTable.shared.withLock { try $0.object(handle) }
    guard let object = object as? Object else {
        throw Failure.invalidHandle("the handle \(handle) names \(type(of: object).kind), not \(Object.kind)")
    }
    return object
}
