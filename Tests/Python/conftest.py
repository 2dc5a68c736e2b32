"""Sets the paths of the Python under test, and makes data sets and example runs for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "Tests/Peers"), str(Path(__file__).parent)]
sys.dont_write_bytecode = True

import bigeggs  # noqa: E402
import example_run  # noqa: E402

from bigeggs_report.figures import draw  # noqa: E402


#: Marks a test in bfloat16, whose instructions not every processor has.
needs_bfloat16 = pytest.mark.skipif(
    "avx512_bf16" not in Path("/proc/cpuinfo").read_text(), reason="the processor has no bfloat16 instructions"
)
#: Both precisions. Tests in bfloat16 are skipped if the processor does not have it.
PRECISIONS = ["float32", pytest.param("bfloat16", marks=needs_bfloat16)]


@pytest.fixture(scope="session")
def dataset_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Writes the files of a small data set of random images, in CIFAR-10's layout."""
    directory = tmp_path_factory.mktemp("data")
    example_run.write_data_set(directory)
    return directory


@pytest.fixture(scope="session")
def dataset(dataset_directory: Path) -> bigeggs.Dataset:
    """Opens the data set in `dataset_directory`."""
    return bigeggs.Dataset.open(str(dataset_directory))


@pytest.fixture(scope="session")
def handle(dataset: bigeggs.Dataset) -> int:
    """Returns the data set's handle, as the executables pass it to Python."""
    return dataset._owner.handle


@pytest.fixture
def example(tmp_path: Path, dataset: bigeggs.Dataset) -> Path:
    """Writes the records and weights of a full run on the data set of `dataset`."""
    return write(tmp_path, dataset)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, dataset: bigeggs.Dataset, handle: int) -> Path:
    """Writes an example run and draws its figures, once for all tests, which only read the run."""
    root = write(tmp_path_factory.mktemp("drawn"), dataset)
    draw.draw([], str(root / "records"), str(root / "weights"), str(root / "plots"), handle)
    return root


def write(root: Path, dataset: bigeggs.Dataset, **options: object) -> Path:
    """Writes an example run whose records name this data set. `options` are those of `example_run.write_run`."""
    train, test = dataset.labels("train"), dataset.labels("test")
    return example_run.write_run(root, train, test, checksum=dataset.checksum, **options)
