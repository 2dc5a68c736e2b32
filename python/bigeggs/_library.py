"""Declares the C functions of bigeggs.h, and helpers to call them."""

from __future__ import annotations

import ctypes
import json
import math
import operator
import os
import sys
import weakref
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int, c_int32, c_int64, c_uint64, c_void_p
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from . import _download, _level

ABI_VERSION = 5

BE_NOT_FOUND, BE_WRONG_TYPE, BE_STOPPED = 3, 4, 7
BE_NULL, BE_BOOL, BE_NUMBER, BE_TEXT, BE_LIST, BE_OBJECT = range(6)

BE_TRAIN_BEGIN, BE_EPOCH_BEGIN, BE_BATCH_END, BE_EPOCH_END, BE_TRAIN_END, BE_TEST_BATCH_END = range(6)

_DTYPES = {1: "|u1", 2: "<i4", 3: "<f4", 4: "<f8"}


class Error(Exception):
    """The library or this package cannot do what was asked; the message says why."""

    __module__ = "bigeggs"
    #: The message is a whole sentence: it is shown without the exception's name.
    is_sentence = True


class NotFound(Error, KeyError):
    """There is nothing under a name, key path or index."""

    __module__ = "bigeggs"
    __str__ = Error.__str__  # KeyError would show the message in quotation marks.


class WrongType(Error):
    """The value has another type than the one asked for."""


class Stopped(Error):
    """A callback ended a training."""


class Array(ctypes.Structure):
    """The C struct `be_array`."""

    _fields_ = [("data", c_void_p), ("dtype", c_int), ("rank", c_int32), ("shape", c_int64 * 8)]

    @classmethod
    def of(cls, array: np.ndarray) -> Array:
        """Returns a view of a contiguous array; the caller must keep the array alive."""
        dtype = next((code for code, name in _DTYPES.items() if np.dtype(name) == array.dtype), 0)
        return cls(array.ctypes.data, dtype, array.ndim, (c_int64 * 8)(*array.shape))


class Transform(ctypes.Structure):
    """The C struct `be_transform`."""

    _fields_ = [
        ("theta", c_double), ("tx", c_double), ("ty", c_double), ("shear", c_double), ("zx", c_double),
        ("zy", c_double), ("flip_horizontal", c_int32), ("flip_vertical", c_int32), ("fill_mode", c_int),
        ("cval", c_float),
    ]


class Progress(ctypes.Structure):
    """The C struct `be_progress`."""

    _fields_ = [
        ("event", c_int), ("metric_count", c_int32), ("epoch", c_int64), ("epochs", c_int64),
        ("step", c_int64), ("steps", c_int64), ("metric_names", POINTER(c_char_p)),
        ("metrics", POINTER(c_double)),
    ]

    def logs(self) -> dict[str, float]:
        """Returns the metrics by name."""
        return {self.metric_names[index].decode(): self.metrics[index] for index in range(self.metric_count)}


ProgressCallback = ctypes.CFUNCTYPE(c_int32, POINTER(Progress), c_void_p)

_TEXT, _HANDLE, _COUNT = POINTER(c_char_p), POINTER(c_uint64), POINTER(c_int64)
_NUMBER, _FLOATS, _NAMES = POINTER(c_double), POINTER(c_float), POINTER(c_char_p)

