#include "python.h"

#include <dlfcn.h>
#include <stdio.h>

#define PYTHON(result, name, parameters, arguments) result(*python_##name) parameters;
#include "python_functions.h"
#undef PYTHON

static const struct {
  const char *name;
  void **pointer;
} functions[] = {
#define PYTHON(result, name, parameters, arguments) {#name, (void **)&python_##name},
#include "python_functions.h"
#undef PYTHON
};

/// Objects, and functions that not every release has.
static struct {
  PyObject *none, *true_object, *bool_type, *float_type, **missing_module;
  /// PyErr_GetRaisedException, from 3.12 on. Earlier releases need the three functions below.
  PyObject *(*raised)(void);
  void (*fetch)(PyObject **, PyObject **, PyObject **);
  void (*normalize)(PyObject **, PyObject **, PyObject **);
  int (*set_traceback)(PyObject *, PyObject *);
} others;

const char *python_load(const char *library) {
  // C extension modules such as NumPy look up Python's functions among global symbols.
  void *handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) return dlerror();
  for (size_t index = 0; index < sizeof functions / sizeof *functions; index++)
    if (!(*functions[index].pointer = dlsym(handle, functions[index].name))) return dlerror();
  const struct {
    const char *name;
    void *pointer;
  } objects[] = {
      {"_Py_NoneStruct", &others.none},      {"_Py_TrueStruct", &others.true_object},
      {"PyBool_Type", &others.bool_type},    {"PyFloat_Type", &others.float_type},
      {"PyExc_ModuleNotFoundError", &others.missing_module},
  };
  for (size_t index = 0; index < sizeof objects / sizeof *objects; index++)
    if (!(*(void **)objects[index].pointer = dlsym(handle, objects[index].name))) return dlerror();
  *(void **)&others.raised = dlsym(handle, "PyErr_GetRaisedException");
  if (others.raised) return NULL;
  if (!(*(void **)&others.fetch = dlsym(handle, "PyErr_Fetch"))) return dlerror();
  if (!(*(void **)&others.normalize = dlsym(handle, "PyErr_NormalizeException"))) return dlerror();
  if (!(*(void **)&others.set_traceback = dlsym(handle, "PyException_SetTraceback"))) return dlerror();
  return NULL;
}

PyObject *python_none_object(void) { return others.none; }
PyObject *python_true_object(void) { return others.true_object; }

/// Whether an object's type has a flag; subclasses inherit these flags.
/// https://docs.python.org/3/c-api/typeobj.html#c.Py_TPFLAGS_LONG_SUBCLASS and the flags after it
static int has_flag(PyObject *object, int bit) {
  PyObject *type = PyObject_Type(object);
  int has = (PyType_GetFlags(type) >> bit) & 1;
  Py_DecRef(type);
  return has;
}

int python_is_none(PyObject *object) { return object == others.none; }
int python_is_true(PyObject *object) { return object == others.true_object; }
int python_is_bool(PyObject *object) { return PyObject_IsInstance(object, others.bool_type) == 1; }
int python_is_float(PyObject *object) { return PyObject_IsInstance(object, others.float_type) == 1; }
int python_is_list(PyObject *object) { return has_flag(object, 25); }
int python_is_tuple(PyObject *object) { return has_flag(object, 26); }
int python_is_bytes(PyObject *object) { return has_flag(object, 27); }
int python_is_string(PyObject *object) { return has_flag(object, 28); }
int python_is_dictionary(PyObject *object) { return has_flag(object, 29); }

PyObject *python_take_exception(void) {
  if (others.raised) return others.raised();
  PyObject *type, *value, *traceback;
  others.fetch(&type, &value, &traceback);
  if (!type) return NULL;
  others.normalize(&type, &value, &traceback);
  if (traceback) others.set_traceback(value, traceback);
  Py_DecRef(type);
  Py_DecRef(traceback);
  return value;
}

int python_is_missing_module(PyObject *exception) {
  return PyErr_GivenExceptionMatches(exception, *others.missing_module);
}
