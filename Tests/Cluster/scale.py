#!/usr/bin/env python3
"""What a training step should take on up to 512 machines: a model, from what a share of a batch takes on this machine.

    Tests/Cluster/scale.py                       measure, then print the tables
    Tests/Cluster/scale.py --times FILE          take the times from FILE; measure, and write it, if there is none
    Tests/Cluster/scale.py --check [--times …]   two processes over the link of two hosts, beside the model

A machine has one process with one thread, and a link of its own that carries the same in both directions at once. What
is measured is the computing of each share that occurs, pass by pass, and with --check steps over a real TCP connection
whose rate is limited. Everything that crosses a link otherwise is modelled: bytes and messages as the code sends them,
a latency, and a time of the processor for each message and each byte. Gradients travel while the backward pass goes on,
as long as it does. What batch normalization and the scores send is waited for, and the gradients that a link was given
before it.

Close other programs while it measures. Needs `make mpi`; --check needs root. Takes some five minutes.
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
#: Of the link between two hosts, with --check.
RATES = ["1gbit", "2gbit", "unlimited"]
#: Gradients that travel together, in numbers: Team.bucket.
PIECE = 1 << 18


@dataclass(frozen=True)
class Network:
    """A recipe that `bigeggs bench` knows, and what its layers send."""

    name: str
    recipe: str
    batch: int

    @property
    def layers(self) -> list[dict]:
        """As a training has recorded them, in their order."""
        recorded = json.loads((ROOT / f"report/study/{self.recipe}-1.json").read_text())
        return recorded["results"]["layers"]

    def channels(self) -> dict[str, int]:
        """Of each batch normalization, in whole vectors of 16, as its sums lie in memory."""
        return {
            layer["name"]: -(-layer["outputShape"][-1] // 16) * 16
            for layer in self.layers if layer["kind"] == "BatchNormalization"
        }  # fmt: skip

    def gradients(self) -> dict[str, int]:
        """How many each layer has: its parameters, but for the moving statistics."""
        return {
            layer["name"]: layer["parameters"]
            - (2 * layer["outputShape"][-1] if layer["kind"] == "BatchNormalization" else 0)
            for layer in self.layers
        }


NETWORKS = [Network("the report's network", "plain", 128), Network("the fast network", "fast", 2000)]


# ---- What is measured --------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """The time of a step on so many images in one process with one thread, in milliseconds."""

    images: int
    total: float
    #: Layer, pass and its part of the time, in the order in which they run.
    passes: list[tuple[str, str, float]]


#: What commands that are measured begin with: `chrt` with --real-time.
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
    """So many steps that seconds go by."""
    return max(1, min(60, 600 // images))


def measure(network: Network, images: int) -> Step:
    """The fastest of three runs: other programs can make one slower, and nothing faster."""
    steps = ["--steps", str(steps_for(images)), "--rounds", "1"]
    runs = [bench(bench_command(network, images, "--breakdown", *steps))["training"] for _ in range(3)]
    training = min(runs, key=lambda run: run["milliseconds"])
    found = training["passes"]
    # Timed pass by pass a step takes a little longer.
    scale = training["milliseconds"] / sum(one["milliseconds"] for one in found)
    passes = [(one["layer"], one["pass"], one["milliseconds"] * scale) for one in found]
    return Step(images, training["milliseconds"], passes)


def shares(network: Network) -> list[int]:
    """The largest share of a batch for each number of processes."""
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
    #: Microseconds of a processor for a message that is sent and one that is received.
    message: float
    #: Milliseconds of a processor for a megabyte that is sent and one that is received.
    copy: float

    def milliseconds(self, size: float) -> float:
        """What so many bytes in one direction take."""
        return size * 8 / self.gigabits / 1e6


class Exchange:
    """The gradients' way, as SumExchange has it: each piece is scattered, then gathered, one of either at a time.

    A link carries what it was given in that order. Times are in milliseconds.
    """

    def __init__(self) -> None:
        #: What each piece takes, there and back alike.
        self.waiting: list[float] = []
        self.summed: list[float] = []
        #: What is under way: "scatter" or "gather", what it takes in all and what is left of that.
        self.under_way: list[tuple[str, float, float]] = []

    def step(self) -> bool:
        """Begins what can begin. Gives whether all sums are there."""
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
    """A step in so many processes. Milliseconds; bytes and messages are those that a process receives."""

    processes: int
    images: int
    gigabits: float
    computing: float
    #: What is waited for in batch normalization, for scores and at the end of the step, and sent by the processor.
    waiting: float = 0.0
    #: What gradients still take when the backward pass has ended.
    exposed: float = 0.0
    received: float = 0.0
    messages: int = 0

    @property
    def total(self) -> float:
        return self.computing + self.waiting + self.exposed


def predict(network: Network, step: Step, batch: int, processes: int, link: Link, faster: float = 1) -> Prediction:
    """The time of a step of `batch` images, of which each process computes `step.images` at most.

    `faster` is how many times as fast a process computes as the one that was measured.
    """
    others = processes - 1
    found = Prediction(processes, batch, link.gigabits, step.total / faster)
    exchange = Exchange()

    def work(size: float, messages: int) -> None:
        """What the processor itself has to do; gradients travel meanwhile."""
        found.received += size
        found.messages += messages
        milliseconds = messages * link.message / 1e3 + size / 1e6 * link.copy
        found.waiting += milliseconds
        exchange.advance(milliseconds)

    def gather(size: float) -> None:
        """Each process gives its bytes to all others, one message each; all wait. Gradients are before them."""
        work(size * others, others)
        found.waiting += exchange.left + link.latency / 1e3 + link.milliseconds(size * others)
        exchange.advance(exchange.left)

    def broadcast(size: float) -> None:
        """A tree: half of the processes receive in the last round."""
        work(size, 1)
        found.waiting += math.ceil(math.log2(processes)) * (link.latency / 1e3 + link.milliseconds(size))

    def begin(numbers: int) -> None:
        """A piece of the gradients: each process receives its part of it from all others, then the sums of all."""
        size = others / processes * 4 * numbers
        work(2 * size, 2 * others)
        exchange.waiting.append(link.milliseconds(size) + link.latency / 1e3)

    channels, gradients = network.channels(), network.gradients()
    # Gradients that have their values, and do not travel yet.
    ready = 0
    for layer, name, milliseconds in step.passes:
        if layer in channels and name == "forward":
            broadcast(4 * channels[layer])
            gather(16 * channels[layer])
        if layer in channels and name == "backward":
            gather(16 * channels[layer])
        if (layer, name) == ("step", "loss"):
            # The scores have been exchanged before: 16 bytes an image.
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
    # The course: a learning rate, a signal and three yes or no.
    gather(16)
    return found


# ---- What is printed ---------------------------------------------------------------------------


def table(rows: list[list[str]]) -> str:
    """A table in Markdown, its numbers at the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|", *lines[1:]])


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def tables(network: Network, predictions: list[Prediction], one: Step) -> str:
    """A row for each number of processes, a column for each link."""
    alone = one.images / one.total
    rows = [["processes", "images in a step", "of a process", "computing, ms", "received, MB", "messages"]
            + [f"{gigabits:g} Gbit/s" for gigabits in GIGABITS]]
    rows.append(["1", f"{one.images:,}", f"{one.images:,}", number(one.total), "0", "0"])
    rows[-1] += [number(one.total)] * len(GIGABITS)
    for processes in PROCESSES:
        of = [found for found in predictions if found.processes == processes]
        first = of[0]
        share = -(-first.images // processes)
        rows.append(
            [f"{processes}", f"{first.images:,}", f"{share:,}" + " or none" * (first.images < processes),
             number(first.computing), f"{first.received / 1e6:.1f}", f"{first.messages:,}"]
            + [f"{number(found.total)} ({found.images / found.total / alone:.1f})" for found in of])
    return table(rows)


def check(times: dict[str, list[Step]], latency: float, message: float, copy: float) -> list[dict]:
    """Steps of two processes over a link, each on a core, beside the model."""
    found = []
    for network in NETWORKS:
        images = network.batch // 2
        steps = ["--steps", str(steps_for(images)), "--rounds", "2", "--only", "training"]
        # Two cores of one machine slow each other down, which is no matter of the link.
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
    arguments.add_argument("--latency", type=float, default=20, metavar="µs", help="from process to process (20)")
    arguments.add_argument(
        "--message", type=float, default=15, metavar="µs",
        help="of a processor, for a message that is sent and one that is received (15)")
    arguments.add_argument(
        "--copy", type=float, default=3, metavar="ms",
        help="of a processor, for a megabyte that is sent and one that is received (3)")
    arguments.add_argument(
        "--faster", type=float, default=1, metavar="X", help="processes compute X times as fast as here (1)")
    arguments.add_argument("--times", type=Path, metavar="FILE", help="where the measured times are kept")
    arguments.add_argument("--check", action="store_true", help="measure two processes over a link as well")
    arguments.add_argument(
        "--real-time", action="store_true", help="measure before all other programs, which stand still meanwhile")
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
            how = "the batch grows with the processes" if grows else "the batch as it is"
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
