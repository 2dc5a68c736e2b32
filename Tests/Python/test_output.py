"""Tests the package's output if standard output cannot encode it, or is closed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bigeggs import _library

ROOT = Path(__file__).resolve().parents[2]

TRAINING = """
import sys, numpy as np, bigeggs
from bigeggs import callbacks, layers
x, y = np.zeros((40, 4, 4, 3), dtype=np.uint8), np.arange(40) % 4
model = bigeggs.Sequential([layers.Flatten(name="gr\\xf6\\xdfe"), layers.Dense(4, activation="softmax")], threads=1)
model.compile()
model.fit(x, y, epochs=2, verbose=VERBOSE, callbacks=[callbacks.LearningRateScheduler(lambda epoch: 0.01, verbose=1)])
model.summary()
model.evaluate(x, y, verbose=2)
print("epochs", len(model.history.epoch), file=sys.stderr)
"""


def train(code: str = TRAINING, verbose: int = 1, **options: object) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    environment |= {"PYTHONPATH": str(ROOT / "python"), "BIGEGGS_LIBRARY": _library._library._name or ""}
    environment |= options.pop("environment", {})
    options = {"stdout": subprocess.PIPE} | options
    return subprocess.run(
        [sys.executable, "-c", code.replace("VERBOSE", str(verbose))], stderr=subprocess.PIPE, env=environment,
            timeout=60,
        **options,
    )


@pytest.mark.parametrize("environment, encoding, bar, name", [
    ({"PYTHONIOENCODING": "ascii"}, "ascii", "====================", "gr??e"),
    ({"PYTHONIOENCODING": "latin-1"}, "latin-1", "====================", "größe"),
    ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "ascii", "====================", "gr??e"),
    ({"PYTHONIOENCODING": "utf-8"}, "utf-8", "━━━━━━━━━━━━━━━━━━━━", "größe"),
    ({"PYTHONIOENCODING": "cp437"}, "cp437", "====================", "größe"),
])
def test_training_output_uses_only_characters_of_the_output_encoding(environment, encoding, bar, name):
    run = train(environment=environment)
    assert run.returncode == 0 and run.stderr.endswith(b"epochs 2\n"), run.stderr
    lines = run.stdout.decode(encoding).splitlines()
    assert lines[0] == "Epoch 1: LearningRateScheduler setting learning rate to 0.01."
    assert re.match(rf"Epoch 1/2  2/2 {bar}  \d+s  loss \d", lines[1])
    assert any(line.startswith(f"{name} (Flatten)") for line in lines)
    assert lines[-1].startswith("40 images  loss ")


@pytest.mark.parametrize("verbose", [1, 2])
def test_a_closed_full_or_broken_standard_output_does_not_end_a_training(verbose):
    reader, writer = os.pipe()
    os.close(reader)
    with open("/dev/full", "wb") as full:
        for run in [
            train(verbose=verbose, stdout=writer), train(verbose=verbose, stdout=full),
            train("import sys; sys.stdout.close()" + TRAINING, verbose),
                train("import sys; sys.stdout = None" + TRAINING, verbose),
        ]:
            assert b"epochs 2\n" in run.stderr, run.stderr
            assert b"Traceback" not in run.stderr.split(b"epochs 2\n")[0]
    os.close(writer)


def test_a_standard_output_without_an_encoding_gets_all_characters():
    tell = "print(ascii(sys.stdout.getvalue()), file=sys.stderr)"
    run = train("import sys, io; sys.stdout = io.StringIO()" + TRAINING + tell)
    assert rb"\u2501" in run.stderr and rb"gr\xf6\xdfe" in run.stderr


def test_the_progress_bar_is_redrawn_in_place_only_on_a_terminal():
    code = "import sys; sys.stdout.isatty = lambda: True" + TRAINING
    assert b"\r" in train(code).stdout and b"\r" not in train(code, verbose=2).stdout and b"\r" not in train().stdout
