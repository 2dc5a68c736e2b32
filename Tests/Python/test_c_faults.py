"""Tests wrong calls of the C ABI, from C programs under AddressSanitizer.

For a library that is itself built with AddressSanitizer, BIGEGGS_SANITIZED is its path and BIGEGGS_CC a
compiler with the same sanitizer; see the Makefile.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
from pathlib import Path

import pytest
from bigeggs import _library
from conftest import ROOT

COMPILER = os.environ.get("BIGEGGS_CC", "cc").split()
SANITIZER = "-fsanitize=address"
SANITIZED = os.environ.get("BIGEGGS_SANITIZED")


@pytest.fixture(scope="session")
def has_sanitizer(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips a test if the compiler has no AddressSanitizer, unless the library was built with it."""
    program = tmp_path_factory.mktemp("sanitizer") / "program"
    command = [*COMPILER, SANITIZER, "-x", "c", "-", "-o", str(program)]
    run = subprocess.run(command, input="int main(void) { return 0; }", text=True, capture_output=True)
    if run.returncode != 0 and not SANITIZED:
        pytest.skip(f"{COMPILER[0]} has no {SANITIZER}")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Writes a data set of two training and two test images, a record, and a file of weights; returns their paths."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "data_batch_1.bin").write_bytes(b"\x03" + bytes([60]) * 3072 + b"\x09" + bytes([180]) * 3072)
    (data / "test_batch.bin").write_bytes(2 * (b"\x00" + bytes(3072)))
    record = tmp_path / "record.json"
    record.write_text(json.dumps({"section": "04", "results": {"loss": [1, 0.75, 0.5]}}))
    header = json.dumps({"bias": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}}).encode()
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<3f", 0, 0.5, 1))
    return [str(data), str(record), str(weights)]


def run_c(source: str, directory: Path, *arguments: str) -> str:
    """Compiles a program of Tests/CABI against the library, runs it, and returns what it prints."""
    library = Path(_library_path())
    program = directory / "program"
    subprocess.run(
        [*COMPILER, "-std=c11", "-g", "-Wall", "-Wextra", "-Werror", SANITIZER, "-fno-omit-frame-pointer",
         f"-I{ROOT / 'Sources/CBigEggs/include'}", str(ROOT / "Tests/CABI" / source), str(library),
         f"-Wl,-rpath,{library.parent}", "-lpthread", "-o", str(program)],
        check=True,
    )  # fmt: skip
    environment = {"ASAN_OPTIONS": "detect_leaks=0", "SWIFT_BACKTRACE": "enable=no"} | os.environ
    run = subprocess.run([str(program), *arguments], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    return run.stdout


def _library_path() -> str:
    path = SANITIZED or _library._library._name
    if not path:
        pytest.skip("libbigeggs_c.so is not a file here")
    return path


def test_every_wrong_call_returns_a_status_and_an_error_message(
    has_sanitizer: None, files: list[str], tmp_path: Path
) -> None:
    survived = run_c("faults.c", tmp_path, *files)
    assert int(survived.split()[0]) > 200


def test_every_wrong_call_for_a_model_returns_a_status_and_an_error_message(
    has_sanitizer: None, tmp_path: Path
) -> None:
    survived = run_c("model_faults.c", tmp_path, str(tmp_path))
    assert int(survived.split()[0]) > 400
