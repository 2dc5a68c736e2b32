"""Tests the Python binding on a data set, records and weights that the tests write.

Run with `python3 -m pytest Tests/Python` after `swift build -c release --product bigeggs_c`; the variable
BIGEGGS_LIBRARY may name another libbigeggs_c.so.
"""

import ctypes
import gc
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

import bigeggs  # noqa: E402
from bigeggs import _download, _library  # noqa: E402
from bigeggs._images import Images  # noqa: E402

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def pixels(split, index):
    """Makes an image of the tests' data set, [height, width, channels]: each pixel's value depends on its position."""
    channel, row, column = np.meshgrid(np.arange(3), np.arange(32), np.arange(32), indexing="ij")
    planes = (7 * index + 5 * row + 3 * column + 50 * channel + (100 if split == "test" else 0)) % 256
    return planes.astype(np.uint8).transpose(1, 2, 0)


@pytest.fixture(scope="session")
def data_directory(tmp_path_factory):
    """Writes a directory in CIFAR-10's binary layout: ten training images in five files, four test images in one."""
    directory = tmp_path_factory.mktemp("data") / "cifar-10-batches-bin"
    directory.mkdir()
    (directory / "batches.meta.txt").write_text("\n".join(CLASSES) + "\n")

    def write(name, split, indices):
        records = [bytes([index % 10]) + pixels(split, index).transpose(2, 0, 1).tobytes() for index in indices]
        (directory / name).write_bytes(b"".join(records))

    for batch in range(5):
        write(f"data_batch_{batch + 1}.bin", "train", [2 * batch, 2 * batch + 1])
    write("test_batch.bin", "test", range(4))
    return directory


@pytest.fixture(scope="session")
def data(data_directory):
    return bigeggs.Dataset.open(data_directory)


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "04-plain-training.json"
    path.write_text(
        json.dumps(
            {
                "section": "04-plain-training",
                "title": "≥ 90 % 🥚",
                "results": {
                    "history": {"loss": [1.5, 0.75, 1 / 3], "accuracy": [0, 1]},
                    "confusion": [[9, 1], [2, 8]],
                    "cube": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
                    "ragged": [[1], [2, 3]],
                    "mixed": [1, None, "three", True],
                    "layers": [{"name": "conv2d", "shape": [32, 32, 3]}, {"name": "flatten", "shape": []}],
                    "bestEpoch": 2,
                    "best": 0.1,
                    "stopped": None,
                    "right": True,
                },
            }
        )
    )
    return bigeggs.Record.open(path)


def write_safetensors(path, tensors):
    """Writes a file in the format's own layout: the length of the header, the header, the data."""
    header, data = {}, b""
    for name, array in tensors.items():
        end = len(data) + array.nbytes
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), end]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


@pytest.fixture
def tensors():
    random = np.random.default_rng(7)
    return {
        "conv2d/kernel": random.normal(size=(3, 3, 3, 32)).astype(np.float32),
        "conv2d/bias": random.normal(size=32).astype(np.float32),
        "scale": np.array(0.5, dtype=np.float32),
    }


@pytest.fixture
def weights(tmp_path, tensors):
    path = tmp_path / "plain.safetensors"
    write_safetensors(path, tensors)
    return bigeggs.Weights.open(path)


# ---- The contract -------------------------------------------------------------------------------


def header():
    """Returns the text of bigeggs.h without its comments."""
    text = (ROOT / "Sources/CBigEggs/include/bigeggs.h").read_text()
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def header_functions():
    """Returns the functions of bigeggs.h, each with the names and C types of its parameters, in order."""
    functions = {}
    for name, parameters in re.findall(r"\b(be_\w+)\s*\(([^)]*)\);", header()):
        split = [re.fullmatch(r"(.*?)(\w+)", one.strip(), flags=re.DOTALL) for one in parameters.split(",")]
        functions[name] = {} if parameters == "void" else {one[2]: " ".join(one[1].split()) for one in split}
    return functions


