"""Tests what the wheel adds to a checkout: the choice of a build for the processor, downloads, and a command."""

from __future__ import annotations

import http.server
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bigeggs
from bigeggs import _download, _level, layers

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / ".build/release/bigeggs"


# ---- Levels --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def levels(tmp_path_factory) -> Path:
    """Makes a folder with both levels, and the library that detects the processor's level."""
    folder = tmp_path_factory.mktemp("levels")
    for level in ("v3", "v4"):
        (folder / level).mkdir()
    subprocess.run(
        ["cc", "-O2", "-fPIC", "-shared", ROOT / "Distribution/level.c", "-o", folder / "libbigeggs_level.so"], check=True)
    return folder


def test_the_highest_level_that_the_processor_supports_is_chosen(levels, monkeypatch):
    monkeypatch.delenv("BIGEGGS_LEVEL", raising=False)
    flags = Path("/proc/cpuinfo").read_text().split()
    has_avx512 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= set(flags)
    assert _level.chosen(levels) == ("v4" if has_avx512 else "v3")


def test_bigeggs_level_selects_a_lower_level_and_an_unknown_level_is_an_error(levels, monkeypatch):
    monkeypatch.setenv("BIGEGGS_LEVEL", "v3")
    assert _level.chosen(levels) == "v3"
    monkeypatch.setenv("BIGEGGS_LEVEL", "v9")
    with pytest.raises(_level.LevelError, match="BIGEGGS_LEVEL is v9: there are v3 and v4"):
        _level.chosen(levels)


@pytest.mark.parametrize(("processor", "level"), [("Haswell", 3), ("Nehalem", 2)])
def test_the_level_of_an_emulated_processor_is_detected(tmp_path, processor, level):
    if shutil.which("qemu-x86_64") is None:
        pytest.skip("qemu-x86_64 is not installed")
    program = tmp_path / "level"
    source = '#include <stdio.h>\n#include "level.h"\nint main(void) { printf("%d\\n", be_level()); return 0; }\n'
    command = ["cc", "-O2", "-static", f"-I{ROOT}/Distribution", "-x", "c", "-", ROOT / "Distribution/level.c", "-o", program]
    subprocess.run(command, input=source, text=True, check=True)
    found = subprocess.run(["qemu-x86_64", "-cpu", processor, program], capture_output=True, text=True, check=True)
    assert int(found.stdout) == level


def test_the_error_on_a_processor_below_all_levels_names_the_required_level(levels, tmp_path, monkeypatch):
    monkeypatch.delenv("BIGEGGS_LEVEL", raising=False)
    (tmp_path / "v5").mkdir()
    shutil.copy(levels / "libbigeggs_level.so", tmp_path)
    monkeypatch.setattr(_level, "LEVELS", {"v5": "AVX10"})
    with pytest.raises(_level.LevelError, match="this processor is an x86-64-v[34]: BigEggs needs x86-64-v5, which has AVX10"):
        _level.chosen(tmp_path)


# ---- Downloads -----------------------------------------------------------------------------------

CONTENT = bytes(range(256)) * 1000


class Server(http.server.BaseHTTPRequestHandler):
    """Answers by the path: the file, a page, another status, a length that is no number, or a part of the bytes."""

    def do_GET(self) -> None:
        status = {"/missing": 404, "/empty": 204}.get(self.path, 200)
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "application/octet-stream")
        self.send_header("Content-Length", "many" if self.path == "/nonsense" else str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: 1000 if self.path == "/cut" else None])

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()


def test_a_download_writes_the_file(server, tmp_path):
    assert _download.fetch(f"{server}/file", str(tmp_path / "file"), 1 << 20) == (_download.DONE, "")
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "limit", "status", "reason"),
    [
        ("missing", 1 << 20, _download.OUT_OF_REACH, "HTTP status 404"),
        ("page", 1 << 20, _download.PAGE, ""),
        ("cut", 1 << 20, _download.BROKEN_OFF, "256000 bytes were promised"),
        ("file", 1000, _download.TOO_LARGE, ""),
        ("nonsense", 1 << 20, _download.OUT_OF_REACH, "invalid literal"),
        ("empty", 1 << 20, _download.OUT_OF_REACH, "HTTP status 204"),
    ],
)
def test_a_failed_download_returns_a_status_and_a_reason(server, tmp_path, path, limit, status, reason):
    found, text = _download.fetch(f"{server}/{path}", str(tmp_path / "file"), limit)
    assert found == status and reason in text


