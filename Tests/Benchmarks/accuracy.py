"""Compares the test accuracy of faster ways to compute: no accuracy is lost if the last columns agree.

Trains the report's network on CIFAR-10 in float32 with Winograd's convolutions, in float32 with direct
convolutions and in bfloat16, with several seeds each, and prints a table of test accuracies. The learning
rate is constant. If it were halved when the loss stops falling, as in the report, a run whose rate is
halved early by chance would end some points ahead. Runs that an earlier call finished are not repeated;
interrupted runs are resumed.

    python3 Tests/Benchmarks/accuracy.py [--seeds 3] [--epochs 8] [--out runs/accuracy] [--record FILE]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MODES = {
    "float32, Winograd": ["--precision", "float32"],
    "float32, direct": ["--precision", "float32", "--direct-convolutions"],
    "bfloat16": ["--precision", "bfloat16"],
}


def train(arguments, mode, seed):
    """Trains with a seed in one of the modes, unless an earlier call did. Returns the record of the run."""
    directory = Path(arguments.out) / f"{mode.replace(', ', '-')}-{seed}"
    record = directory / "training.json"
    if not record.exists():
        command = [
            arguments.program, "train", "--epochs", str(arguments.epochs), "--seed", str(seed), "--constant-rate",
            "--threads", str(arguments.threads), "--out", str(directory), "--resume", *MODES[mode],
        ]
        print(f"{mode}, seed {seed} …", file=sys.stderr, flush=True)
        finished = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if finished.returncode != 0:
            sys.exit(f"error: {' '.join(command)} failed: {finished.stderr.strip()}")
    result = json.loads(record.read_text())
    accuracy = result["results"]["history"]["val_accuracy"][-1]
    print(f"{mode}, seed {seed}: {accuracy:.4f}", file=sys.stderr, flush=True)
    return result


def table(results, epochs):
    seeds = sorted({seed for _, seed in results})
    lines = [
        "| | " + " | ".join(f"seed {seed}" for seed in seeds) + " | mean | mean of last 3 epochs |",
        "|---|" + "---|" * (len(seeds) + 2),
    ]
    for mode in MODES:
        histories = [results[mode, seed]["results"]["history"] for seed in seeds]
        last = [history["val_accuracy"][-1] for history in histories]
        late = [accuracy for history in histories for accuracy in history["val_accuracy"][-3:]]
        cells = [f"{100 * accuracy:.2f} %" for accuracy in [*last, statistics.mean(last), statistics.mean(late)]]
        lines.append(f"| {mode} | " + " | ".join(cells) + " |")
    return f"Test accuracy after {epochs} epochs\n\n" + "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/bigeggs")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--out", default="runs/accuracy")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write every epoch's test accuracy as JSON")
    arguments = parser.parse_args()
    runs = [(mode, seed) for seed in range(1, arguments.seeds + 1) for mode in MODES]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = dict(zip(runs, pool.map(lambda run: train(arguments, *run), runs)))
    print(table(results, arguments.epochs))
    if arguments.record:
        record = {
            "epochs": arguments.epochs,
            "data": results[runs[0]]["data"]["name"],
            "test_accuracy": {
                mode: {seed: results[mode, seed]["results"]["history"]["val_accuracy"]
                       for seed in range(1, arguments.seeds + 1)}
                for mode in MODES},
        }
        arguments.record.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
