"""Adds to a wheel what auditwheel leaves out: the licence of each bundled library, and a list of the components that
auditwheel does not find.

    complete.py WHEEL

auditwheel's list, `auditwheel.cdx.json`, has the libraries copied from Debian packages. `bigeggs.cdx.json` has the
others: Swift's runtime, which comes with the compiler, and libarchive and SwiftProtobuf, which are linked statically
into our library.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]


def output(*command: str | Path) -> str:
    """Runs a program and returns its standard output."""
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def swift() -> tuple[str, Path]:
    """Returns the version of the Swift compiler, and its folder."""
    folder = Path(shutil.which("swift") or "swift").resolve().parents[2]
    version = re.search(r"Swift version (\S+)", output("swift", "--version"))
    assert version, "swift --version names no version"
    return version[1], folder


def own_components() -> list[tuple[Component, Path]]:
    """Returns the components that auditwheel does not find, each with the path of its licence."""
    licences = LicenseFactory()
    swift_version, toolchain = swift()
    resolved = json.loads((ROOT / "Package.resolved").read_text())
    protobuf = next(pin for pin in resolved["pins"] if pin["identity"] == "swift-protobuf")["state"]["version"]
    archive = output("dpkg-query", "-W", "-f", "${Version}", "libarchive-dev")
    apache = "Apache-2.0 WITH Swift-exception"
    return [
        (
            Component(
                type=ComponentType.LIBRARY, name=name, version=version, purl=purl,
                bom_ref=f"{name}@{version}", licenses=[licences.make_from_string(licence)]),
            path,
        )
        for name, version, purl, licence, path in [
            ("swift-runtime", swift_version, PackageURL("github", "swiftlang", "swift", f"swift-{swift_version}-RELEASE"),
             apache, toolchain / "usr/share/swift/LICENSE.txt"),
            ("swift-protobuf", protobuf, PackageURL("github", "apple", "swift-protobuf", protobuf),
             apache, ROOT / ".build-dist/v3/checkouts/swift-protobuf/LICENSE.txt"),
            ("libarchive", archive, PackageURL("deb", "debian", "libarchive-dev", archive),
             "BSD-2-Clause", Path("/usr/share/doc/libarchive-dev/copyright")),
        ]
    ]


def debian_licences(sbom: Path) -> dict[str, Path]:
    """Returns the path of the licence of each Debian package from which auditwheel copied a library.

    `sbom` is auditwheel's list.
    """
    components = json.loads(sbom.read_text())["components"]
    names = {part["name"] for part in components if part.get("purl", "").startswith("pkg:deb/")}
    return {name: Path(f"/usr/share/doc/{name}/copyright") for name in sorted(names)}


def write_components(components: list[Component], name: str, path: Path) -> None:
    """Writes the list of the bundled components of `name`, with the same bytes each time."""
    bom = Bom(components=components)
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"{name} {epoch}")
    path.write_text(JsonV1Dot6(bom).output_as_string(indent=1))


def write_licences(licences: dict[str, Path], folder: Path) -> None:
    """Copies each library's licence into a folder."""
    folder.mkdir(exist_ok=True)
    for name, path in licences.items():
        shutil.copyfile(path, folder / f"{name}.txt")


def complete(wheel: Path) -> None:
    """Rewrites the wheel with the licences and the list of components."""
    with tempfile.TemporaryDirectory() as scratch:
        output("wheel", "unpack", "--dest", scratch, wheel)
        [tree] = Path(scratch).iterdir()
        [info] = tree.glob("*.dist-info")
        own = own_components()
        write_components([component for component, _ in own], wheel.name, info / "sboms/bigeggs.cdx.json")
        licences = debian_licences(info / "sboms/auditwheel.cdx.json")
        write_licences(licences | {component.name: path for component, path in own}, info / "licenses")
        wheel.unlink()
        output("wheel", "pack", "--dest-dir", wheel.parent, tree)


if __name__ == "__main__":
    complete(Path(sys.argv[1]))