def test_a_refused_connection_has_the_status_out_of_reach(tmp_path):
    found, reason = _download.fetch("http://127.0.0.1:9/file", str(tmp_path / "file"), 1000)
    assert found == _download.OUT_OF_REACH and "refused" in reason


def test_a_full_disk_or_a_missing_folder_has_the_status_unwritable(server, tmp_path):
    assert _download.fetch(f"{server}/file", "/dev/full", 1 << 20) == (_download.UNWRITABLE, "No space left on device")
    found, reason = _download.fetch(f"{server}/file", str(tmp_path / "none/file"), 1 << 20)
    assert found == _download.UNWRITABLE and "No such file" in reason


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return _download.OUT_OF_REACH, 'no network here'", "Error CIFAR-10 is not at hand (cifar-10-binary.tar.gz cannot be reached (no network here))"),
        ("open(path, 'wb').write(b'abc'); return _download.BROKEN_OFF, 'gone'", "broke off after 3 bytes (gone)"),
        ("open(path, 'wb').write(b'abc'); return _download.DONE, ''", "its MD5 is 900150983cd24fb0d6963f7d28e17f72"),
        ("return _download.UNWRITABLE, 'full'", "part cannot be written (full): name another directory"),
        ("return _download.TOO_LARGE, ''", "was refused because it is larger than"),
        ("return _download.PAGE, ''", "answered with a web page in place of the file"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt \n"),
    ],
)
def test_the_library_downloads_with_the_python_callback(tmp_path, body, expected):
    code = f"""
import bigeggs
from bigeggs import _download, _library
def fetch(address, path, limit):
    assert address.startswith("https://") and path.endswith(".part") and limit > 170_000_000
    {body}
_download.fetch = fetch
_library.call("be_dataset_set_fetch", _download.callback, None)
try:
    bigeggs.Dataset.open("cifar10")
except BaseException as error:
    print(type(error).__name__, str(error).replace("https://www.cs.toronto.edu/~kriz/", ""))
"""
    environment = {name: value for name, value in os.environ.items() if name not in ("BIGEGGS_DATA", "BIGEGGS_OFFLINE")}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "python")}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert expected in found.stdout, found.stderr
    assert not list(tmp_path.rglob("*.part")) and not list(tmp_path.rglob("*.gz"))


