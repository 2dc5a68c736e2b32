"""Checks a wheel or an unpacked archive, and prints the largest files of the wheel.

    look_over.py WHEEL|FOLDER

Fails if a library is missing, if one needs a newer glibc than the wheel's name says (for an archive: than Debian 12
has), if all of Foundation is in the wheel, or if a file contains a path of this machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: Libraries that every Linux has according to PEP 600, and MPI, which is installed where a launcher starts the program.
SYSTEM = re.compile(r"ld-linux-x86-64|lib(c|m|dl|pthread|rt|resolv|z|gcc_s|stdc\+\+)\.so|libmpi\.so")

#: The glibc of the oldest system that the archive supports.
DEBIAN_12 = (2, 36)


def needed(file: Path) -> list[str]:
    """Returns the names of the libraries that a program or library needs."""
    found = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.+)\]", found)


def glibc(file: Path) -> tuple[int, ...]:
    """Returns the newest version of glibc that a program or library needs."""
    found = subprocess.run(["readelf", "--version-info", file], capture_output=True, text=True, check=True).stdout
    return max((tuple(map(int, text.split("."))) for text in re.findall(r"Name: GLIBC_([\d.]+)", found)), default=(0,))


def binaries(tree: Path) -> list[Path]:
    """Returns the programs and libraries in a folder."""
    files = (path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if path.open("rb").read(4) == b"\x7fELF"]


def faults(tree: Path, newest: tuple[int, ...]) -> list[str]:
    """Returns the faults of an unpacked wheel or archive, which may need glibc `newest` at most."""
    found = []
    there = {path.name for path in tree.rglob("*.so*")}
    for path in binaries(tree):
        name = path.relative_to(tree)
        found += [f"{name} needs {one}, which is missing" for one in needed(path)
                  if one not in there and not SYSTEM.match(one)]
        if (version := glibc(path)) > newest:
            found.append(f"{name} needs glibc {dotted(version)}, and {dotted(newest)} was promised")
    secrets = {f"{path}/".encode() for path in (ROOT, Path.home(), toolchain()) if len(path.parts) > 1}
    for path in tree.rglob("*"):
        hidden = [] if path.is_dir() or path.is_symlink() else [part for part in secrets if part in path.read_bytes()]
        if hidden:
            # The longest path is shown: the checkout may lie in the home directory.
            found.append(f"{path.relative_to(tree)} has a path of this machine: {max(hidden, key=len).decode()}")
    return found


def dotted(version: tuple[int, ...]) -> str:
    """Returns a version as text."""
    return ".".join(map(str, version))


def toolchain() -> Path:
    """Returns the Swift compiler's folder; the root if there is no compiler, or if it is below /usr."""
    found = shutil.which("swift")
    return Path(found).resolve().parents[2] if found and not found.startswith("/usr/") else Path("/")


def faults_of_wheel(wheel: Path) -> list[str]:
    """Returns the faults of a wheel, and prints its largest files."""
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as scratch:
        parts = sorted(archive.infolist(), key=lambda part: -part.compress_size)
        print(f"{wheel.name} has {wheel.stat().st_size / 1e6:.1f} MB. The largest files in it, packed and unpacked:")
        for part in parts[:8]:
            print(f"  {part.compress_size / 1e6:5.1f} MB {part.file_size / 1e6:6.1f} MB  {part.filename}")
        archive.extractall(scratch)
        named = re.search(r"manylinux_(\d+)_(\d+)_", wheel.name)
        found = faults(Path(scratch), (int(named[1]), int(named[2])) if named else (0,))
        return found + [
            f"{path.relative_to(scratch)} brings 40 MB: import FoundationEssentials in place of Foundation"
            for path in binaries(Path(scratch)) if path.name.startswith(("libFoundation-", "lib_FoundationICU"))
        ]


def main(path: Path) -> int:
    found = faults(path, DEBIAN_12) if path.is_dir() else faults_of_wheel(path)
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
