"""Kills trainings at random moments, resumes them, and checks that nothing is lost.

Each run trains the report's network for three epochs on small random images. SIGKILL is sent to it at a
random moment. Then it is resumed on a random number of threads, and perhaps killed again, until it ends.
(A run that ends before the first kill does not count and is repeated.) Its weights and its history must
be those of an undisturbed training, bit for bit, and its directory must contain only its results.

    python3 Tests/Soak/soak.py 100
"""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / ".build/release/bigeggs"
RESULTS = ["training.json", "weights.safetensors"]
KILLS_A_RUN = 8  # A run is killed this often at most.


def make_data(directory: pathlib.Path, randomness: random.Random) -> None:
    """Writes 240 training and 40 test images of noise, in CIFAR-10's layout."""
    for name, count in [(f"data_batch_{batch}.bin", 48) for batch in range(1, 6)] + [("test_batch.bin", 40)]:
        records = (bytes([record % 10]) + randomness.randbytes(3072) for record in range(count))
        (directory / name).write_bytes(b"".join(records))
    (directory / "batches.meta.txt").write_text("\n".join(f"class {label}" for label in range(10)) + "\n")


def command(program: pathlib.Path, data: pathlib.Path, out: pathlib.Path, resume: bool, threads: int = 1) -> list[str]:
    options = ["--data", str(data), "--out", str(out), "--epochs", "3", "--batch-size", "32"]
    options += ["--threads", str(threads), "--augment"]
    return [str(program), "train", *options] + (["--resume"] if resume else [])


def results(out: pathlib.Path) -> tuple[bytes, dict]:
    history = json.loads((out / "training.json").read_text())["results"]["history"]
    history.pop("seconds")  # Only the seconds may differ between runs.
    return (out / "weights.safetensors").read_bytes(), history


def empty(directory: pathlib.Path) -> None:
    for path in directory.iterdir():
        path.unlink()


def hidden(out: pathlib.Path) -> list[str]:
    """Returns the names of files whose writing was interrupted. The lock file is not one of them."""
    return [path.name for path in out.iterdir() if path.name.endswith(".part")]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("runs", type=int, nargs="?", default=100, metavar="N", help="how many trainings")
    arguments.add_argument("--seed", type=int, default=1, help="decides when to kill")
    arguments.add_argument("--program", type=pathlib.Path, default=PROGRAM, help="another bigeggs", metavar="FILE")
    arguments.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = arguments.parse_args()
    if options.runs < 1:
        arguments.error("N must be at least 1")
    program = options.program.resolve()
    if not program.exists():
        sys.exit(f"error: there is no {program}; run `make build` first")
    randomness = random.Random(options.seed)
    figures = {
        "runs": 0, "kills": 0, "ended before the kill": 0, "killed while writing a file": 0,
        "resumed from the beginning": 0, "resumed in epoch": {},
        "resumed from the previous checkpoint": 0, "equal": 0, "leftovers": 0, "faults": [],
    }  # fmt: skip

    with tempfile.TemporaryDirectory(prefix="bigeggs-soak-") as scratch:
        scratch = pathlib.Path(scratch)
        data = scratch / "data"
        data.mkdir()
        make_data(data, randomness)

        reference = scratch / "undisturbed"
        started = time.monotonic()
        subprocess.run(command(program, data, reference, False), check=True, capture_output=True)
        duration = time.monotonic() - started
        expected = results(reference)
        if sorted(path.name for path in reference.iterdir()) != RESULTS:
            figures["faults"].append("the undisturbed training left files besides its results")

        started = time.monotonic()
        for number in range(options.runs):
            out = scratch / f"run-{number}"
            out.mkdir()
            attempt = 0
            while True:
                began = time.monotonic()
                process = subprocess.Popen(
                    command(program, data, out, attempt > 0, randomness.randint(1, 4)),
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                )  # fmt: skip
                killed = False
                if attempt < KILLS_A_RUN:
                    try:
                        process.wait(randomness.uniform(0, duration))
                    except subprocess.TimeoutExpired:
                        process.kill()
                        killed = True
                said = process.communicate()[1]
                killed = killed and process.returncode == -9

                if going := re.search(r"going on from \S+: epoch (\d+), after step (\d+)", said):
                    epoch = going[1]
                    figures["resumed in epoch"][epoch] = figures["resumed in epoch"].get(epoch, 0) + 1
                figures["resumed from the beginning"] += "starting from the beginning" in said
                figures["resumed from the previous checkpoint"] += "going on from the one before" in said
                attempt += 1
                if killed:
                    # The machine may be slower than before: choose later moments.
                    duration *= 1.03
                    figures["kills"] += 1
                    figures["killed while writing a file"] += bool(hidden(out))
                    continue
                if attempt <= KILLS_A_RUN:
                    figures["ended before the kill"] += 1
                if attempt == 1:
                    # The machine may be faster than before: choose earlier moments.
                    duration = time.monotonic() - began
                    if process.returncode == 0 and results(out) == expected:
                        empty(out)
                        attempt = 0
                        continue
                if process.returncode != 0:
                    figures["faults"].append(f"run {number}: status {process.returncode}: {said.strip()}")
                break

            figures["runs"] += 1
            left = sorted(path.name for path in out.iterdir())
            surplus = [name for name in left if name not in RESULTS]
            figures["leftovers"] += len(surplus)
            if surplus:
                figures["faults"].append(f"run {number}: left {', '.join(surplus)}")
            if set(RESULTS) <= set(left):
                if results(out) == expected:
                    figures["equal"] += 1
                else:
                    figures["faults"].append(f"run {number}: its weights or its history differ")
            empty(out)
            spent = time.monotonic() - started
            rest = spent / (number + 1) * (options.runs - number - 1)
            print(
                f"run {number + 1}/{options.runs}: {attempt - 1} kills, "
                f"{figures['equal']} equal so far, {rest / 60:.0f} min left",
                file=sys.stderr,
                flush=True,
            )

    figures["resumed in epoch"] = dict(sorted(figures["resumed in epoch"].items()))
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            if name == "faults":
                value = "; ".join(value) or "none"
            elif isinstance(value, dict):
                value = ", ".join(f"{epoch}: {count}" for epoch, count in value.items()) or "never"
            print(f"{name:36} {value}")
    survived = figures["equal"] == figures["runs"] and not figures["faults"]
    print(
        f"{figures['equal']} of {figures['runs']} trainings have the results of an undisturbed one, "
        f"after {figures['kills']} kills"
        + ("" if survived else "; there are faults"),
        file=sys.stderr if options.json else sys.stdout,
    )
    return 0 if survived else 1


if __name__ == "__main__":
    sys.exit(main())
