// Before Python.h, whose configuration asks glibc for other declarations than the other C modules get:
// two modules that declare the same structure differently cannot be imported together.
#include <features.h>

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// What Python's headers offer only as macros, which Swift does not import, or under names that
// differ between Python's releases.

// A new reference to None.
static inline PyObject *python_none(void) {
    return Py_NewRef(Py_None);
}

static inline int python_is_none(PyObject *object) { return object == Py_None; }
static inline int python_is_bool(PyObject *object) { return PyBool_Check(object); }
static inline int python_is_true(PyObject *object) { return object == Py_True; }
static inline int python_is_float(PyObject *object) { return PyFloat_Check(object); }
static inline int python_is_string(PyObject *object) { return PyUnicode_Check(object); }
static inline int python_is_bytes(PyObject *object) { return PyBytes_Check(object); }
static inline int python_is_list(PyObject *object) { return PyList_Check(object); }
static inline int python_is_tuple(PyObject *object) { return PyTuple_Check(object); }
static inline int python_is_dictionary(PyObject *object) { return PyDict_Check(object); }

// The name of an object's type, such as "ValueError"; valid while the object lives.
static inline const char *python_type_name(PyObject *object) { return Py_TYPE(object)->tp_name; }

// Takes the pending exception, with its traceback attached: a new reference, or NULL if there is none.
static inline PyObject *python_take_exception(void) {
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type == NULL) return NULL;
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL) PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

// Whether an exception is a ModuleNotFoundError.
static inline int python_is_missing_module(PyObject *exception) {
    return PyErr_GivenExceptionMatches(exception, PyExc_ModuleNotFoundError);
}