# The ctypes type of each C type. Pointers to const are passed like other pointers.
CTYPES = {
    "be_handle": ctypes.c_uint64, "be_handle *": ctypes.POINTER(ctypes.c_uint64),
    "int32_t": ctypes.c_int32, "int32_t *": ctypes.POINTER(ctypes.c_int32),
    "int64_t": ctypes.c_int64, "int64_t *": ctypes.POINTER(ctypes.c_int64),
    "uint64_t": ctypes.c_uint64, "double": ctypes.c_double,
    "double *": ctypes.POINTER(ctypes.c_double), "const double *": ctypes.POINTER(ctypes.c_double),
    "float *": ctypes.POINTER(ctypes.c_float), "void *": ctypes.c_void_p,
    "const char *": ctypes.c_char_p, "const char **": ctypes.POINTER(ctypes.c_char_p),
    "const char *const *": ctypes.POINTER(ctypes.c_char_p),
    "be_split": ctypes.c_int, "be_type *": ctypes.POINTER(ctypes.c_int),
    "be_array *": ctypes.POINTER(_library.Array), "const be_array *": ctypes.POINTER(_library.Array),
    "be_transform *": ctypes.POINTER(_library.Transform), "const be_transform *": ctypes.POINTER(_library.Transform),
    "be_progress_callback": _library.ProgressCallback, "be_fetch_callback": _download.Callback,
}


def test_the_binding_declares_every_function_of_the_header_with_the_types_of_its_parameters():
    functions = {
        name: [CTYPES[kind] for kind in parameters.values()] for name, parameters in header_functions().items()
    }
    assert _library.FUNCTIONS | {"be_abi_version": [], "be_last_error": [], "be_version": []} == functions


def test_the_constants_of_the_binding_equal_those_of_the_header(tmp_path):
    names = [name for name in vars(_library) if re.fullmatch("BE_[A-Z_]+", name)]
    assert len(names) > 10
    compile_c(tmp_path, *(f'_Static_assert({name} == {getattr(_library, name)}, "{name}");' for name in names))


def test_the_structures_of_the_binding_have_the_layout_of_the_header(tmp_path):
    checks = []
    for name, structure in [
        ("be_array", _library.Array), ("be_transform", _library.Transform), ("be_progress", _library.Progress)
    ]:
        checks.append(f'_Static_assert(sizeof({name}) == {ctypes.sizeof(structure)}, "{name}");')
        for field, _ in structure._fields_:
            offset = getattr(structure, field).offset
            checks.append(f'_Static_assert(offsetof({name}, {field}) == {offset}, "{name}.{field}");')
        members = re.search(rf"typedef struct {name} \{{(.*?)\}}", header(), flags=re.DOTALL)[1]
        assert members.count(";") == len(structure._fields_)
    compile_c(tmp_path, *checks)


def compile_c(directory, *lines):
    """Compiles the header and these lines as strict C11; warnings are errors."""
    program = directory / "program.c"
    program.write_text("\n".join(['#include "bigeggs.h"', "#include <stddef.h>", *lines, ""]))
    include = ROOT / "Sources/CBigEggs/include"
    subprocess.run(
        ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", f"-I{include}", program],
        check=True,
    )


def test_the_library_exports_the_functions_of_the_header_and_no_others():
    library = _library._library._name
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
    exported = {line.split()[-1] for line in symbols.stdout.splitlines() if line.split()[-1].startswith("be_")}
    assert exported == set(header_functions())


def test_the_header_compiles_as_strict_c11(tmp_path):
    compile_c(tmp_path, f'_Static_assert(BE_ABI_VERSION == {_library.ABI_VERSION}, "version");')


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT / "python")} | environment,
        capture_output=True, text=True,
    )


def test_the_error_for_a_missing_library_names_its_path():
    run = run_python("import bigeggs", BIGEGGS_LIBRARY="/nowhere/libbigeggs_c.so")
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith(
        "bigeggs.Error: there is no /nowhere/libbigeggs_c.so: build it with `swift build"
    )


# ---- Data sets ----------------------------------------------------------------------------------


