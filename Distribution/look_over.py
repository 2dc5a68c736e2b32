"""Looks a wheel over, and says what takes the room.

    look_over.py WHEEL

Fails if a library is missing, if one needs a newer glibc than the wheel's name says, if all of Foundation is in it, or
if a file has a path of this machine.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: What every Linux has, by PEP 600; MPI is there where a launcher starts the program.
SYSTEM = re.compile(r"ld-linux-x86-64|lib(c|m|dl|pthread|rt|resolv|z|gcc_s|stdc\+\+)\.so|libmpi\.so")


def needed(file: Path) -> list[str]:
    """The libraries that a library names."""
    found = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.+)\]", found)


def glibc(file: Path) -> tuple[int, ...]:
    """The newest version of glibc that a library names."""
    found = subprocess.run(["objdump", "-T", file], capture_output=True, text=True, check=True).stdout
    return max((tuple(map(int, text.split("."))) for text in re.findall(r"GLIBC_([\d.]+)", found)), default=(0,))


def faults(tree: Path, wheel: str) -> list[str]:
    """What is wrong with an unpacked wheel."""
    libraries = [path for path in tree.rglob("*.so*") if path.is_file()]
    there = {path.name for path in libraries}
    found = [
        f"{path.relative_to(tree)} needs {name}, which is not in the wheel"
        for path in libraries for name in needed(path) if name not in there and not SYSTEM.match(name)
    ]
    found += [
        f"{path.relative_to(tree)} brings 40 MB: import FoundationEssentials in place of Foundation"
        for path in libraries if path.name.startswith(("libFoundation-", "lib_FoundationICU"))
    ]
    named = re.search(r"manylinux_(\d+)_(\d+)_", wheel)
    tag = tuple(map(int, named.groups())) if named else (0,)
    found += [
        f"{path.relative_to(tree)} needs glibc {'.'.join(map(str, glibc(path)))}, and the wheel's name says less"
        for path in libraries if glibc(path) > tag
    ]
    found += [
        f"{path.relative_to(tree)} has a path of this machine, {ROOT}"
        for path in tree.rglob("*") if path.is_file() and str(ROOT).encode() in path.read_bytes()
    ]
    return found


def main(wheel: Path) -> int:
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as scratch:
        parts = sorted(archive.infolist(), key=lambda part: -part.compress_size)
        print(f"{wheel.name} has {wheel.stat().st_size / 1e6:.1f} MB. The largest files in it, packed and unpacked:")
        for part in parts[:8]:
            print(f"  {part.compress_size / 1e6:5.1f} MB {part.file_size / 1e6:6.1f} MB  {part.filename}")
        archive.extractall(scratch)
        found = faults(Path(scratch), wheel.name)
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
