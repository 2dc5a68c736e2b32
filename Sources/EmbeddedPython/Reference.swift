import CPython

/// One counted reference to a Python object, given back when this goes out of scope.
///
/// Belongs inside `Python.withInterpreter`, as everything that touches a Python object.
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

    /// Takes over a new reference where a failure is no more than an absence: the exception is dropped.
    init?(orNothing new: UnsafeMutablePointer<PyObject>?) {
        guard let new else {
            PyErr_Clear()
            return nil
        }
        object = new
    }

    deinit { Py_DecRef(object) }

    /// Hands the reference to a function that takes it over.
    consuming func release() -> UnsafeMutablePointer<PyObject> {
        let object = object
        discard self
        return object
    }
}
