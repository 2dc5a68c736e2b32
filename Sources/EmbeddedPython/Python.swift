import CPython
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The system's Python, in this process.
///
/// The interpreter is Debian's, with the modules of Debian's packages. It ignores `PATH`, `PYTHONHOME`,
/// `PYTHONPATH`, the user's site directory, an active virtual environment, and the variables that
/// ``EnvironmentVariable`` sets aside.
///
/// ```swift
/// try Python.start(searchPaths: ["/home/me/BigEggs"])
/// let root = try Python.call("sqrt", in: "math", [.double(2)])
/// ```
public enum Python {
    /// The interpreter whose modules are used. This file is not run: from its path Python derives where
    /// its standard library and Debian's modules are.
    package static let executable = "/usr/bin/python3"

    private static let isRunning = Mutex(false)

    /// Starts the interpreter if it does not run yet, and puts directories in front of its `sys.path`.
    ///
    /// Python starts once per process. Further calls only add directories that are missing in `sys.path`.
    ///
    /// - Parameter searchPaths: directories to import modules from, the first one searched first.
    /// - Throws: ``PythonError/cannotStart(_:)``, ``PythonError/noLibrary(_:debianPackage:reason:)``, or the error of
    ///   adding the directories.
    public static func start(searchPaths: [String]) throws {
        try isRunning.withLock { isRunning in
            guard !isRunning else { return }
            try initialize()
            isRunning = true
        }
        try withInterpreter { try prepend(searchPaths) }
    }

    /// Calls a function of a Python module and waits for its result.
    ///
    /// Starts the interpreter if it does not run yet. May be called from any thread; calls take turns.
    /// The function's output is flushed when this returns.
    ///
    /// - Parameters:
    ///   - function: the function's name.
    ///   - module: the module's full name, such as `bigeggs_report.build`; it is imported on its first use.
    ///   - arguments: positional arguments.
    /// - Returns: the function's result; see ``PythonValue`` for what can be returned.
    /// - Throws: ``PythonError``: a missing module, an exception, or a result that has no Swift value.
    public static func call(
        _ function: String, in module: String, _ arguments: [PythonValue] = []
    ) throws -> PythonValue {
        try start(searchPaths: [])
        return try withInterpreter { try call(function, in: module, try tuple(of: arguments)) }
    }

    /// Calls a function that writes into memory owned by Swift.
    ///
    /// The function gets the memory as its first argument, a writable `memoryview` of bytes. The view is released
    /// after the call, so that later uses raise an exception. The function must not keep other memoryviews or
    /// arrays made from it: their later use is not detected.
    ///
    /// - Parameters:
    ///   - function: the function's name.
    ///   - module: the module's full name.
    ///   - arguments: the arguments after the first.
    ///   - memory: the memory to fill; not empty.
    /// - Returns: the function's result.
    /// - Throws: the errors of ``call(_:in:_:)``.
    public static func call(
        _ function: String, in module: String, _ arguments: [PythonValue] = [],
        filling memory: UnsafeMutableRawBufferPointer
    ) throws -> PythonValue {
        try start(searchPaths: [])
        return try withInterpreter {
            let address = memory.baseAddress?.assumingMemoryBound(to: CChar.self)
            let view = try Reference(PyMemoryView_FromMemory(address, memory.count, Int32(PyBUF_WRITE)))
            let result = Result {
                try call(function, in: module, try tuple(of: arguments, after: view.object))
            }
            let released = Result {
                let release = try Reference(PyObject_GetAttrString(view.object, "release"))
                _ = try Reference(PyObject_CallNoArgs(release.object))
            }
            let value = try result.get()
            try released.get()
            return value
        }
    }

    private static func call(
        _ function: String, in module: String, _ arguments: borrowing Reference
    ) throws -> PythonValue {
        // Swift and Python both buffer: without flushing, lines in a pipe would change their order.
        fflush(nil)
        defer { flush() }
        let module = try Reference(PyImport_ImportModule(module))
        let function = try Reference(PyObject_GetAttrString(module.object, function))
        let result = try Reference(PyObject_CallObject(function.object, arguments.object))
        return try PythonValue(result.object)
    }

    /// Runs `body` with the interpreter's lock. References must not outlive this call.
    private static func withInterpreter<Result>(_ body: () throws -> Result) rethrows -> Result {
        let state = PyGILState_Ensure()
        defer { PyGILState_Release(state) }
        return try body()
    }

