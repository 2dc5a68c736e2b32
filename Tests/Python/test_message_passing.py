"""Tests trainings in several processes, which mpirun starts on this machine.

`make mpi` compiles the library that they load; without it, or without mpirun, the tests are skipped. For another MPI
than mpirun's, BIGEGGS_MPIRUN names the launcher, and BIGEGGS_MPI the library that was compiled for it.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import PRECISIONS, ROOT

#: The rank of a process, as a shell expression. (Two commands "A : B" would crash the mpirun of Open MPI 5.0.7.)
RANK = "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}"
BUILD = ROOT / ".build/release"
TEAM = Path(__file__).with_name("team.py")
MPIRUN = os.environ.get("BIGEGGS_MPIRUN", "mpirun")

pytestmark = pytest.mark.skipif(
    shutil.which(MPIRUN) is None
    or not Path(os.environ.get("BIGEGGS_MPI", BUILD / "libbigeggs_mpi.so")).exists(),
    reason="there is no mpirun, or no `make mpi` was made",
)


@functools.cache
def is_open_mpi() -> bool:
    version = subprocess.run([MPIRUN, "--version"], capture_output=True, text=True).stdout
    return "Open MPI" in version or "OpenRTE" in version


def launcher(processes: int, *options: str) -> list[str]:
    """Returns the launcher's command on this machine, for any user and any number of processes."""
    root = ["--allow-run-as-root", "--oversubscribe"] if is_open_mpi() else []
    return [MPIRUN, *root, "-np", str(processes), *options]


def run(command: list[str], timeout: int = 120, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout,
        env=os.environ | {"OMP_NUM_THREADS": "1", "GOMP_SPINCOUNT": "1000"} | variables,
    )


def team(tmp_path: Path, processes: int, task: str, *arguments: object) -> dict[str, np.ndarray]:
    """Returns the result of a task of team.py in `processes` processes; one process runs without a launcher."""
    out = tmp_path / f"{task}-{processes}-{'-'.join(map(str, arguments))}.npz"
    command = [sys.executable, str(TEAM), str(out), task, *map(str, arguments)]
    result = run(launcher(processes) * (processes > 1) + command)
    assert result.returncode == 0, result.stderr
    values = dict(np.load(out))
    assert values.pop("size") == processes
    return values


@pytest.mark.parametrize(("processes", "count"), [(2, 32), (3, 37), (3, 2), (2, 1)])
def test_gradients_of_several_processes_match_those_of_one_process_on_the_whole_batch(
    tmp_path: Path, processes: int, count: int
) -> None:
    alone, together = (team(tmp_path, number, "gradients", count) for number in (1, processes))
    assert alone.keys() == together.keys()
    # `atol` follows the largest gradient, because that of a bias before batch normalization is only rounding errors.
    largest = max(np.abs(value).max() for value in alone.values())
    for name, value in alone.items():
        # Several processes add float32 numbers in another order than one process.
        np.testing.assert_allclose(together[name], value, rtol=2e-5, atol=2e-6 * largest, err_msg=name)