# The argument types of every function that returns a be_status.
FUNCTIONS = {
    "be_duplicate": [c_uint64, _HANDLE],
    "be_release": [c_uint64],
    "be_dataset_set_fetch": [_download.Callback, c_void_p],
    "be_dataset_open": [c_char_p, _HANDLE],
    "be_dataset_name": [c_uint64, _TEXT],
    "be_dataset_checksum": [c_uint64, _TEXT],
    "be_dataset_class_count": [c_uint64, _COUNT],
    "be_dataset_class_name": [c_uint64, c_int64, _TEXT],
    "be_dataset_count": [c_uint64, c_int, _COUNT],
    "be_dataset_images": [c_uint64, c_int, POINTER(Array)],
    "be_dataset_labels": [c_uint64, c_int, POINTER(Array)],
    "be_dataset_augment": [c_uint64, c_int, c_int64, POINTER(Transform), POINTER(c_float), c_int64],
    "be_record_open": [c_char_p, _HANDLE],
    "be_record_type": [c_uint64, c_char_p, POINTER(c_int)],
    "be_record_bool": [c_uint64, c_char_p, POINTER(c_int32)],
    "be_record_number": [c_uint64, c_char_p, POINTER(c_double)],
    "be_record_text": [c_uint64, c_char_p, _TEXT],
    "be_record_array": [c_uint64, c_char_p, POINTER(Array)],
    "be_record_count": [c_uint64, c_char_p, _COUNT],
    "be_record_key": [c_uint64, c_char_p, c_int64, _TEXT],
    "be_weights_open": [c_char_p, _HANDLE],
    "be_weights_count": [c_uint64, _COUNT],
    "be_weights_name": [c_uint64, c_int64, _TEXT],
    "be_weights_tensor": [c_uint64, c_char_p, POINTER(Array)],
    "be_images_create": [POINTER(Array), POINTER(Array), c_char_p, _HANDLE],
    "be_images_of_dataset": [c_uint64, c_int, c_char_p, _HANDLE],
    "be_images_count": [c_uint64, _COUNT],
    "be_generator_create": [c_char_p, _HANDLE],
    "be_generator_draw": [c_uint64, c_uint64, c_int64, c_int64, c_int64, c_int64, POINTER(Transform)],
    "be_generator_batch": [c_uint64, c_uint64, c_char_p, c_int64, _FLOATS, c_int64, _COUNT, _COUNT],
    "be_transform_image": [POINTER(Array), POINTER(Transform), _FLOATS, c_int64],
    "be_wilson_interval": [c_int64, c_int64, POINTER(c_double), POINTER(c_double)],
    "be_model_create": [c_char_p, _HANDLE],
    "be_model_add": [c_uint64, c_char_p, c_char_p],
    "be_model_describe": [c_uint64, _HANDLE],
    "be_model_compile": [c_uint64, c_char_p, c_char_p, c_char_p],
    "be_world": [_COUNT, _COUNT],
    "be_model_fit": [
        c_uint64, c_uint64, c_uint64, c_uint64, c_char_p, ProgressCallback, c_void_p, _HANDLE
    ],
    "be_model_train_on_batch": [c_uint64, c_uint64, _NUMBER, _NUMBER],
    "be_model_evaluate": [c_uint64, c_uint64, c_char_p, _NUMBER, _NUMBER],
    "be_model_predict": [c_uint64, c_uint64, c_char_p, _FLOATS, c_int64],
    "be_model_learning_rate": [c_uint64, _NUMBER],
    "be_model_set_learning_rate": [c_uint64, c_double],
    "be_model_stop_training": [c_uint64, POINTER(c_int32)],
    "be_model_set_stop_training": [c_uint64, c_int32],
    "be_model_weights": [c_uint64, _HANDLE],
    "be_model_set_weights": [c_uint64, c_int64, _NAMES, POINTER(Array)],
    "be_model_save": [c_uint64, c_char_p, c_char_p],
    "be_model_load": [c_char_p, c_char_p, _HANDLE],
    "be_model_load_weights": [c_uint64, c_char_p],
    "be_model_export_onnx": [c_uint64, c_char_p, c_char_p],
    "be_model_snapshot": [c_uint64, _HANDLE],
    "be_model_restore": [POINTER(Array), _HANDLE],
    "be_callback_snapshot": [c_uint64, _HANDLE],
    "be_callback_restore": [c_uint64, POINTER(Array)],
    "be_snapshot_bytes": [c_uint64, POINTER(Array)],
    "be_callback_create": [c_char_p, c_char_p, _HANDLE],
    "be_callback_on_train_begin": [c_uint64, c_uint64],
    "be_callback_on_epoch_begin": [c_uint64, c_uint64, c_int64],
    "be_callback_on_batch_end": [c_uint64, c_uint64, c_int64, c_int64, _NAMES, _NUMBER],
    "be_callback_on_epoch_end": [c_uint64, c_uint64, c_int64, c_int64, _NAMES, _NUMBER],
    "be_callback_on_train_end": [c_uint64, c_uint64],
    "be_callback_describe": [c_uint64, _HANDLE],
    "be_test_forward": [c_uint64, c_uint64, c_int32, c_int64, _FLOATS, c_int64],
    "be_test_gradients": [c_uint64, c_uint64, c_int64, _NUMBER, _HANDLE],
    "be_test_backward": [c_uint64, c_uint64, c_int64, POINTER(Array), _HANDLE],
    "be_test_apply_gradients": [c_uint64, c_int64, _NAMES, POINTER(Array)],
    "be_test_optimizer": [c_uint64, _COUNT, _HANDLE, _HANDLE],
    "be_test_set_optimizer": [c_uint64, c_int64, c_int64, _NAMES, POINTER(Array), POINTER(Array)],
}