def test_images_and_labels_match_the_files(data):
    assert data.name == "CIFAR-10"
    assert data.class_names == CLASSES
    assert re.fullmatch("md5:[0-9a-f]{32}", data.checksum)
    for split, count in [("train", 10), ("test", 4)]:
        images, labels = data.images(split), data.labels(split)
        assert data.count(split) == count
        assert images.dtype == np.uint8 and images.shape == (count, 32, 32, 3)
        assert labels.dtype == np.int32 and labels.tolist() == list(range(count))
        np.testing.assert_array_equal(images, [pixels(split, index) for index in range(count)])


def test_image_arrays_share_memory_and_are_read_only(data):
    first, second = data.images("train"), data.images("train")
    assert np.shares_memory(first, second)
    with pytest.raises(ValueError):
        first[0] = 0
    with pytest.raises(ValueError):
        first.flags.writeable = True


def test_an_array_keeps_the_data_set_alive(data_directory):
    images = bigeggs.Dataset.open(data_directory).images("test")[2:]
    gc.collect()
    for _ in range(3):  # If the memory were free, these data sets would overwrite it.
        bigeggs.Dataset.open(data_directory)
    np.testing.assert_array_equal(images, [pixels("test", 2), pixels("test", 3)])


def test_the_data_set_is_released_with_its_last_array(data_directory):
    data = bigeggs.Dataset.open(data_directory)
    handle, images = data._owner.handle, data.images("test")
    del data
    gc.collect()
    assert bigeggs.Dataset(handle).count("test") == 4
    del images
    gc.collect()
    with pytest.raises(bigeggs.Error, match=f"the handle {handle} names nothing, or was released"):
        bigeggs.Dataset(handle)


def test_a_data_set_made_from_a_handle_outlives_the_handle(data_directory):
    original = bigeggs.Dataset.open(data_directory)
    shared = bigeggs.Dataset(original._owner.handle)
    del original
    gc.collect()
    np.testing.assert_array_equal(shared.images("train")[9], pixels("train", 9))


def test_augmentation_without_parameters_changes_nothing(data):
    image = data.augment("train", 3)
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, pixels("train", 3))


def test_augmentation_flips_shifts_and_fills(data):
    image = pixels("train", 3)
    np.testing.assert_array_equal(data.augment("train", 3, flip_horizontal=True), image[:, ::-1])
    np.testing.assert_array_equal(data.augment("train", 3, flip_vertical=True), image[::-1])
    shifted = data.augment("train", 3, tx=4, fill_mode="constant", cval=17)
    np.testing.assert_allclose(shifted[:, :-4], image[:, 4:], atol=1e-3)
    np.testing.assert_array_equal(shifted[:, -4:], 17)
    shifted = data.augment("train", 3, ty=4)
    np.testing.assert_allclose(shifted[:-4], image[4:], atol=1e-3)
    np.testing.assert_allclose(shifted[-4:], np.broadcast_to(image[-1:], (4, 32, 3)), atol=1e-3)


def test_augmentation_rejects_invalid_arguments(data):
    with pytest.raises(bigeggs.NotFound, match="there is no image 10: there are 10, counted from 0"):
        data.augment("train", 10)
    with pytest.raises(bigeggs.NotFound):
        data.augment("train", -1)
    with pytest.raises(bigeggs.Error, match="theta of the transform is nan"):
        data.augment("train", 0, theta=float("nan"))
    with pytest.raises(bigeggs.Error, match="fill_mode is one of nearest, constant, reflect, wrap, not 'mirror'"):
        data.augment("train", 0, fill_mode="mirror")
    with pytest.raises(bigeggs.Error, match="split is one of train, test, not 'validation'"):
        data.images("validation")


def test_the_error_for_a_missing_data_set_names_it(tmp_path):
    with pytest.raises(bigeggs.Error, match="no-such-data"):
        bigeggs.Dataset.open(tmp_path / "no-such-data")


# ---- Records ------------------------------------------------------------------------------------


def test_record_values_have_the_matching_python_types(record):
    assert record["section"] == "04-plain-training"
    assert record["title"] == "≥ 90 % 🥚"
    assert record["results.best"] == 0.1
    assert record["results.bestEpoch"] == 2 and isinstance(record["results.bestEpoch"], int)
    assert record["results.stopped"] is None
    assert record["results.right"] is True
    assert isinstance(record["results"], bigeggs.Record)


