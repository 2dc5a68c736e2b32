"""Tests the errors of a build for a oneDNN that it cannot use."""

import pathlib
import shutil
import subprocess

import pytest

SHIM = pathlib.Path(__file__).parents[2] / "Sources/COneDNN/shim.h"


def errors(*options):
    """Compiles the header; returns the texts of the errors."""
    clang = shutil.which("clang")
    if not clang:
        pytest.skip("Swift's clang is not in PATH")
    run = subprocess.run(
        [clang, "-x", "c-header", "-fsyntax-only", "-nostdinc", *options, SHIM], capture_output=True, text=True
    )
    return [line.split("error: ")[1] for line in run.stderr.splitlines() if "error: " in line]


def fake(directory, major, minor, runtime):
    headers = directory / "oneapi/dnnl"
    headers.mkdir(parents=True)
    for name in ["dnnl.h", "dnnl_debug.h"]:
        (headers / name).write_text("")
    (headers / "dnnl_version.h").write_text(
        f"#define DNNL_VERSION_MAJOR {major}\n#define DNNL_VERSION_MINOR {minor}\n"
    )
    (headers / "dnnl_config.h").write_text(
        "#define DNNL_RUNTIME_SEQ 1u\n#define DNNL_RUNTIME_OMP 2u\n#define DNNL_RUNTIME_TBB 4u\n"
        f"#define DNNL_CPU_RUNTIME DNNL_RUNTIME_{runtime}\n"
    )
    return f"-I{directory}"


def test_the_error_for_a_missing_onednn_names_its_package():
    assert errors() == [
        "oneDNN is missing: run ./install-requirements, or install the package libdnnl-dev"
    ]


@pytest.mark.parametrize("version", [(2, 5), (2, 0), (1, 8)])
def test_the_error_for_an_old_onednn_names_its_version(tmp_path, version):
    major, minor = version
    assert errors(fake(tmp_path, major, minor, "OMP")) == [
        f"oneDNN {major}.{minor} is too old: install 2.6 or later, Debian's package libdnnl-dev of 12 or later"
    ]


@pytest.mark.parametrize("runtime", ["TBB", "SEQ"])
@pytest.mark.parametrize("version", [(2, 6), (3, 7)])
def test_the_error_for_a_onednn_without_openmp_names_its_version(tmp_path, version, runtime):
    major, minor = version
    assert errors(fake(tmp_path, major, minor, runtime)) == [
        f"oneDNN {major}.{minor} was not built for OpenMP: "
        "install one that is, such as Debian's package libdnnl-dev"
    ]
