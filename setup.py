"""Puts the library and the trained weights into the Python package.

`pip install .` uses the library that BIGEGGS_LIBRARY names; if that is not set, `swift build` makes the library.
`make dist` names a folder with a build for each processor level. All else about the package is in pyproject.toml.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # Before setuptools 70.1, as in Debian 12.
    from wheel.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parent
LIBRARY = "libbigeggs_c.so"
HEADER = ROOT / "Sources/CBigEggs/include/bigeggs.h"
# The networks' names in Python, and the names of their weights in the report.
WEIGHTS = {"report": "augmented", "fast": "fast"}
# setuptools' own files, outside the sources.
WORK = ROOT / ".build" / "python"


def version() -> str:
    """The version, from the library's header."""
    found = re.search(r'#define BE_VERSION "(.+)"', HEADER.read_text())
    if found is None:
        raise SystemExit(f"error: there is no BE_VERSION in {HEADER}")
    return found[1]


def library() -> Path:
    """The path of the library, which is built if BIGEGGS_LIBRARY is not set; or of a folder with builds."""
    if named := os.environ.get("BIGEGGS_LIBRARY"):
        path = Path(named)
        if not path.exists():
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
    """Copies the modules and, beside them, the library and the weights."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # An editable install finds the library and the weights in the checkout.
            return
        package = Path(self.build_lib) / "bigeggs"
        # An earlier build's files.
        shutil.rmtree(package / "lib", ignore_errors=True)
        (package / LIBRARY).unlink(missing_ok=True)
        built = library()
        if built.is_dir():
            shutil.copytree(built, package / "lib")
        else:
            shutil.copy2(built, package / LIBRARY)
        (package / "weights").mkdir(exist_ok=True)
        for name, weights in WEIGHTS.items():
            file = ROOT / f"report/weights/{weights}.safetensors"
            if file.is_file():
                shutil.copyfile(file, package / f"weights/{name}.safetensors")


class PlatformPackage(Distribution):
    """A package with a library, for one platform."""

    def has_ext_modules(self) -> bool:
        return True


class PlatformWheel(bdist_wheel):
    """For any Python 3 on this platform: the library does not depend on Python."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


WORK.mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    distclass=PlatformPackage,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={"build": {"build_base": str(WORK)}, "egg_info": {"egg_base": str(WORK)}},
)