#: The directory in which the wheel has a build of the library for each processor level.
_LEVELS = Path(__file__).resolve().parent / "lib"


def _find() -> ctypes.CDLL:
    """Finds the library in this process if the process contains it, else loads it from a file."""
    process = ctypes.CDLL(None)
    if hasattr(process, "be_abi_version"):
        return process
    name, package = "libbigeggs_c.so", Path(__file__).resolve().parent
    if "BIGEGGS_LIBRARY" in os.environ:
        candidates = [Path(os.environ["BIGEGGS_LIBRARY"])]
    elif _LEVELS.is_dir():
        try:
            candidates = [_LEVELS / _level.chosen(_LEVELS) / name]
        except _level.LevelError as error:
            raise Error(str(error)) from None
    else:
        # pip puts the library into the package, `swift build` into the checkout, and `make install` under a prefix.
        candidates = [package / name, package.parents[1] / ".build" / "release" / name]
        if package.parents[1].parts[-2:] == ("share", "bigeggs"):
            candidates.append(package.parents[3] / "lib" / name)
    for candidate in candidates:
        if candidate.is_file():
            try:
                return ctypes.CDLL(str(candidate))
            except OSError as error:
                raise Error(f"{candidate} cannot be loaded: {error}") from None
    raise Error(
        f"there is no {' and no '.join(map(str, candidates))}: build it with "
        f"`swift build -c release --product bigeggs_c`, or set BIGEGGS_LIBRARY to its path"
    )


def _load() -> ctypes.CDLL:
    library = _find()
    library.be_abi_version.restype = c_int32
    if (version := library.be_abi_version()) != ABI_VERSION:
        raise Error(
            f"the library has ABI version {version}, but this binding needs {ABI_VERSION}: use both of one version")
    library.be_last_error.restype = library.be_version.restype = c_char_p
    for name, arguments in FUNCTIONS.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int
    if _LEVELS.is_dir():
        library.be_dataset_set_fetch(_download.callback, None)
    return library


try:
    _library = _load()
except Error as error:
    # `python -m bigeggs` imports the package before it runs `main`, so `main` cannot print this error.
    if sys.argv[:1] == ["-m"] and {"bigeggs", "-mbigeggs"} & set(sys.orig_argv):
        raise SystemExit(f"error: {error}") from None
    raise


def version() -> str:
    """Returns the library's version, such as "0.2.0"."""
    return str(_library.be_version().decode())


def call(function: str, *arguments: Any) -> None:
    """Calls a function of the library; raises an `Error` for a status other than BE_OK."""
    # ctypes takes no NumPy scalars.
    plain = (argument.item() if isinstance(argument, np.generic) else argument for argument in arguments)
    if status := getattr(_library, function)(*plain):
        _download.raise_if_interrupted()
        kind = {BE_NOT_FOUND: NotFound, BE_WRONG_TYPE: WrongType, BE_STOPPED: Stopped}.get(status, Error)
        raise kind(_library.be_last_error().decode())


def number(function: str, *arguments: Any, kind: Any = c_int64) -> Any:
    """Calls a function whose last argument is an output pointer to a number; returns the number."""
    result = kind()
    call(function, *arguments, byref(result))
    return result.value


