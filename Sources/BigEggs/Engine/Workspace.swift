import Glibc

/// Bytes for activations, gradients of activations and scratch, shared by the plans of one model.
///
/// Plans never run at the same time, so the plan of the last, smaller batch and the plan of the
/// validation live in the memory of the training plan. A plan that needs more makes it grow.
final class Workspace {
    private var base: UnsafeMutableRawPointer?
    private(set) var capacity = 0
    /// Changes whenever `base` moves: plans then bind their primitives again.
    private(set) var generation = 0

    /// Pages of 2 MiB spare the processor most of its address translations.
    private static let alignment = 2 << 20

    /// Makes room for so many bytes.
    ///
    /// - Returns: where they begin.
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
