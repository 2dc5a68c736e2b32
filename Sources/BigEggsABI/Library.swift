// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs
import Glibc

@c @implementation
public func be_abi_version() -> Int32 { BE_ABI_VERSION }

@c @implementation
public func be_version() -> UnsafePointer<CChar>? { version }

/// Lives as long as the process.
nonisolated(unsafe) private let version = UnsafePointer(strdup(BE_VERSION))

@c @implementation
public func be_last_error() -> UnsafePointer<CChar>? { LastError.pointer }

@c @implementation
public func be_wilson_interval(
    _ correct: Int64, _ count: Int64, _ low: UnsafeMutablePointer<Double>?,
    _ high: UnsafeMutablePointer<Double>?
) -> be_status {
    answer {
        let (low, high) = (try require(low, "low"), try require(high, "high"))
        guard correct >= 0, correct <= count else {
            throw Failure.invalidArgument(
                "correct is \(correct) and count is \(count): correct must be from 0 to count")
        }
        let proportion = Proportion(correct: Int(correct), of: Int(count))
        (low.pointee, high.pointee) = (proportion.low, proportion.high)
    }
}

@c @implementation
public func be_duplicate(_ handle: be_handle, _ duplicate: UnsafeMutablePointer<be_handle>?) -> be_status {
    answer {
        let object = try HandleTable.shared.withLock { try $0.object(handle) }
        insert(object, try require(duplicate, "duplicate"))
    }
}

@c @implementation
public func be_release(_ handle: be_handle) -> be_status {
    answer { _ = try HandleTable.shared.withLock { try $0.remove(handle) } }
}
