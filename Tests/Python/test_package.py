"""Tests the library as users get it: installed under a prefix, from C, by pip, and in a notebook."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

import bigeggs
import example_run

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / ".build" / "release"


def run(*command, **options):
    """Runs a program to its end; returns its output. A failure shows what the program wrote."""
    finished = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **options)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Writes a small data set in CIFAR-10's layout."""
    directory = tmp_path_factory.mktemp("data")
    example_run.write_data_set(directory)
    return directory


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Makes a prefix with what `make install` puts there, without a new build."""
    if not all((RELEASE / name).exists() for name in ["bigeggs", "01-data", "libbigeggs_c.so"]):
        pytest.skip("the command line is not built: run `swift build -c release`")
    prefix = tmp_path_factory.mktemp("prefix")
    run("make", "--no-print-directory", "-o", "build", "install", f"PREFIX={prefix}", cwd=ROOT)
    return prefix


def test_an_installed_command_works_from_any_directory(prefix, data, tmp_path):
    environment = os.environ | {"BIGEGGS_DATA": str(data)}
    bigeggs_command = prefix / "bin" / "bigeggs"
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run(bigeggs_command, "--version", cwd=tmp_path))
    assert "airplane" in run(bigeggs_command, "data", cwd=tmp_path, env=environment)
    run(bigeggs_command, "train", "--epochs", "1", "--out", "trained", cwd=tmp_path, env=environment)
    assert "accuracy" in run(
        bigeggs_command, "evaluate", "--weights", "trained/weights.safetensors", cwd=tmp_path, env=environment
    )


def test_the_command_is_not_linked_with_libpython(prefix):
    assert "libpython" not in run("ldd", prefix / "lib/bigeggs/bigeggs")


def test_an_installed_section_writes_its_files_below_the_current_directory(prefix, data, tmp_path):
    environment = os.environ | {"BIGEGGS_DATA": str(data)}
    run(prefix / "lib" / "bigeggs" / "01-data", cwd=tmp_path, env=environment)
    assert (tmp_path / "runs/quick/notebooks/01-data.ipynb").is_file()
    assert (tmp_path / "runs/quick/records/01-data.json").is_file()


def test_the_installed_python_package_finds_the_installed_library(prefix):
    environment = {name: value for name, value in os.environ.items() if name != "BIGEGGS_LIBRARY"}
    environment["PYTHONPATH"] = str(prefix / "share/bigeggs/python")
    code = "import bigeggs; print(bigeggs._library._library._name)"
    assert run(sys.executable, "-c", code, env=environment).strip() == str(prefix / "lib/libbigeggs_c.so")


def test_the_c_example_builds_with_pkg_config_flags_and_trains(prefix, data, tmp_path):
    environment = os.environ | {"PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    flags = run("pkg-config", "--cflags", "--libs", "bigeggs", env=environment).split()
    program = tmp_path / "train"
    run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", program, ROOT / "Examples/c/train.c", *flags)
    output = run(program, data, 20, tmp_path / "model.safetensors")
    assert "epoch 2 of 2" in output and "val_accuracy" in output and "On the test images: loss" in output
    model = bigeggs.Sequential.load(tmp_path / "model.safetensors")
    assert model.weights["conv2d_1/kernel"].shape == (3, 3, 32, 32)

    failed = subprocess.run([program, tmp_path / "nowhere"], capture_output=True, text=True)
    assert failed.returncode == 1 and failed.stderr.startswith("error: ") and "nowhere" in failed.stderr


def test_pip_installs_the_package_with_its_library(tmp_path):
    venv = tmp_path / "venv"
    # The system has NumPy and setuptools, so nothing is downloaded.
    run(sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", venv)
    library = os.environ.get("BIGEGGS_LIBRARY", str(RELEASE / "libbigeggs_c.so"))
    environment = os.environ | {"BIGEGGS_LIBRARY": library}
    run(
        sys.executable, "-m", "pip", "--python", venv / "bin/python", "install", "--no-build-isolation", "--no-deps",
        "--disable-pip-version-check", "--no-cache-dir", ROOT, env=environment,
    )
    environment = {name: value for name, value in os.environ.items() if name not in ("BIGEGGS_LIBRARY", "PYTHONPATH")}
    code = (
        "import bigeggs, numpy, pathlib\n"
        "from bigeggs import layers\n"
        "model = bigeggs.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')])\n"
        "print(model.predict(numpy.zeros((1, 2, 2, 3))).tolist(), pathlib.Path(bigeggs.__file__).parent)"
    )
    output = run(venv / "bin/python", "-c", code, cwd=tmp_path, env=environment)
    assert output.startswith("[[0.5, 0.5]] ") and str(venv) in output


def test_the_python_notebook_runs_from_top_to_bottom(data, monkeypatch, tmp_path):
    monkeypatch.setenv("BIGEGGS_DATA", str(data))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "python"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    path = ROOT / "Examples/python/train.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    committed = [len(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs)
    assert any("test images are classified right" in output.get("text", "") for cell in code for output in cell.outputs)
    assert code[-1].outputs[-1]["data"]["text/plain"] == "True"
    # The committed notebook has the outputs of an execution, too.
    assert [count > 0 for count in committed] == [len(cell.outputs) > 0 for cell in code]
