"""Tests that figures and report do not depend on the environment of the executables."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from example_run import SECTIONS

from bigeggs_report.build import build

ROOT = Path(__file__).resolve().parents[2]
PROBE = ROOT / ".build" / "release" / "PythonProbe"
FIGURES = ["class-counts", "plain-training", "confusion-plain"]

#: A module for the embedded Python, which draws figures and builds the report as in the executables.
MODULE = """
import sys
sys.path.insert(0, {python!r})
from bigeggs_report.figures.start import start
def make():
    start({cache!r})
    from bigeggs_report.build import build
    from bigeggs_report.figures import draw
    outcome = draw.draw({figures!r}, {records!r}, {weights!r}, {plots!r}, 0)
    build({records!r}, {all_plots!r}, {report!r}, {sections!r})
    return " ".join(outcome["drawn"])
"""

HOSTILE = {
    "MPLBACKEND": "Qt4Agg", "MATPLOTLIBRC": "{here}", "MPLCONFIGDIR": "/proc/none", "SOURCE_DATE_EPOCH": "abc",
    "FREETYPE_PROPERTIES": "truetype:interpreter-version=35", "FONTCONFIG_FILE": "/none", "FC_DEBUG": "1024",
    "NPY_DISABLE_CPU_FEATURES": "NONE", "PILLOW_BLOCK_SIZE": "-1", "LANG": "tr_TR", "LC_ALL": "C",
    "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "PYTHONIOENCODING": "ascii", "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2", "COLUMNS": "20", "TERM": "dumb", "TMPDIR": "/none", "PATH": "",
}  # fmt: skip


def made(root: Path, example: Path, environment: dict[str, str], cache: str) -> dict[str, bytes]:
    """Makes the figures and the report of an example run in a process with this environment; returns the files."""
    root.mkdir()
    plots, report = root / "plots", root / "report"
    (root / "making.py").write_text(MODULE.format(
        python=str(ROOT / "python"), cache=cache, figures=FIGURES, records=str(example / "records"),
        weights=str(example / "weights"), plots=str(plots), all_plots=str(example / "plots"), report=str(report),
        sections=SECTIONS,
    ))  # fmt: skip
    # matplotlib would find this settings file, which is not in UTF-8.
    (root / "matplotlibrc").write_bytes(b"backend: Qt4Agg\nfont.size: 30\nsvg.fonttype: none\nnonsense\xe9\n")
    run = subprocess.run(
        [PROBE, root, "making", "make"], capture_output=True, text=True, cwd=root,
        env={name: value.format(here=root) for name, value in environment.items()}
        | {"BIGEGGS_LIBRARY": os.environ["BIGEGGS_LIBRARY"]},
    )  # fmt: skip
    assert run.stdout.strip() == " ".join(FIGURES) and run.stderr == ""
    return {file.name: file.read_bytes() for file in (*plots.iterdir(), *report.iterdir()) if file.is_file()}


@pytest.mark.skipif(not PROBE.exists(), reason="`swift build -c release` has not built PythonProbe")
def test_figures_and_report_do_not_depend_on_the_environment(tmp_path: Path, drawn: Path) -> None:
    cache = str(tmp_path / "cache")
    plain = made(tmp_path / "plain", drawn, {"HOME": str(tmp_path)}, cache)
    # Now there is no home directory, and the cache directory cannot be written.
    assert made(tmp_path / "hostile", drawn, HOSTILE, "/proc/none") == plain
    # This process makes the same files: three of each figure, two pages and two files of numbers.
    assert len(plain) == 3 * len(FIGURES) + 4
    for name in FIGURES:
        assert plain[f"{name}.png"] == (drawn / "plots" / f"{name}.png").read_bytes()
    build(str(drawn / "records"), str(drawn / "plots"), str(tmp_path / "here"), SECTIONS)
    assert plain["report.html"] == (tmp_path / "here" / "report.html").read_bytes()
