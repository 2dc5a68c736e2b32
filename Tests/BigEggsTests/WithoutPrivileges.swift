import Foundation

/// Calls `body` with the file permissions of the user `nobody` if this thread runs as root.
func withoutPrivileges(_ body: () -> Void) {
    typealias SetUser = @convention(c) (uid_t) -> Int32
    let setUser = unsafeBitCast(dlsym(nil, "setfsuid"), to: SetUser.self)
    let before = uid_t(bitPattern: setUser(geteuid() == 0 ? 65534 : geteuid()))
    defer { _ = setUser(before) }
    body()
}
