import Glibc

/// The text that `be_last_error` returns, one per thread.
enum LastError {
    private static let key = {
        var key = pthread_key_t()
        pthread_key_create(&key) { free($0) }
        return key
    }()
    private static let none: StaticString = ""

    /// The text as a C string, valid until it is set again on this thread.
    static var pointer: UnsafePointer<CChar> {
        let text = pthread_getspecific(key) ?? UnsafeMutableRawPointer(mutating: none.utf8Start)
        return UnsafePointer(text.assumingMemoryBound(to: CChar.self))
    }

    /// The text on this thread.
    static var text: String {
        get { String(cString: pointer) }
        set {
            free(pthread_getspecific(key))
            pthread_setspecific(key, strdup(newValue))
        }
    }
}
