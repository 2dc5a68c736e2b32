#!/usr/bin/env python3
"""Models the time of a training step on up to 512 machines, from times measured on this machine.

    Tests/Cluster/scale.py                       measure, then print the tables
    Tests/Cluster/scale.py --times FILE          read the times from FILE; if there is none, measure and write it
    Tests/Cluster/scale.py --check [--times …]   compare the model with two processes over the link of two hosts

Each machine has one process with one thread, and its own link with the same rate in both directions at once. The
computation is measured for each process's share of a batch, pass by pass; with --check, so are steps over a real TCP
connection with a limited rate. All other communication is modelled: bytes and messages as the code sends them, a
latency, and processor time for each message and each byte. Gradients are sent during the backward pass. Batch
normalization and the scores wait for their messages, and for the gradients that are queued on the link before them.

Close other programs during the measurement. Needs `make mpi`; --check needs root. Takes about five minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from trainings import HOSTS, PROGRAM, ROOT, require_builds

PROCESSES = [2, 8, 64, 512]
GIGABITS = [1.0, 10.0, 100.0]
#: The rates of the link between two hosts, for --check.
RATES = ["1gbit", "2gbit", "unlimited"]
#: The number of gradients after which a piece is sent: Team.bucket.
PIECE = 1 << 18


@dataclass(frozen=True)
class Network:
    """A recipe of `bigeggs bench`, and the sizes of what its layers send."""

    name: str
    recipe: str
    batch: int

    @property
    def layers(self) -> list[dict]:
        """The layers in order, from the record of a training."""
        recorded = json.loads((ROOT / f"report/study/{self.recipe}-1.json").read_text())
        return recorded["results"]["layers"]

    def channels(self) -> dict[str, int]:
        """Returns the channels of each batch normalization, rounded up to a multiple of 16, as its sums are stored."""
        return {
            layer["name"]: -(-layer["outputShape"][-1] // 16) * 16
            for layer in self.layers if layer["kind"] == "BatchNormalization"
        }  # fmt: skip

    def gradients(self) -> dict[str, int]:
        """Returns the number of gradients of each layer: its parameters without the moving statistics."""
        return {
            layer["name"]: layer["parameters"]
            - (2 * layer["outputShape"][-1] if layer["kind"] == "BatchNormalization" else 0)
            for layer in self.layers
        }


NETWORKS = [Network("the report's network", "plain", 128), Network("the fast network", "fast", 2000)]


# ---- Measurement --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """The milliseconds of a step on `images` images, in one process with one thread."""

    images: int
    total: float
    #: Layer, pass and milliseconds of each pass, in the order in which they run.
    passes: list[tuple[str, str, float]]


#: The prefix of measured commands: `chrt` with --real-time.
FIRST: list[str] = []


def bench_command(network: Network, images: int, *options: str) -> list[str]:
    recipe = ["--recipe", network.recipe, "--batch-size", str(images)]
    return [*FIRST, str(PROGRAM), "bench", "--json", "--threads", "1", *recipe, *options]


def bench(command: list[str]) -> dict:
    ended = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)
    if ended.returncode != 0:
        sys.exit(f"error: {' '.join(command)}: {ended.stderr}")
    return json.loads(ended.stdout)


def steps_for(images: int) -> int:
    """Returns the number of steps of `images` images that take some seconds."""
    return max(1, min(60, 600 // images))


def measure(network: Network, images: int) -> Step:
    """Returns the times of the fastest of three runs: other programs can only make a run slower."""
    steps = ["--steps", str(steps_for(images)), "--rounds", "1"]
    runs = [bench(bench_command(network, images, "--breakdown", *steps))["training"] for _ in range(3)]
    training = min(runs, key=lambda run: run["milliseconds"])
    found = training["passes"]
    # A step takes a little longer if its passes are timed, so their times are scaled to a step without timing.
    scale = training["milliseconds"] / sum(one["milliseconds"] for one in found)
    passes = [(one["layer"], one["pass"], one["milliseconds"] * scale) for one in found]
    return Step(images, training["milliseconds"], passes)


def shares(network: Network) -> list[int]:
    """Returns the images in a process's largest share of a batch, for each number of processes, in descending order."""
    return sorted({-(-network.batch // processes) for processes in [1, *PROCESSES]}, reverse=True)


def measure_all() -> dict[str, list[Step]]:
    times = {}
    for network in NETWORKS:
        times[network.recipe] = []
        for images in shares(network):
            step = measure(network, images)
            times[network.recipe].append(step)
            print(f"{network.name}: {images} images take {step.total:.1f} ms", file=sys.stderr, flush=True)
    return times


def read_times(file: Path) -> dict[str, list[Step]]:
    read = json.loads(file.read_text())
    return {
        recipe: [Step(step["images"], step["total"], [tuple(one) for one in step["passes"]]) for step in steps]
        for recipe, steps in read.items()
    }


# ---- The model ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    gigabits: float
    #: Microseconds from one process to another.
    latency: float
    #: Microseconds of processor time to send a message and to receive one.
    message: float
    #: Milliseconds of processor time to send a megabyte and to receive one.
    copy: float

    def milliseconds(self, size: float) -> float:
        """Returns the time of `size` bytes in one direction."""
        return size * 8 / self.gigabits / 1e6


class Exchange:
    """Models SumExchange: each piece of the gradients is scattered, then gathered.

    At most one piece is scattered at a time, and at most one gathered. A link carries messages in the order in which
    they begin. Times are in milliseconds.
    """

    def __init__(self) -> None:
        #: The time of each piece whose scatter has not begun; its gather takes as long.
        self.waiting: list[float] = []
        #: The time of each piece that is scattered, and so summed, and whose gather has not begun.
        self.summed: list[float] = []
        #: The messages under way: "scatter" or "gather", their time, and what is left of it.
        self.under_way: list[tuple[str, float, float]] = []

    def step(self) -> bool:
        """Begins the messages that can begin. Returns whether all sums are complete."""
        self.summed += [whole for kind, whole, left in self.under_way if kind == "scatter" and left == 0]
        self.under_way = [one for one in self.under_way if one[2] > 0]
        kinds = [kind for kind, _, _ in self.under_way]
        for kind, pieces in (("scatter", self.waiting), ("gather", self.summed)):
            if kind not in kinds and pieces:
                piece = pieces.pop(0)
                self.under_way.append((kind, piece, piece))
        return not self.under_way

    def advance(self, milliseconds: float) -> None:
        for index, (kind, whole, left) in enumerate(self.under_way):
            carried = min(left, milliseconds)
            milliseconds -= carried
            self.under_way[index] = (kind, whole, left - carried)

    @property
    def left(self) -> float:
        return sum(left for _, _, left in self.under_way)


@dataclass
class Prediction:
    """A step in several processes. Times are in milliseconds; `received`, in bytes, and `messages` are per process."""

    processes: int
    images: int
    gigabits: float
    computing: float
    #: The time that processes wait in batch normalization, for scores and at the end of the step, and the processor's
    #: time for messages.
    waiting: float = 0.0
    #: The time of the gradients' messages after the end of the backward pass.
    exposed: float = 0.0
    received: float = 0.0
    messages: int = 0

    @property
    def total(self) -> float:
        return self.computing + self.waiting + self.exposed


def predict(network: Network, step: Step, batch: int, processes: int, link: Link, faster: float = 1) -> Prediction:
    """Predicts a step of `batch` images, of which each process computes `step.images` at most.

    `faster` is the speed of a process, relative to the measured one.
    """
    others = processes - 1
    found = Prediction(processes, batch, link.gigabits, step.total / faster)
    exchange = Exchange()

    def work(size: float, messages: int) -> None:
        """Adds the processor time for messages, during which gradients are sent; `size` is in bytes."""
        found.received += size
        found.messages += messages
        milliseconds = messages * link.message / 1e3 + size / 1e6 * link.copy
        found.waiting += milliseconds
        exchange.advance(milliseconds)

    def gather(size: float) -> None:
        """Adds an all-gather: each process sends its `size` bytes to all others, in one message each.

        All wait for these messages and for the gradients that are queued before them.
        """
        work(size * others, others)
        found.waiting += exchange.left + link.latency / 1e3 + link.milliseconds(size * others)
        exchange.advance(exchange.left)

    def broadcast(size: float) -> None:
        """Adds a broadcast of `size` bytes by a tree: half of the processes receive them in the last round."""
        work(size, 1)
        found.waiting += math.ceil(math.log2(processes)) * (link.latency / 1e3 + link.milliseconds(size))

    def begin(numbers: int) -> None:
        """Adds a piece of the gradients: each process receives its part from all others, then the sums of all parts."""
        size = others / processes * 4 * numbers
        work(2 * size, 2 * others)
        exchange.waiting.append(link.milliseconds(size) + link.latency / 1e3)

    channels, gradients = network.channels(), network.gradients()
    # This is the number of gradients that are computed but not sent yet.
    ready = 0
    for layer, name, milliseconds in step.passes:
        if layer in channels and name == "forward":
            broadcast(4 * channels[layer])
            gather(16 * channels[layer])
        if layer in channels and name == "backward":
            gather(16 * channels[layer])
        if (layer, name) == ("step", "loss"):
            # Before the loss, the scores are exchanged, which are 16 bytes per image.
            gather(16 * batch / processes)
        if name == "backward":
            exchange.advance(milliseconds / faster)
            ready += gradients.get(layer, 0)
            if ready >= PIECE:
                begin(ready)
                ready = 0
            exchange.step()
    begin(ready)
    while not exchange.step():
        found.exposed += exchange.left
        exchange.advance(exchange.left)
    # At the end of a step, the state of the training is exchanged: a learning rate, a signal and three flags.
    gather(16)
    return found


# ---- Output ------------------------------------------------------------------------------------


def table(rows: list[list[str]]) -> str:
    """Returns a right-aligned table in Markdown; the first row is the header."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|", *lines[1:]])


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def tables(network: Network, predictions: list[Prediction], one: Step) -> str:
    """Returns a table with a row for each number of processes and a column for each link.

    `one` is the step of one process.
    """
    alone = one.images / one.total
    rows = [["processes", "images in a step", "per process", "computing, ms", "received, MB", "messages"]
            + [f"{gigabits:g} Gbit/s" for gigabits in GIGABITS]]
    rows.append(["1", f"{one.images:,}", f"{one.images:,}", number(one.total), "0", "0"])
    rows[-1] += [number(one.total)] * len(GIGABITS)
    for processes in PROCESSES:
        of = [found for found in predictions if found.processes == processes]
        first = of[0]
        share = -(-first.images // processes)
        rows.append(
            [f"{processes}", f"{first.images:,}", "0 or " * (first.images < processes) + f"{share:,}",
             number(first.computing), f"{first.received / 1e6:.1f}", f"{first.messages:,}"]
            + [f"{number(found.total)} ({found.images / found.total / alone:.1f})" for found in of])
    return table(rows)


def check(times: dict[str, list[Step]], latency: float, message: float, copy: float) -> list[dict]:
    """Measures steps of two processes, each on a core, over a link. Returns these times and those of the model.

    `latency` and `message` are in microseconds, `copy` is in milliseconds, as in `Link`.
    """
    found = []
    for network in NETWORKS:
        images = network.batch // 2
        steps = ["--steps", str(steps_for(images)), "--rounds", "2", "--only", "training"]
        # Two busy cores slow each other down. Both are therefore measured at once, without the link.
        command = bench_command(network, images, *steps)
        both = [subprocess.Popen(["taskset", "-c", str(core), *command], stdout=subprocess.PIPE, text=True)
                for core in range(2)]
        speeds = [json.loads(one.communicate(timeout=600)[0])["training"]["images_per_second"] for one in both]
        beside = images / (sum(speeds) / 2) * 1e3
        alone = next(step for step in times[network.recipe] if step.images == images)
        scaled = Step(images, beside, [(layer, name, one * beside / alone.total) for layer, name, one in alone.passes])
        for rate in RATES:
            across = [str(HOSTS), "run", "--rate", rate, *bench_command(network, network.batch, *steps)]
            speed = bench(across)["training"]["images_per_second"]
            link = Link(float(rate[0]) if rate != "unlimited" else 1e3, latency, message, copy)
            found.append({
                "network": network.name, "rate": rate, "share_milliseconds": beside,
                "measured_milliseconds": network.batch / speed * 1e3,
                "model": asdict(predict(network, scaled, network.batch, 2, link)),
                "model_milliseconds": predict(network, scaled, network.batch, 2, link).total,
            })  # fmt: skip
            print(f"{network.name} at {rate}: measured {found[-1]['measured_milliseconds']:.0f} ms, "
                  f"model {found[-1]['model_milliseconds']:.0f} ms", file=sys.stderr, flush=True)
    return found


def checked(found: list[dict]) -> str:
    rows = [["network", "link", "a share, ms", "model, ms", "measured, ms", "measured / model"]]
    for one in found:
        measured, model = one["measured_milliseconds"], one["model_milliseconds"]
        rows.append([one["network"], one["rate"].replace("gbit", " Gbit/s"), number(one["share_milliseconds"]),
                     number(model), number(measured), f"{measured / model:.2f}"])
    return table(rows)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="print one JSON object")
    arguments.add_argument("--latency", type=float, default=20, metavar="µs", help="latency between two processes (20)")
    arguments.add_argument(
        "--message", type=float, default=15, metavar="µs",
        help="processor time to send one message and receive one (15)")
    arguments.add_argument(
        "--copy", type=float, default=3, metavar="ms",
        help="processor time to send a megabyte and receive one (3)")
    arguments.add_argument(
        "--faster", type=float, default=1, metavar="X", help="processes compute X times as fast as here (1)")
    arguments.add_argument("--times", type=Path, metavar="FILE", help="where the measured times are kept")
    arguments.add_argument("--check", action="store_true", help="measure two processes over a link as well")
    arguments.add_argument(
        "--real-time", action="store_true", help="measure with real-time priority; other programs wait")
    options = arguments.parse_args()
    if min(options.latency, options.message, options.copy) < 0 or options.faster <= 0:
        arguments.error("--latency, --message and --copy are 0 or more, --faster is more than 0")
    if options.check and os.geteuid() != 0:
        sys.exit("error: run --check as root: it makes network namespaces")
    require_builds()
    if options.real_time:
        FIRST.extend(["chrt", "--rr", "1"])
    if options.times and options.times.exists():
        times = read_times(options.times)
    else:
        times = measure_all()
        if options.times:
            options.times.write_text(json.dumps(
                {recipe: [asdict(step) for step in steps] for recipe, steps in times.items()}))

    assumed = {name: getattr(options, name) for name in ("latency", "message", "copy", "faster")}
    result: dict = {**assumed, "steps": []}
    text = []
    for network in NETWORKS:
        of = {step.images: step for step in times[network.recipe]}
        one = of[network.batch]
        for grows in (False, True):
            found = []
            for processes in PROCESSES:
                batch = network.batch * (processes if grows else 1)
                for gigabits in GIGABITS:
                    link = Link(gigabits, options.latency, options.message, options.copy)
                    found.append(
                        predict(network, of[-(-batch // processes)], batch, processes, link, options.faster))
            how = "the batch grows with the processes" if grows else "the batch stays the same"
            quick = Step(one.images, one.total / options.faster, [])
            text.append(f"{network.name[0].upper()}{network.name[1:]}, {how}\n\n{tables(network, found, quick)}")
            result["steps"] += [
                {"network": network.name, "grows": grows, **asdict(step), "milliseconds": step.total} for step in found]
    if options.check:
        result["checked"] = check(times, options.latency, options.message, options.copy)
        text.append(f"Two processes over a link\n\n{checked(result['checked'])}")
    print(json.dumps(result, indent=2) if options.json else "\n\n".join(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
