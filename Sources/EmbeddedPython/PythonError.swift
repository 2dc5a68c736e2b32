import CPython

/// An error of the embedded Python.
public enum PythonError: Error, Equatable, CustomStringConvertible {
    /// The interpreter did not start, for the given reason.
    case cannotStart(String)
    /// The system's libpython is missing or unusable; `debianPackage` contains it.
    case noLibrary(String, debianPackage: String, reason: String)
    /// An import failed. `debianPackage` contains the module; `nil` if we do not use the module.
    case moduleMissing(module: String, debianPackage: String?)
    /// An exception whose message is a sentence for users; its attribute `is_sentence` is true.
    case refused(String)
    /// Any other exception: its type's name, its message and Python's traceback, of many lines.
    case exception(type: String, message: String, traceback: String)
    /// A function returned an object that ``PythonValue`` has no case for.
    case noSwiftValue(type: String)

    /// One sentence for the user; ``traceback`` has the details.
    public var description: String {
        switch self {
        case .cannotStart(let reason):
            "Python did not start: \(reason)"
        case .noLibrary(let name, let package, let reason):
            "\(name) cannot be used (\(reason)): install it with `apt-get install \(package)`"
        case .moduleMissing(let module, let package?):
            "Python module \(module) is missing: install it with `apt-get install \(package)`"
        case .moduleMissing(let module, nil):
            "Python module \(module) is missing: it is in none of the directories that Python searches"
        case .refused(let message):
            message
        case .exception(let type, let message, _):
            message.isEmpty ? "Python raised \(type)" : "Python raised \(type): \(message)"
        case .noSwiftValue(let type):
            "Python returned an object of type \(type), which has no value in Swift"
        }
    }

    /// Python's traceback of an exception, if there is one.
    public var traceback: String? {
        if case .exception(_, _, let traceback) = self, !traceback.isEmpty { traceback } else { nil }
    }
}

extension PythonError {
    /// The Debian packages of the modules that figures and report are made with.
    private static let debianPackages = [
        "PIL": "python3-pil", "jinja2": "python3-jinja2", "matplotlib": "python3-matplotlib",
        "markdown_it": "python3-markdown-it", "nbconvert": "python3-nbconvert",
        "nbformat": "python3-nbformat", "numpy": "python3-numpy", "pygments": "python3-pygments",
        "pytest": "python3-pytest",
    ]

    /// Clears Python's pending exception and describes it. Needs the interpreter's lock.
    ///
    /// Parts of the description that cannot be read are empty.
    static func takePending() -> PythonError {
        guard let exception = Reference(orNothing: python_take_exception()) else {
            return .exception(type: "SystemError", message: "failed without an exception", traceback: "")
        }
        if python_is_missing_module(exception.object) != 0,
            let name = Reference(orNothing: PyObject_GetAttrString(exception.object, "name")),
            let module = text(name.object)
        {
            return .moduleMissing(module: module, debianPackage: debianPackages[module])
        }
        if let isSentence = Reference(orNothing: PyObject_GetAttrString(exception.object, "is_sentence")),
            python_is_true(isSentence.object) != 0, let message = message(of: exception.object)
        {
            return .refused(message)
        }
        let type = typeName(of: exception.object)
        let traceback = traceback(of: exception.object)
        return .exception(
            type: type, message: message(of: exception.object) ?? "", traceback: traceback)
    }

    /// The name of an object's type, such as "ValueError".
    static func typeName(of object: UnsafeMutablePointer<PyObject>) -> String {
        guard let type = Reference(orNothing: PyObject_Type(object)),
            let name = Reference(orNothing: PyObject_GetAttrString(type.object, "__name__"))
        else { return "object" }
        return text(name.object) ?? "object"
    }

    private static func message(of exception: UnsafeMutablePointer<PyObject>) -> String? {
        guard let message = Reference(orNothing: PyObject_Str(exception)) else { return nil }
        return text(message.object)
    }

    private static func text(_ object: UnsafeMutablePointer<PyObject>) -> String? {
        guard python_is_string(object) != 0, let characters = PyUnicode_AsUTF8AndSize(object, nil) else {
            PyErr_Clear()
            return nil
        }
        return String(cString: characters)
    }

    /// The lines that Python itself would print for an uncaught exception.
    private static func traceback(of exception: UnsafeMutablePointer<PyObject>) -> String {
        guard let module = Reference(orNothing: PyImport_ImportModule("traceback")),
            let format = Reference(orNothing: PyObject_GetAttrString(module.object, "format_exception")),
            let arguments = Reference(orNothing: PyTuple_New(1))
        else { return "" }
        // PyTuple_SetItem steals the reference.
        PyTuple_SetItem(arguments.object, 0, Py_NewRef(exception))
        guard let lines = Reference(orNothing: PyObject_CallObject(format.object, arguments.object)) else {
            return ""
        }
        return (0..<max(PyList_Size(lines.object), 0))
            .compactMap { PyList_GetItem(lines.object, $0).flatMap(text) }.joined()
    }
}
