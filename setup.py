"""Puts the library into the Python package: the one that is built, or one that is built for it.

`pip install .` takes the file that BIGEGGS_LIBRARY names if it is set, else lets `swift build` make it. All else
about the package is in pyproject.toml.
"""

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from wheel.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parent
LIBRARY = "libbigeggs_c.so"
# Where setuptools keeps its own files: not among ours.
WORK = ROOT / ".build" / "python"


def library() -> Path:
    """The library's path, after building it if need be."""
    if named := os.environ.get("BIGEGGS_LIBRARY"):
        path = Path(named)
        if not path.is_file():
            raise SystemExit(f"error: BIGEGGS_LIBRARY is {named}, and there is no such file")
        return path
    path = ROOT / ".build" / "release" / LIBRARY
    if shutil.which("swift"):
        subprocess.run(["swift", "build", "-c", "release", "--product", "bigeggs_c"], cwd=ROOT, check=True)
    elif not path.is_file():
        raise SystemExit(
            f"error: there is no {path} and no swift in PATH to build it: install Swift 6.3 from "
            "https://www.swift.org/install, or set BIGEGGS_LIBRARY to the path of a library that is built"
        )
    return path


class BuildWithLibrary(build_py):
    """Copies the modules and, beside them, the library."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:  # An editable install finds the library in .build.
            shutil.copy2(library(), Path(self.build_lib) / "bigeggs" / LIBRARY)


class PlatformWheel(bdist_wheel):
    """For any Python 3 on this platform: the library does not depend on Python."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


WORK.mkdir(parents=True, exist_ok=True)
setup(
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={"build": {"build_base": str(WORK)}, "egg_info": {"egg_base": str(WORK)}},
)
