"""Puts the library and the trained weights into the Python package.

`pip install .` uses the library that BIGEGGS_LIBRARY names. If the variable is not set, `swift build` makes the
library. `make dist` sets the variable to a folder that has a build for each processor level. All else about the
package is in pyproject.toml.
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
except ImportError:  # This setuptools is older than 70.1, as in Debian 12.
    from wheel.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parent
LIBRARY = "libbigeggs_c.so"
HEADER = ROOT / "Sources/CBigEggs/include/bigeggs.h"
# The networks' names in Python, each with the name of its weights in the report.
WEIGHTS = {"report": "augmented", "fast": "fast"}
# setuptools writes its own files here, outside the sources.
WORK = ROOT / ".build" / "python"


def version() -> str:
    """Reads the version from the library's header."""
    found = re.search(r'#define BE_VERSION "(.+)"', HEADER.read_text())
    if found is None:
        raise SystemExit(f"error: there is no BE_VERSION in {HEADER}")
    return found[1]


def library() -> Path:
    """Returns the path of the library, or of a folder with builds.

    Without BIGEGGS_LIBRARY the library is built if `swift` is in PATH; else an earlier build is used.
    """
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
        # These files are from an earlier build.
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
    """A wheel for any Python 3 on this platform: the library does not depend on Python."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


WORK.mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    distclass=PlatformPackage,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={"build": {"build_base": str(WORK)}, "egg_info": {"egg_base": str(WORK)}},
)
