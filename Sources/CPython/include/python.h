// Python's C API, loaded at run time. The compiled code works with libpython of any release from 3.10 on. A program
// that does not call Python needs no libpython.
#pragma once

#include <stddef.h>

/// An opaque Python object.
typedef struct {
  ptrdiff_t opaque;
} PyObject;

/// As Python declares it, in every release from 3.8 on.
typedef struct {
  int config_init, parse_argv, isolated, use_environment, configure_locale, coerce_c_locale, coerce_c_locale_warn,
      utf8_mode, dev_mode, allocator;
} PyPreConfig;

/// Room for Python's own structure, whose fields differ between releases; in 3.11 it has 416 bytes.
typedef struct {
  ptrdiff_t opaque[2048];
} PyConfig;

/// As Python declares it.
typedef struct {
  int type;
  const char *func;
  const char *err_msg;
  int exitcode;
} PyStatus;

#define PYTHON(result, name, parameters, arguments)              \
  extern __attribute__((visibility("hidden"))) result(*python_##name) parameters; \
  static inline result name parameters { return python_##name arguments; }
#include "python_functions.h"
#undef PYTHON

/// Loads a libpython and looks up Python's functions. Call it before any of them.
///
/// Returns NULL on success, otherwise the reason of the failure, valid until the next call.
const char *python_load(const char *library);

// ---- Macros of Python's headers ----------------------------------------------------------------------

enum { PyBUF_WRITE = 0x200 };

/// None and True, as borrowed references; NULL before python_load.
PyObject *python_none_object(void);
PyObject *python_true_object(void);

// A new reference to None.
static inline PyObject *python_none(void) {
  Py_IncRef(python_none_object());
  return python_none_object();
}

static inline PyObject *Py_NewRef(PyObject *object) {
  Py_IncRef(object);
  return object;
}

int python_is_none(PyObject *object);
int python_is_bool(PyObject *object);
int python_is_true(PyObject *object);
int python_is_float(PyObject *object);
int python_is_string(PyObject *object);
int python_is_bytes(PyObject *object);
int python_is_list(PyObject *object);
int python_is_tuple(PyObject *object);
int python_is_dictionary(PyObject *object);

/// Calls a function without arguments.
static inline PyObject *PyObject_CallNoArgs(PyObject *function) { return PyObject_CallObject(function, NULL); }

/// Takes the pending exception, with its traceback attached: a new reference, or NULL if there is none.
PyObject *python_take_exception(void);

/// Whether an exception is a ModuleNotFoundError.
int python_is_missing_module(PyObject *exception);