def test_training_in_several_processes_matches_one_process_up_to_rounding(tmp_path: Path) -> None:
    alone, two, again, three = (team(tmp_path / str(turn), processes, "training", 50)
                                for turn, processes in enumerate((1, 2, 2, 3)) if not (tmp_path / str(turn)).mkdir())
    assert len(alone["losses"]) == 50
    for other in (two, three):
        # Rounding errors grow from step to step, so the tolerance is smaller for the first steps.
        np.testing.assert_allclose(other["losses"][:5], alone["losses"][:5], rtol=1e-3)
        np.testing.assert_allclose(other["losses"], alone["losses"], rtol=0.25, atol=0.05)
        np.testing.assert_allclose(other["val_loss"], alone["val_loss"], rtol=0.1)
    for name, value in two.items():
        np.testing.assert_array_equal(value, again[name], err_msg="two runs of two processes differ")
    for other in (alone, two, three):
        np.testing.assert_allclose(other["shared"], other["predictions"], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(other["shared evaluation"], other["evaluation"], rtol=1e-5)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_fixed_parts_give_the_same_bits_in_any_number_of_processes(tmp_path: Path, precision: str) -> None:
    alone, *others = (team(tmp_path, processes, "exact", 8, precision) for processes in (1, 2, 4, 8))
    for processes, other in zip((2, 4, 8), others):
        assert alone.keys() == other.keys()
        for name, value in alone.items():
            np.testing.assert_array_equal(other[name], value, err_msg=f"{name} in {processes} processes")


def test_a_process_count_that_does_not_divide_the_fixed_parts_is_an_error(tmp_path: Path) -> None:
    result = run([*launcher(3), sys.executable, str(TEAM), str(tmp_path / "out.npz"), "exact", "8", "float32"], 60)
    assert result.returncode != 0
    assert "the number of processes is 3: give a number that divides the 8 fixed parts" in result.stderr


def test_changes_by_a_callback_in_the_first_process_apply_to_all_processes(tmp_path: Path) -> None:
    assert list(team(tmp_path, 2, "callbacks")["told"]) == [0, 1]


def test_an_exception_in_a_callback_of_the_first_process_ends_all_processes(tmp_path: Path) -> None:
    result = run([*launcher(3), sys.executable, str(TEAM), str(tmp_path / "out.npz"), "error"], timeout=60)
    assert result.returncode != 0
    assert "the disk is on fire" in result.stderr


@pytest.mark.parametrize("rank", [0, 1])
def test_an_exception_in_only_one_process_ends_all_processes_within_a_minute(tmp_path: Path, rank: int) -> None:
    result = run([*launcher(2), sys.executable, str(TEAM), str(tmp_path / "out.npz"), "error_in_one", str(rank)], 60)
    assert result.returncode != 0
    assert f"ValueError: process {rank} alone" in result.stderr


# ---- The command line --------------------------------------------------------------------------


def bigeggs(*arguments: str) -> list[str]:
    return [str(BUILD / "bigeggs"), *arguments]


def train(data: Path, out: Path, *options: str) -> list[str]:
    return bigeggs("train", "--data", str(data), "--out", str(out), "--batch-size", "16", *options)


def test_several_processes_train_and_evaluate_and_only_one_prints(tmp_path: Path, dataset_directory: Path) -> None:
    out = tmp_path / "train"
    trained = run([*launcher(2), *train(dataset_directory, out, "--epochs", "2", "--json")])
    assert trained.returncode == 0, trained.stderr
    record = json.loads(trained.stdout)
    assert record == json.loads((out / "training.json").read_text())
    assert "2 × 1 thread" in trained.stderr
    assert not list(out.glob("checkpoint*"))

    weights = str(out / "weights.safetensors")
    evaluate = bigeggs("evaluate", "--weights", weights, "--data", str(dataset_directory), "--json")
    alone, together = (run(command) for command in (evaluate, [*launcher(3), *evaluate]))
    assert json.loads(together.stdout)["accuracy"] == json.loads(alone.stdout)["accuracy"]
    assert json.loads(together.stdout)["loss"] == pytest.approx(json.loads(alone.stdout)["loss"], rel=1e-6)


def test_a_program_started_through_path_finds_its_mpi_library(tmp_path: Path, dataset_directory: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/bigeggs").symlink_to(BUILD / "bigeggs")
    weights = str(ROOT / "report/weights/plain.safetensors")
    result = run(
        [*launcher(2), "bigeggs", "evaluate", "--weights", weights, "--data", str(dataset_directory), "--json"],
        PATH=f"{tmp_path}/bin:{os.environ['PATH']}",
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["images"] > 0


def train_and_kill(processes: int, command: list[str], out: Path) -> None:
    """Starts a training and kills its last process in the third epoch."""
    process = subprocess.Popen(
        [*launcher(processes), *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch   3/"):
            break
    followers = subprocess.run(["pgrep", "-f", str(out)], capture_output=True, text=True).stdout.split()
    os.kill(int(followers[-1]), 9)
    assert process.wait(timeout=20) != 0
    assert list(out.glob("checkpoint*"))


def test_a_killed_training_resumes_with_another_number_of_processes(tmp_path: Path, dataset_directory: Path) -> None:
    out = tmp_path / "train"
    train_and_kill(2, train(dataset_directory, out, "--epochs", "200"), out)

    resumed = run([*launcher(3), *train(dataset_directory, out, "--epochs", "200", "--constant-rate", "--resume")])
    assert resumed.returncode != 0 and "callbacks were" in resumed.stderr
    seen = subprocess.run(
        [*launcher(3), *train(dataset_directory, out, "--epochs", "200", "--resume")], capture_output=True, text=True,
        timeout=120, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert seen.returncode == 0, seen.stderr
    assert "going on from" in seen.stderr
    assert (out / "weights.safetensors").exists()


def test_an_exact_training_has_the_same_weights_when_another_number_of_processes_resumes_it(
    tmp_path: Path, dataset_directory: Path,
) -> None:
    options = ["--epochs", "100", "--exact", "4"]
    assert run(train(dataset_directory, tmp_path / "whole", *options)).returncode == 0
    out = tmp_path / "resumed"
    train_and_kill(2, train(dataset_directory, out, *options), out)
    resumed = run([*launcher(4), *train(dataset_directory, out, *options, "--resume")])
    assert resumed.returncode == 0, resumed.stderr
    assert "going on from" in resumed.stderr
    whole, other = ((tmp_path / name / "weights.safetensors").read_bytes() for name in ("whole", "resumed"))
    assert whole == other


def test_processes_with_different_settings_end_with_an_error(tmp_path: Path, dataset_directory: Path) -> None:
    command = train(dataset_directory, tmp_path / "out", "--epochs", "1", "--seed")
    result = run([*launcher(2), "sh", "-c", f'exec "$@" $(({RANK} + 1))', "sh", *command], timeout=60)
    assert result.returncode == 1
    assert "process 1 on" in result.stderr and "seed was 1, now 2" in result.stderr
    assert result.stderr.count("error:") == 1


def test_evaluation_processes_with_different_settings_end_with_an_error(dataset_directory: Path) -> None:
    command = bigeggs("evaluate", "--weights", str(ROOT / "report/weights/plain.safetensors"),
                      "--data", str(dataset_directory), "--batch-size")
    result = run([*launcher(2), "sh", "-c", f'exec "$@" $(({RANK} + 16))', "sh", *command], timeout=60)
    assert result.returncode == 1 and result.stdout == ""
    assert "process 1 on" in result.stderr and "batch size was 16, now 17" in result.stderr


def test_an_error_in_one_process_names_that_process(tmp_path: Path, dataset_directory: Path) -> None:
    (tmp_path / "data0").symlink_to(dataset_directory)
    command = train(tmp_path / "data", tmp_path / "out", "--epochs", "1")
    # Process 1 is to read data1, which does not exist.
    script = f'data=$1{RANK}; shift; exec "$@" --data "$data"'
    at = command.index("--data")
    result = run(
        [*launcher(2), "sh", "-c", script, "sh", command[at + 1], *command[:at], *command[at + 2:]], timeout=60)
    assert result.returncode != 0
    assert "error: process 1 on" in result.stderr and "data1" in result.stderr


def test_a_launcher_without_the_mpi_library_gets_an_error_message(tmp_path: Path, dataset_directory: Path) -> None:
    result = run([*launcher(2), *train(dataset_directory, tmp_path / "out")], BIGEGGS_MPI=str(tmp_path / "none.so"))
    assert result.returncode != 0
    # If one process fails before MPI starts, Open MPI ends the others; MPICH lets each print the error.
    assert result.stderr.count("error: this is one of 2 processes of a launcher") == (1 if is_open_mpi() else 2)
    assert "run `make mpi`" in result.stderr


def test_other_commands_run_in_the_first_process_only(tmp_path: Path, dataset_directory: Path) -> None:
    result = run([*launcher(2), *bigeggs("data", "--data", str(dataset_directory))])
    assert result.returncode == 0
    alone = run(bigeggs("data", "--data", str(dataset_directory)))
    assert result.stdout == alone.stdout


def test_a_report_section_trains_with_the_given_launcher(tmp_path: Path, dataset_directory: Path) -> None:
    out = tmp_path / "report"
    result = run(
        bigeggs("step", "--only", "4", "--epochs", "1", "--data", str(dataset_directory), "--out", str(out),
                "--launcher", " ".join(launcher(2))), timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert "2 × 1 thread" in result.stdout
    record = json.loads((out / "records/04-plain-training.json").read_text())
    assert record["settings"]["processes"] == 2
    assert not list((out / "weights").glob("*checkpoint*"))
