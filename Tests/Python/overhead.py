"""Measures the cost of calling the library from Python: `make bench-python`, on an idle machine.

Two figures are compared with those of the library alone:

- `predict` on one image: a call for each image against one call for all of them at a batch size of one, which
  does the same work inside the library. The difference is what a call costs.
- training: the report's network on the same number of images through `Sequential.fit` and through `bigeggs bench`,
  which runs in separate processes. The two take turns; the medians are compared.

    make bench-python                                        # some minutes
    make bench-python OPTIONS="--turns 1 --steps 2"          # a check that it works, in seconds
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "10000")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "Tests/Peers")]

import numpy as np  # noqa: E402

import bigeggs  # noqa: E402
import bigeggs_network  # noqa: E402

BATCH = 128


def prediction(images: np.ndarray) -> tuple[float, float]:
    """Measures the milliseconds per image of `predict` with a call for each image, and with one call for all."""
    model, count = bigeggs_network.network(seed=7), 64
    model.predict(images[:1])

    def timed(work) -> float:
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) / count * 1e3

    def calls() -> None:
        for index in range(count):
            model.predict(images[index:index + 1])

    turns = [(timed(calls), timed(lambda: model.predict(images[:count], batch_size=1))) for _ in range(9)]
    return statistics.median(turn[0] for turn in turns), statistics.median(turn[1] for turn in turns)


def training_in_python(images: np.ndarray, labels: np.ndarray, rounds: int) -> float:
    """Measures the images per second of `Sequential.fit`: the median of `rounds` epochs after the first one."""
    model, seconds = bigeggs_network.network(seed=7), []
    model.compile()

    class Clock(bigeggs.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self.start)

    model.fit(images, labels, batch_size=BATCH, epochs=rounds + 1, verbose=0, callbacks=[Clock()])
    return len(images) / statistics.median(seconds[1:])


def training_in_swift(steps: int, rounds: int) -> float:
    """Returns the images per second that `bigeggs bench` measures."""
    command = [
        ROOT / ".build/release/bigeggs", "bench", "--only", "training", "--steps", steps, "--rounds", rounds, "--json"
    ]
    output = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)["training"]["images_per_second"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="overhead.py")
    parser.add_argument("--turns", type=int, default=5, help="trainings in each (default: 5)")
    parser.add_argument("--rounds", type=int, default=3, help="epochs of a training that are counted (default: 3)")
    parser.add_argument("--steps", type=int, default=20, help="steps of an epoch, of 128 images (default: 20)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the four figures to a file, too")
    options = parser.parse_args()

    random = np.random.default_rng(1)
    images = random.integers(0, 256, size=(options.steps * BATCH, 32, 32, 3), dtype=np.uint8)
    labels = random.integers(0, 10, size=len(images))
    alone, inside = prediction(images)
    turns, start = [], time.monotonic()
    for turn in range(options.turns):
        spent = time.monotonic() - start
        left = f", about {spent / turn * (options.turns - turn):.0f} s left" if turn else ""
        print(f"training, turn {turn + 1} of {options.turns}{left}", file=sys.stderr, flush=True)
        # The order alternates, because the first of a pair may find a cooler processor.
        both = [lambda: training_in_swift(options.steps, options.rounds),
                lambda: training_in_python(images, labels, options.rounds)]
        turns.append([work() for work in both] if turn % 2 == 0 else [work() for work in both[::-1]][::-1])
    swift, python = (statistics.median(column) for column in zip(*turns))
    call, slower = alone - inside, (swift / python - 1) * 100
    print(f"{'':<22}{'library alone':>16}{'through Python':>18}   what Python costs")
    print(f"{'predict, one image':<22}{inside:>13.2f} ms{alone:>15.2f} ms   {call:.2f} ms (to be under 3)")
    print(f"{'training':<22}{swift:>8,.0f} images/s{python:>10,.0f} images/s   {slower:.1f} % (to be under 2)")
    if options.record:
        figures = {
            "predict_milliseconds": alone, "predict_computing_milliseconds": inside,
            "swift_images_per_second": swift, "python_images_per_second": python,
        }
        options.record.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
