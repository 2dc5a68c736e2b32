"""A small training in several processes: its data, its command, what it leaves, and which of its processes live.

What the programs of this directory share that train.
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
#: What a training measures, and no other one repeats.
MEASURED = ["seconds", "trainingSeconds", "imagesPerSecond", "peakMemoryBytes"]

sys.dont_write_bytecode = True
sys.path.append(str(ROOT / "Tests/Python"))


def require_builds() -> None:
    """Ends the program with a sentence if there is nothing to try."""
    for file in (PROGRAM, PROGRAM.with_name("libbigeggs_mpi.so")):
        if not file.exists():
            sys.exit(f"error: there is no {file.relative_to(ROOT)}: run `make mpi` first")


def make_data(directory: Path, images: int) -> None:
    """CIFAR-10's layout with so many training and 100 test images."""
    from example_run import write_data_set

    write_data_set(directory, images, 100)


def train(data: Path, out: Path, *options: str) -> list[str]:
    """One thread a process, whatever the environment says: other hosts do not see it."""
    return [str(PROGRAM), "train", "--threads", "1", "--data", str(data), "--out", str(out), *options]


def launcher(processes: int, *options: str) -> list[str]:
    """mpirun on this machine, as any user, with as many processes as are asked for; nothing for one process."""
    if processes == 1:
        return []
    # Beside another MPI, Debian's Open MPI has a name of its own.
    name = shutil.which("mpirun.openmpi") or "mpirun"
    return [name, "--allow-run-as-root", "--oversubscribe", "-np", str(processes), *options]


def results(out: Path) -> tuple[bytes, dict]:
    """The weights and what was recorded, without what is measured."""
    record = json.loads((out / "training.json").read_text())
    found = {name: value for name, value in record["results"].items() if name not in MEASURED}
    found["history"] = {name: value for name, value in found["history"].items() if name not in MEASURED}
    return (out / "weights.safetensors").read_bytes(), found | {"test": record["test"]}


def surplus(out: Path) -> list[str]:
    """What a training has left beside its results."""
    return sorted(path.name for path in out.iterdir() if path.name not in RESULTS)


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether something has come to hold within a time."""
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
        """Its number within the training, as Open MPI says it."""
        try:
            environment = Path(f"/proc/{self.number}/environ").read_bytes().split(b"\0")
        except OSError:
            return -1
        ranks = [int(entry.split(b"=")[1]) for entry in environment if entry.startswith(b"OMPI_COMM_WORLD_RANK=")]
        return ranks[0] if ranks else 0


def process(number: int) -> Process | None:
    """The process of that number if it lives. One that has ended, and whose parent has not asked, does not."""
    try:
        arguments = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        return None
    return Process(number, [os.fsdecode(argument) for argument in arguments]) if arguments else None


def processes_of(out: Path) -> list[Process]:
    """mpirun and the processes of the training that writes there, on whichever host of this machine."""
    numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [found for number in numbers if (found := process(number)) and str(out) in found.arguments]


def processes_on(namespace: str) -> list[Process]:
    """All processes of a host that `hosts` has made."""
    listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=True).stdout
    return [found for number in listed.split() if (found := process(int(number)))]