    private static func initialize() throws {
        // Must come before Python reads the variables: even an isolated Python derives its own path from two of them.
        EnvironmentVariable.setAside()

        let library = try Self.library()
        if let reason = python_load(library.name) {
            throw PythonError.noLibrary(
                library.name, debianPackage: library.package, reason: String(cString: reason))
        }

        // Without UTF-8 mode an isolated Python in the C locale would read and print ASCII.
        var early = PyPreConfig()
        PyPreConfig_InitIsolatedConfig(&early)
        early.utf8_mode = 1
        try check(Py_PreInitialize(&early))

        let config = UnsafeMutablePointer<PyConfig>.allocate(capacity: 1)
        defer { config.deallocate() }
        PyConfig_InitIsolatedConfig(config)
        defer { PyConfig_Clear(config) }
        // Python takes its own path from argv[0]. The path's own field in PyConfig is not used, because its
        // offset differs between releases.
        try executable.withCString { path in
            var word: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(mutating: path)
            try check(PyConfig_SetBytesArgv(config, 1, &word))
        }
        try check(Py_InitializeFromConfig(config))
        // This thread holds the interpreter's lock now: release it, so that any thread can take it.
        defer { _ = PyEval_SaveThread() }
        // Otherwise Python would write compiled modules beside the sources.
        _ = PySys_SetObject("dont_write_bytecode", python_true_object())
        try leaveInterruptsToSwift()
    }

    /// The library of the system's Python, and the Debian package that contains it.
    private static func library() throws(PythonError) -> (name: String, package: String) {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard realpath(executable, &path) != nil else {
            throw .cannotStart("there is no \(executable)")
        }
        let file = String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let name = file.split(separator: "/").last.map(String.init) ?? file
        return ("lib\(name).so.1.0", "lib\(name)")
    }

    /// Python's module `signal` takes over SIGINT when it is first imported, whatever the configuration.
    /// So this function imports the module now, and restores the previous handler.
    private static func leaveInterruptsToSwift() throws {
        var before = sigaction()
        sigaction(SIGINT, nil, &before)
        defer { sigaction(SIGINT, &before, nil) }
        _ = try Reference(PyImport_ImportModule("signal"))
    }

    private static func check(_ status: PyStatus) throws(PythonError) {
        guard PyStatus_Exception(status) != 0 else { return }
        throw .cannotStart(status.err_msg.map { String(cString: $0) } ?? "no reason given")
    }

    private static func prepend(_ directories: [String]) throws {
        let paths = try borrowedSystemObject("path")
        for directory in directories.reversed() {
            let string = try PythonValue.string(directory).makeObject()
            switch PySequence_Contains(paths, string.object) {
            case 0:
                guard PyList_Insert(paths, 0, string.object) == 0 else { throw PythonError.takePending() }
            case 1: continue
            default: throw PythonError.takePending()
            }
        }
    }

    /// An attribute of Python's module `sys`; the module keeps the object alive.
    private static func borrowedSystemObject(_ name: String) throws -> UnsafeMutablePointer<PyObject> {
        guard let object = PySys_GetObject(name) else {
            throw PythonError.exception(
                type: "AttributeError", message: "module sys has no \(name)", traceback: "")
        }
        return object
    }

    /// A tuple of values, after a borrowed object if one is given.
    private static func tuple(
        of values: [PythonValue], after first: UnsafeMutablePointer<PyObject>? = nil
    ) throws -> Reference {
        let offset = first == nil ? 0 : 1
        let tuple = try Reference(PyTuple_New(values.count + offset))
        // PyTuple_SetItem steals the reference.
        if let first { PyTuple_SetItem(tuple.object, 0, Py_NewRef(first)) }
        for (index, value) in values.enumerated() {
            PyTuple_SetItem(tuple.object, index + offset, try value.makeObject().release())
        }
        return tuple
    }

    /// Flushes Python's output. Errors, as of a closed stream, are ignored.
    private static func flush() {
        for stream in ["stdout", "stderr"] {
            guard let file = PySys_GetObject(stream), python_is_none(file) == 0,
                let flush = try? Reference(PyObject_GetAttrString(file, "flush"))
            else { continue }
            _ = try? Reference(PyObject_CallNoArgs(flush.object))
        }
    }
}