def test_lists_of_numbers_become_numpy_arrays(record):
    loss = record["results.history.loss"]
    assert loss.dtype == np.float64 and loss.tolist() == [1.5, 0.75, 1 / 3]
    assert np.shares_memory(loss, record["results"]["history"]["loss"])
    assert record["results.confusion"].tolist() == [[9, 1], [2, 8]]
    assert record["results.cube"].shape == (2, 2, 2)
    assert record["results.layers.1.shape"].shape == (0,)
    with pytest.raises(ValueError):
        loss[0] = 0


def test_other_lists_become_python_lists(record):
    assert [row.tolist() for row in record["results.ragged"]] == [[1], [2, 3]]
    assert record["results.mixed"] == [1, None, "three", True]
    assert [layer["name"] for layer in record["results.layers"]] == ["conv2d", "flatten"]
    assert record["results.layers"][0]["shape"].tolist() == record["results.layers.0.shape"].tolist()


def test_a_record_is_a_mapping(record):
    assert list(record) == ["results", "section", "title"]
    assert len(record["results"]) == len(record["results"].keys()) == 10
    assert "results.history.loss" in record and "results.history.val_loss" not in record
    assert record.get("results.history.val_loss", "nothing") == "nothing"
    assert dict(record["results.history"]).keys() == {"accuracy", "loss"}
    assert record[""]["section"] == "04-plain-training"


def test_the_error_for_a_missing_record_key_names_the_key(record):
    with pytest.raises(KeyError) as caught:
        record["results.layers.2.name"]
    assert isinstance(caught.value, bigeggs.Error)
    assert re.fullmatch(r".*/04-plain-training\.json has no results\.layers\.2\.name", str(caught.value))


def test_an_array_keeps_its_record_alive(record, tmp_path):
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps({"numbers": list(range(10_000))}))
    numbers = bigeggs.Record.open(path)["numbers"]
    gc.collect()
    for _ in range(3):
        bigeggs.Record.open(path)["numbers"]
    np.testing.assert_array_equal(numbers, np.arange(10_000))


def test_a_list_of_one_long_list_and_many_empty_ones_does_not_become_an_array(tmp_path):
    path = tmp_path / "ragged.json"
    path.write_text(json.dumps({"lists": [[0] * 100_000] + [[]] * 100_000}))
    lists = bigeggs.Record.open(path)["lists"]
    assert len(lists) == 100_001 and lists[0].shape == (100_000,) and lists[1].shape == (0,)


@pytest.mark.parametrize("text", ["", "{", '{"a": nan}', "\0", '{"a": 1e999}'])
def test_the_error_for_a_damaged_record_names_the_file(tmp_path, text):
    path = tmp_path / "damaged.json"
    path.write_text(text)
    with pytest.raises(bigeggs.Error, match=r"damaged\.json"):
        bigeggs.Record.open(path)


# ---- Weights ------------------------------------------------------------------------------------


def test_weights_match_the_file(weights, tensors):
    assert sorted(weights.names) == sorted(tensors)
    for name, array in tensors.items():
        assert weights[name].dtype == np.float32
        np.testing.assert_array_equal(weights[name], array)
    assert weights["scale"].shape == ()


def test_the_error_for_a_missing_tensor_names_it(weights):
    assert "conv2d/gamma" not in weights
    with pytest.raises(KeyError, match=r"plain\.safetensors has no tensor conv2d/gamma"):
        weights["conv2d/gamma"]


def test_an_array_keeps_its_weights_alive(tmp_path, tensors):
    path = tmp_path / "augmented.safetensors"
    write_safetensors(path, tensors)
    kernel = bigeggs.Weights.open(path)["conv2d/kernel"]
    gc.collect()
    for _ in range(3):
        bigeggs.Weights.open(path)
    np.testing.assert_array_equal(kernel, tensors["conv2d/kernel"])


