import CPython

/// One counted reference to a Python object, released when this goes out of scope.
///
/// Use it only inside `Python.withInterpreter`.
struct Reference: ~Copyable {
    /// The object, alive as long as this reference.
    let object: UnsafeMutablePointer<PyObject>

    /// Takes over the new reference that a function of Python's C API returned.
    ///
    /// - Throws: the pending Python exception if the function returned none.
    init(_ new: UnsafeMutablePointer<PyObject>?) throws {
        guard let new else { throw PythonError.takePending() }
        object = new
    }

    /// Takes over a new reference; if there is none, clears the exception and returns nil.
    init?(orNothing new: UnsafeMutablePointer<PyObject>?) {
        guard let new else {
            PyErr_Clear()
            return nil
        }
        object = new
    }

    deinit { Py_DecRef(object) }

    /// Gives up the reference, for a function that steals it.
    consuming func release() -> UnsafeMutablePointer<PyObject> {
        let object = object
        discard self
        return object
    }
}
