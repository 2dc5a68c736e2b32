"""Makes the data and the command of a small multi-process training, reads its results, and lists its processes.

The programs of this directory that train share it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build/release/bigeggs"
HOSTS = ROOT / "Tests/Cluster/hosts"
RESULTS = ["training.json", "weights.safetensors"]
#: Measurements, which differ between trainings.
MEASURED = ["seconds", "trainingSeconds", "imagesPerSecond", "peakMemoryBytes"]

sys.dont_write_bytecode = True
sys.path.append(str(ROOT / "Tests/Python"))


def require_builds() -> None:
    """Exits with an error if the program or its MPI library is not built."""
    for file in (PROGRAM, PROGRAM.with_name("libbigeggs_mpi.so")):
        if not file.exists():
            sys.exit(f"error: there is no {file.relative_to(ROOT)}: run `make mpi` first")


def make_data(directory: Path, images: int) -> None:
    """Writes a data set in CIFAR-10's layout, with `images` training images and 100 test images."""
    from example_run import write_data_set

    write_data_set(directory, images, 100)


def train(data: Path, out: Path, *options: str) -> list[str]:
    """Returns the command of a training.

    --threads is set because other hosts do not get this environment's variables.
    """
    return [str(PROGRAM), "train", "--threads", "1", "--data", str(data), "--out", str(out), *options]


def launcher(processes: int, *options: str) -> list[str]:
    """Returns the mpirun command on this machine, for any user, root too, and any number of processes.

    It is empty for one process.
    """
    if processes == 1:
        return []
    # If another MPI is installed, too, Debian's Open MPI has this name.
    name = shutil.which("mpirun.openmpi") or "mpirun"
    return [name, "--allow-run-as-root", "--oversubscribe", "-np", str(processes), *options]


def results(out: Path) -> tuple[bytes, dict]:
    """Returns the bytes of the file of weights, and the record's results without measurements."""
    record = json.loads((out / "training.json").read_text())
    found = {name: value for name, value in record["results"].items() if name not in MEASURED}
    found["history"] = {name: value for name, value in found["history"].items() if name not in MEASURED}
    return (out / "weights.safetensors").read_bytes(), found | {"test": record["test"]}


def surplus(out: Path) -> list[str]:
    """Returns the names of the files that a training has left in addition to its results."""
    return sorted(path.name for path in out.iterdir() if path.name not in RESULTS)


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Waits until a condition holds, for `seconds` at most. Returns whether it held in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@dataclass(frozen=True)
class Process:
    number: int
    arguments: list[str]

    @property
    def is_rank(self) -> bool:
        return Path(self.arguments[0]).name == PROGRAM.name

    @property
    def is_launcher(self) -> bool:
        return Path(self.arguments[0]).name.startswith("mpirun")

    @property
    def rank(self) -> int:
        """The rank, from Open MPI's variable in the process's environment; 0 without it, -1 if that cannot be read."""
        try:
            environment = Path(f"/proc/{self.number}/environ").read_bytes().split(b"\0")
        except OSError:
            return -1
        ranks = [int(entry.split(b"=")[1]) for entry in environment if entry.startswith(b"OMPI_COMM_WORLD_RANK=")]
        return ranks[0] if ranks else 0


def process(number: int) -> Process | None:
    """Returns the process with that number; None if it has ended, also if it is a zombie."""
    try:
        arguments = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        return None
    return Process(number, [os.fsdecode(argument) for argument in arguments]) if arguments else None


def processes_of(out: Path) -> list[Process]:
    """Returns mpirun and the processes of the training that writes to `out`, on all hosts of this machine."""
    numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [found for number in numbers if (found := process(number)) and str(out) in found.arguments]


def processes_on(namespace: str) -> list[Process]:
    """Returns all processes of a host that `hosts` has made; `namespace` is the host's name."""
    listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=True).stdout
    return [found for number in listed.split() if (found := process(int(number)))]