def test_the_error_for_a_truncated_weights_file_names_it(tmp_path, tensors):
    path = tmp_path / "truncated.safetensors"
    write_safetensors(path, tensors)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(bigeggs.Error, match=r"truncated\.safetensors"):
        bigeggs.Weights.open(path)


# ---- Faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize("handle", [0, 0xFFFF_FFFF, 0xDEAD_BEEF_0000_0000, (1 << 64) - 1])
def test_every_function_rejects_an_invalid_handle(handle):
    for name, kinds in _library.FUNCTIONS.items():
        if kinds[0] is not _library.c_uint64:
            continue
        with pytest.raises(bigeggs.Error, match=f"the handle {handle} names nothing"):
            _library.call(name, handle, *(None if hasattr(kind, "contents") else kind() for kind in kinds[1:]))


def test_a_handle_of_another_kind_is_refused(record, weights):
    with pytest.raises(bigeggs.Error, match="names a record, not a data set"):
        bigeggs.Dataset(record._owner.handle).name
    with pytest.raises(bigeggs.Error, match="names a set of weights, not a record"):
        _library.number("be_record_count", weights._owner.handle, b"")


# Functions whose pointers may all be NULL, some of them only with a count of zero.
ALL_OPTIONAL = {
    "be_world", "be_model_fit", "be_model_train_on_batch", "be_model_evaluate", "be_model_set_weights",
    "be_callback_on_batch_end", "be_callback_on_epoch_end", "be_test_apply_gradients", "be_test_set_optimizer",
}


def test_null_is_an_error_for_every_required_pointer(data, record, weights):
    images = Images(data.images("train"), data.labels("train"))
    model = bigeggs.Sequential([bigeggs.Input((32, 32, 3)), bigeggs.layers.Flatten(), bigeggs.layers.Dense(10)])
    owners = {
        "dataset": data._owner, "record": record._owner, "weights": weights._owner, "images": images.owner,
        "generator": bigeggs.ImageDataGenerator()._owner, "callback": bigeggs.callbacks.EarlyStopping()._owner,
        "snapshot": _library.Owner.made("be_model_snapshot", model._handle),
    }
    handles = {name: owner.handle for name, owner in owners.items()} | {"model": model._handle}
    handles["handle"] = handles["record"]
    for name, parameters in header_functions().items():
        kinds = _library.FUNCTIONS.get(name, [])
        if name in ALL_OPTIONAL or not any(kind is _library.c_char_p or hasattr(kind, "contents") for kind in kinds):
            continue
        arguments = [
            handles[parameter] if kind is _library.c_uint64 and parameter != "seed"
            else None if kind is _library.c_char_p or hasattr(kind, "contents") else kind()
            for parameter, kind in zip(parameters, kinds)
        ]
        with pytest.raises(bigeggs.Error, match="the argument [a-z_]+ is NULL"):
            _library.call(name, *arguments)


def test_text_that_is_not_utf8_is_refused(record):
    with pytest.raises(bigeggs.Error, match="the argument key_path is not UTF-8"):
        _library.number("be_record_count", record._owner.handle, b"\xff\xfe")


def test_each_thread_has_its_own_last_error(record):
    messages = {}

    def ask(key):
        for _ in range(200):
            try:
                record[key]
            except bigeggs.NotFound as error:
                messages.setdefault(key, set()).add(str(error).rpartition(" ")[2])

    threads = [threading.Thread(target=ask, args=(f"missing{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert messages == {f"missing{number}": {f"missing{number}"} for number in range(8)}


def test_the_wilson_interval_solves_its_defining_equation():
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.975)
    for correct, count in [(1, 2), (83, 100), (8313, 10000)]:
        share = correct / count
        for end in bigeggs.statistics.wilson_interval(correct, count):
            # The distance from `end` to the share is z standard deviations of `end`.
            assert abs(share - end) == pytest.approx(z * (end * (1 - end) / count) ** 0.5, rel=1e-9)
    assert bigeggs.statistics.wilson_interval(0, 0) == (0, 1)
    with pytest.raises(bigeggs.Error, match="correct is 3 and count is 2"):
        bigeggs.statistics.wilson_interval(3, 2)