# ---- The trained networks and the command --------------------------------------------------------


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def module(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bigeggs", *map(str, words)], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT / "python")} | environment)


def test_the_module_and_the_command_predict_the_same_for_a_picture(photo):
    if not COMMAND.exists():
        pytest.skip("the command line is not built: run `swift build -c release`")
    ours = json.loads(module("predict", photo, "--json").stdout)
    theirs = json.loads(
        subprocess.run([COMMAND, "predict", photo, "--json"], capture_output=True, text=True, check=True).stdout)
    assert ours["classNames"] == theirs["classNames"]
    [ours], [theirs] = ours["pictures"], theirs["pictures"]
    assert ours["predicted"] == theirs["predicted"] and ours["isLikely"] == theirs["isLikely"]
    np.testing.assert_allclose(ours["probabilities"], theirs["probabilities"], rtol=1e-6)


def test_the_module_reports_a_missing_picture_and_classifies_the_others(photo, tmp_path):
    found = module("predict", tmp_path / "none.jpg", photo)
    assert found.returncode == 1 and "none.jpg does not exist" in found.stderr
    assert found.stdout.splitlines()[2].startswith(str(photo)) and "and nothing else" in found.stdout


def test_the_module_without_pillow_says_which_extra_to_install(photo, tmp_path):
    (tmp_path / "PIL").mkdir()
    (tmp_path / "PIL/__init__.py").write_text("raise ImportError('no Pillow here')")
    found = module("predict", photo, PYTHONPATH=f"{tmp_path}:{ROOT / 'python'}")
    assert found.returncode == 1 and "pip install 'bigeggs[pictures]'" in found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ("missing.safetensors", "missing.safetensors"), ("flat.safetensors", "does not take square colour pictures"),
        ("map.safetensors", "its output is (8, 8, 4)"), ("scores.safetensors", "no softmax"),
        (os.fsdecode(b"\xe9.safetensors"), "is not UTF-8"),
    ],
    ids=["missing", "flat", "map", "scores", "name"],
)
def test_the_module_says_why_it_cannot_use_weights(photo, tmp_path, weights, reason):
    unusable = {
        "flat": [layers.Input((4, 5, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")],
        "map": [layers.Input((8, 8, 3)), layers.Conv2D(4, 3, padding="same")],
        "scores": [layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)],
    }
    for name, stack in unusable.items():
        bigeggs.Sequential(stack).save(tmp_path / f"{name}.safetensors")
    found = module("predict", photo, "--weights", tmp_path / weights)
    assert found.returncode == 1 and reason in found.stderr and found.stdout == ""
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["report", "fast"])
def test_pretrained_networks_have_class_names_and_an_unknown_name_is_an_error(name):
    model = bigeggs.pretrained(name, threads=1)
    assert model.class_names is not None and model.class_names[0] == "airplane" and len(model.class_names) == 10
    assert model.input_shape == (None, 32, 32, 3)
    with pytest.raises(ValueError, match="there is no network 'slow': there are 'report' and 'fast'"):
        bigeggs.pretrained("slow")


def test_class_names_are_saved_with_a_model_and_loaded_again(photo, tmp_path):
    model = bigeggs.Sequential([layers.Input((32, 32, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
    model.class_names = ["crème", "egg"]
    model.save(tmp_path / "model.safetensors")
    assert bigeggs.models.load_model(tmp_path / "model.safetensors").class_names == ["crème", "egg"]
    assert json.loads(module("predict", photo, "--weights", tmp_path / "model.safetensors", "--json").stdout)[
        "classNames"] == ["crème", "egg"]
    model.class_names = ["one"]
    with pytest.raises(bigeggs.Error, match="1 class names for 2 outputs"):
        model.save(tmp_path / "model.safetensors")
    assert bigeggs.models.load_model(tmp_path / "model.safetensors").class_names == ["crème", "egg"]


def test_the_module_says_why_the_library_cannot_be_loaded_and_an_import_raises_an_error(tmp_path):
    (tmp_path / "text.so").write_text("no library")
    for library, reason in ((tmp_path / "none.so", "there is no"), (tmp_path / "text.so", "cannot be loaded")):
        found = module("predict", "photo.jpg", BIGEGGS_LIBRARY=str(library))
        assert found.returncode == 1 and reason in found.stderr and len(found.stderr.splitlines()) == 1
        program = f"import sys; sys.path.insert(0, {str(ROOT / 'python')!r})\ntry:\n    import bigeggs\n"
        program += "except Exception as error:\n    print(type(error).__name__)"
        environment = os.environ | {"BIGEGGS_LIBRARY": str(library)}
        command = [sys.executable, "-c", program]
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert found.stdout == "Error\n"


def test_look_over_finds_build_paths_missing_libraries_and_a_too_new_glibc(tmp_path):
    specification = importlib.util.spec_from_file_location("look_over", ROOT / "Distribution/look_over.py")
    look_over = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(look_over)

    def compiled(source: str, *arguments: object) -> None:
        command = ["cc", "-shared", "-fPIC", "-x", "c", "-", *arguments]
        subprocess.run(command, input=source, text=True, check=True, cwd=tmp_path)

    compiled("#include <string.h>\nvoid one(char *to, const char *from) { strcpy(to, from); }", "-o", "libone.so")
    compiled("void one(char *, const char *); void two(void) { one(0, 0); }", "-L.", "-lone", "-o", "libtwo.so")
    assert look_over.faults(tmp_path, (2, 36)) == []
    assert look_over.faults(tmp_path, (2, 1)) == ["libone.so needs glibc 2.2.5, and 2.1 was promised"]
    (tmp_path / "settings").write_text(f"from {ROOT}/Sources")
    (tmp_path / "libone.so").unlink()
    assert sorted(look_over.faults(tmp_path, (2, 36))) == [
        "libtwo.so needs libone.so, which is missing", f"settings has a path of this machine: {ROOT}/"]


def test_the_version_equals_that_of_the_header():
    header = (ROOT / "Sources/CBigEggs/include/bigeggs.h").read_text()
    assert f'#define BE_VERSION "{bigeggs.__version__}"' in header
