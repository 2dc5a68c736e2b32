"""Copies the libraries that an unpacked archive's programs need into its lib, with their licences and a list.

    gather.py FOLDER

Each library gets a unique name, as with auditwheel: the system's Python loads the system's libcrypto, and a process
loads only one library per name. MPI, glibc and the C++ runtime are the system's.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from complete import output, own_components, write_components, write_licences
from cyclonedx.model.component import Component, ComponentType
from look_over import SYSTEM
from packageurl import PackageURL


def needed(program: Path) -> dict[str, Path]:
    """Returns the paths of the libraries that a program loads, by name, without the system's."""
    found = re.findall(r"^\s*(\S+) => (/\S+)", output("ldd", program), re.M)
    return {name: Path(path).resolve() for name, path in found if not SYSTEM.match(name)}


def own_name(name: str, path: Path) -> str:
    """Returns a unique name: the library's, with a part of its SHA-256."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    stem, _, rest = name.partition(".so")
    return f"{stem}-{digest}.so{rest}"


def lead(file: Path, names: dict[str, str], libraries: str) -> None:
    """Makes a program or a library load the renamed libraries from the folder `libraries`."""
    words = ["patchelf", "--set-rpath", libraries]
    for name in output("patchelf", "--print-needed", file).split():
        if name in names:
            words += ["--replace-needed", name, names[name]]
    output(*words, file)


def debian_package(path: Path) -> tuple[str, str]:
    """Returns the Debian package that a file belongs to, and its version."""
    for candidate in (path, Path(str(path).removeprefix("/usr"))):
        found = subprocess.run(["dpkg-query", "-S", str(candidate)], capture_output=True, text=True)
        if found.returncode == 0:
            name = found.stdout.split(":")[0]
            return name, output("dpkg-query", "-W", "-f", "${Version}", name)
    raise SystemExit(f"error: {path} is of no Debian package and not of Swift's: its licence is unknown")


def gather(tree: Path) -> None:
    """Copies libraries, licences and the list of components, and makes the programs load the libraries."""
    programs = sorted(tree.glob("levels/*/lib/bigeggs/bigeggs"))
    libraries = {name: path for program in programs for name, path in needed(program).items()}
    names = {name: own_name(name, path) for name, path in libraries.items()}
    (tree / "lib").mkdir()
    for name, path in sorted(libraries.items()):
        copy = tree / "lib" / names[name]
        shutil.copyfile(path, copy)
        output("strip", "-s", copy)
        output("patchelf", "--set-soname", names[name], copy)
        lead(copy, names, "$ORIGIN")
    for program in programs:
        lead(program, names, "$ORIGIN/../../../../lib")
    own = own_components()
    licences = {component.name: path for component, path in own}
    components = [component for component, _ in own]
    packages = {debian_package(path) for path in libraries.values() if "/swift/" not in str(path)}
    for name, version in sorted(packages):
        purl = PackageURL("deb", "debian", name, version)
        components.append(
            Component(type=ComponentType.LIBRARY, name=name, version=version, purl=purl, bom_ref=f"{name}@{version}"))
        licences[name] = Path(f"/usr/share/doc/{name}/copyright")
    write_licences(licences, tree / "licences")
    write_components(components, tree.name, tree / "licences/components.cdx.json")


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
