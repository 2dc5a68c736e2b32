import Glibc

/// Memory for activations, gradients of activations and scratch, shared by the plans of one model.
///
/// Plans never run at the same time, so the plans of the tail batch and of the validation use the memory
/// of the training plan. The memory grows if a plan needs more.
final class Workspace {
    private var base: UnsafeMutableRawPointer?
    private(set) var capacity = 0
    /// Changes whenever `base` moves. Plans must then bind their primitives again.
    private(set) var generation = 0

    /// 2 MiB pages avoid most address translations.
    private static let alignment = 2 << 20

    /// Reserves `bytes` bytes.
    ///
    /// - Returns: the address of the first byte.
    func reserve(_ bytes: Int) throws -> UnsafeMutableRawPointer {
        if let base, bytes <= capacity { return base }
        free(base)
        base = nil
        capacity = 0
        let rounded = (bytes + Workspace.alignment - 1) / Workspace.alignment * Workspace.alignment
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, Workspace.alignment, rounded) == 0, let memory else {
            throw EngineError.outOfMemory(bytes: rounded)
        }
        madvise(memory, rounded, Int32(MADV_HUGEPAGE))
        base = memory
        capacity = rounded
        generation += 1
        return memory
    }

    deinit { free(base) }
}