def text(function: str, *arguments: Any) -> str:
    """Calls a function whose last argument is an output pointer to a text; returns the text."""
    result = c_char_p()
    call(function, *arguments, byref(result))
    return (result.value or b"").decode()


def settings(**values: object) -> bytes:
    """Writes settings as JSON for the library, without those that are None.

    NumPy's scalars become numbers; infinities and NaN, which JSON lacks, become strings.
    """
    given = {name: _plain(name, value) for name, value in values.items() if value is not None}
    return json.dumps(given).encode()


def _plain(name: str, value: object) -> object:
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {key: _plain(key, member) for key, member in value.items()}
    if isinstance(value, Sequence):
        return [_plain(name, member) for member in value]
    raise TypeError(f"{name} is {value!r}: give a number, a string or a list")


def whole_number(name: str, value: Any) -> int:
    """Converts Python's or NumPy's whole number to an int; the message of the `TypeError` for all else has `name`."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}: give a whole number") from None


def floats(array: np.ndarray) -> Any:
    """Returns a pointer to the numbers of a float32 array."""
    return array.ctypes.data_as(POINTER(c_float))


def as_array(array: Any, dtype: Any) -> np.ndarray:
    """Makes an array contiguous, aligned and of this machine's byte order, as the library needs it; may copy it."""
    # Unlike ascontiguousarray, this keeps the shape of an array without dimensions.
    return np.require(array, np.dtype(dtype), ["C_CONTIGUOUS", "ALIGNED"])


def named_arrays(arrays: Mapping[str, np.ndarray]) -> tuple[int, Any, Any]:
    """Returns the arguments `count`, `names` and `tensors` of a C function; `tensors` keeps the arrays alive."""
    arrays = {name: as_array(array, np.float32) for name, array in arrays.items()}
    names = (c_char_p * len(arrays))(*(name.encode() for name in arrays))
    views: Any = (Array * len(arrays))(*map(Array.of, arrays.values()))
    views.kept = list(arrays.values())
    return len(arrays), names, views


class Owner:
    """A handle that is released when no object and no array refers to it any more."""

    def __init__(self, handle: int):
        self.handle = handle
        # The handle is not released at exit: arrays may live until then, and the memory is freed with the process.
        weakref.finalize(self, _library.be_release, handle).atexit = False

    @classmethod
    def open(cls, function: str, path: str | os.PathLike[str]) -> Owner:
        """Returns the owner of the handle that the C function opens for a path."""
        return cls(number(function, os.fsencode(path), kind=c_uint64))

    @classmethod
    def sharing(cls, handle: int) -> Owner:
        """Returns the owner of a duplicate of a handle; the given handle still belongs to its own owner."""
        return cls(number("be_duplicate", handle, kind=c_uint64))

    @classmethod
    def made(cls, function: str, *arguments: Any) -> Owner:
        """Returns the owner of the handle that the C function writes to its last argument, an output pointer."""
        return cls(number(function, *arguments, kind=c_uint64))

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Raises `TypeError`: in another process the handle's number would name another object, or none."""
        raise TypeError("a handle of the library can be neither copied nor pickled")

    def array(self, function: str, *arguments: Any) -> np.ndarray:
        """Calls a function with this handle and an output pointer to a view at the end; returns the view as an array.

        The array is read-only.
        """
        view = Array()
        call(function, self.handle, *arguments, byref(view))
        return np.asarray(_View(self, view))


class Shown:
    """Base class of objects that show the library's read-only memory; copying returns the object itself."""

    #: The end of the error for pickling: what to do instead.
    _instead: str

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"a {type(self).__name__} is memory of this process and cannot be pickled: {self._instead}")


class _View:
    """Implements NumPy's array interface; the array keeps this object alive, and this object the owner."""

    def __init__(self, owner: Owner, view: Array):
        self.owner = owner
        shape, dtype = tuple(view.shape[: view.rank]), np.dtype(_DTYPES[view.dtype])
        read_only = True
        self.__array_interface__ = {
            "version": 3, "shape": shape, "typestr": dtype.str, "data": (view.data or 0, read_only)
        }
