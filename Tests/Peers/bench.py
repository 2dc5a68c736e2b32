"""Measures BigEggs, PyTorch and Keras side by side on the processor: the report's network in batches of 128, the
recipe `fast` in batches of 2,000, or `resnet18` and `mobile` in batches of 64.

    make bench-peers                            # everything, on an idle machine
    make bench-peers BENCH="--quick"            # a check that it works; the numbers mean little
    make bench-peers BENCH="--work training --precision float32 --turns 9 --json"
    make bench-peers BENCH="--recipe fast"      # only training, only beside PyTorch, each in its fastest precision
    make bench-peers BENCH="--recipe resnet18 --image-size 64 --image-size 128"     # beside PyTorch

Each turn is a process that does one kind of work only. The systems take turns (A B C A B C …), so that a
change of the machine's speed affects all of them. A training step gathers images at random from bytes in
memory, and runs the forward pass, the loss, the backward pass and the optimizer. Inference ends in
probabilities. A turn's speed is that of its median round; the table has the median of the turns. Memory is
the peak of a process, with its interpreter and libraries, in the median turn.

Before the first turn, each peer's variants (PyTorch eager or compiled, autocast or cast; Keras with or
without XLA) are tried once, and the fastest is measured; `--quick` tries none. `fast` runs in each system's
fastest precision: for PyTorch, each precision is tried as a variant; BigEggs chooses by itself (`auto`).
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time

PEERS = pathlib.Path(__file__).resolve().parent
BIGEGGS = PEERS.parents[1] / ".build" / "release" / "bigeggs"


@dataclasses.dataclass(frozen=True)
class Work:
    """A row of the table: one kind of work, in one precision, on one network."""

    work: str
    precision: str
    steps: int
    rounds: int
    recipe: str = "augmented"
    batch: int = 128
    side: int = 32

    @property
    def title(self):
        """A row's title: its precision; or `fast`, for which each system has its own precision."""
        if self.recipe == "fast":
            return "fast"
        return self.precision if self.recipe == "augmented" else f"{self.recipe} {self.side} {self.precision}"


def variants(system, work, compiler):
    """Returns the variants of a system to try for a kind of work; `compiler`: whether PyTorch can compile."""
    if system == "Keras":
        return ["graph", "XLA"]
    if system == "PyTorch":
        cast = work.work == "inference" and work.precision == "bfloat16"
        modes = ["autocast", "cast"] if cast else [""]
        if work.precision == "auto":
            modes = ["float32", "bfloat16"]
        return [f"{run} {mode}".strip() for mode in modes for run in ["eager"] + ["compiled"] * compiler]
    return [""]


def command(system, variant, work, threads):
    """Returns the command line of a turn."""
    precision = variant.split()[1] if work.precision == "auto" and system == "PyTorch" else work.precision
    shared = ["--precision", precision, "--steps", work.steps, "--rounds", work.rounds, "--threads", threads]
    shared += ["--recipe", work.recipe, "--batch-size", work.batch, "--image-size", work.side]
    if system == "BigEggs":
        shared += ["--only", work.work, "--json"]
        return [str(part) for part in [BIGEGGS, "bench", *shared]]
    script = PEERS / f"bench_{system.lower()}.py"
    return [str(part) for part in [sys.executable, script, "--work", work.work, "--variant", variant, *shared]]


def turn(system, variant, work, threads):
    """Runs a turn and returns its measurements."""
    # The user's OMP_WAIT_POLICY would favour one of the systems.
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"OMP_NUM_THREADS": str(threads), "CUDA_VISIBLE_DEVICES": ""}
    start = time.monotonic()
    finished = subprocess.run(
        command(system, variant, work, threads), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True)
    if finished.returncode:
        lines = finished.stderr.strip().splitlines() or [f"ended with status {finished.returncode}"]
        raise RuntimeError(f"{system} {variant} cannot do {work.work} ({work.title}): {lines[-1]}")
    lines = finished.stdout.strip()
    result = json.loads(lines if system == "BigEggs" else lines.splitlines()[-1])
    if system == "BigEggs":
        result = {
            "images_per_second": result[work.work]["images_per_second"],
            "peak_memory_bytes": result["peak_memory_bytes"],
            "version": "BigEggs",
        }
    return result | {"seconds": time.monotonic() - start}


class Progress:
    """Prints on standard error what was measured, and an estimate of the time left."""

    def __init__(self, jobs):
        self.left, self.total, self.done, self.took = list(jobs), len(jobs), 0, {}

    def after(self, job, seconds, says):
        self.left.remove(job)
        self.done += 1
        self.took.setdefault(job[:3], []).append(seconds)
        known = {kind: statistics.mean(times) for kind, times in self.took.items()}
        usual = statistics.mean(known.values())
        remaining = sum(known.get(job[:3], usual) for job in self.left)
        left = f"{remaining / 60:.0f} min left" if remaining > 90 else f"{remaining:.0f} s left"
        system, work, variant, _ = job
        name = f"{system} {variant}".strip()
        print(f"[{self.done:3}/{self.total}] {work.title} {work.work}, {name}: {says} ({left})",
              file=sys.stderr, flush=True)


def measure(works, systems, options, compiler):
    """Runs all turns. Returns `{work: {system: {"variant", "tried", "turns"}}}`, and the errors of failed turns."""
    trials = [
        (system, work, variant, "trial")
        for work in works for system in systems if len(variants(system, work, compiler)) > 1
        for variant in variants(system, work, compiler) if not options.quick]
    turns = [
        (system, work, "", number) for number in range(options.turns) for work in works for system in systems]
    progress = Progress(trials + turns)
    tried, refused = {}, {}
    for job in trials:
        system, work, variant, _ = job
        # A trial is one short round, which is enough to find the fastest variant.
        short = dataclasses.replace(work, steps=min(work.steps, 20), rounds=1)
        start = time.monotonic()
        try:
            speed = turn(system, variant, short, options.threads)["images_per_second"]
            tried.setdefault((work, system), {})[variant] = speed
            says = f"{speed:,.0f} images/s in a trial"
        except RuntimeError as error:
            says = str(error)
        progress.after(job, time.monotonic() - start, says)

    results = {work: {} for work in works}
    for job in turns:
        system, work, _, _ = job
        candidates = tried.get((work, system), {})
        variant = max(candidates, key=candidates.get, default=variants(system, work, compiler)[0])
        if (system, work) in refused:
            progress.after(job, 0, "left out")
            continue
        try:
            result = turn(system, variant, work, options.threads)
        except RuntimeError as error:
            refused[system, work] = str(error)
            progress.after(job, 0, str(error))
            continue
        entry = results[work].setdefault(system, {"variant": variant, "tried": candidates, "turns": []})
        entry["turns"].append(result)
        progress.after(job, result["seconds"], f"{result['images_per_second']:,.0f} images/s")
    return results, list(refused.values())


def summary(results):
    """Returns a row for each kind of work, with the medians of the turns and the systems' ratios."""
    rows = []
    for work, systems in results.items():
        row = {
            "title": work.title, "recipe": work.recipe, "precision": work.precision, "batch": work.batch,
            "work": work.work, "side": work.side, "systems": {}}
        for system, entry in systems.items():
            speeds = [turn["images_per_second"] for turn in entry["turns"]]
            row["systems"][system] = {
                "version": entry["turns"][0]["version"],
                "variant": entry["variant"],
                "trials": entry["tried"],
                "images_per_second": statistics.median(speeds),
                "slowest_turn": min(speeds),
                "fastest_turn": max(speeds),
                "peak_memory_bytes": statistics.median(turn["peak_memory_bytes"] for turn in entry["turns"]),
            }
        ours = row["systems"].get("BigEggs")
        for system, entry in row["systems"].items():
            if ours and system != "BigEggs":
                entry["bigeggs_is_faster_by"] = ours["images_per_second"] / entry["images_per_second"]
                entry["bigeggs_memory_ratio"] = ours["peak_memory_bytes"] / entry["peak_memory_bytes"]
        rows.append(row)
    return rows


def table(rows):
    """Returns the summary as a text table."""
    systems = ["BigEggs", "PyTorch", "Keras"]
    header = ["", "", *systems, "/ PyTorch", "/ Keras", *systems, "of PyTorch's"]
    lines = [header]
    for row in rows:
        found = row["systems"]

        def cell(system, key, form):
            value = found.get(system, {}).get(key)
            return form(value) if value is not None else "–"

        speeds = [cell(system, "images_per_second", "{:,.0f}".format) for system in systems]
        faster = [cell(system, "bigeggs_is_faster_by", "{:.2f} ×".format) for system in systems[1:]]
        memory = [cell(system, "peak_memory_bytes", lambda value: f"{value / 1e6:,.0f}") for system in systems]
        share = cell("PyTorch", "bigeggs_memory_ratio", "{:.0%}".format)
        lines.append([row["title"], row["work"], *speeds, *faster, *memory, share])
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    text = []
    for line in lines:
        cells = [part.ljust(width) if column < 2 else part.rjust(width)
                 for column, (part, width) in enumerate(zip(line, widths))]
        text.append("  ".join([*cells[:2], " ", *cells[2:5], " ", *cells[5:7], " ", *cells[7:]]).rstrip())
    start = text[0].index("BigEggs")
    titles = " " * start + "images/s".ljust(text[0].index("/ PyTorch") - start) + "BigEggs is faster"
    titles = titles.ljust(text[0].index("BigEggs", start + 7)) + "MB at most"
    return "\n".join([titles, *text])


def processor():
    """Returns the name of this machine's processor."""
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="bench.py")
    parser.add_argument("--turns", type=int, default=5, help="turns of each system (default: 5)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of each (default: all)")
    parser.add_argument("--work", choices=["training", "inference"], help="only this kind of work")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], help="only this precision")
    parser.add_argument("--without", action="append", default=[], choices=["PyTorch", "Keras"], help="leave one out")
    parser.add_argument("--recipe", choices=["augmented", "fast", "resnet18", "mobile"], default="augmented",
                        help="the report's network (augmented, the default), another network, or one for pictures")
    parser.add_argument("--image-size", type=int, action="append", metavar="PIXELS",
                        help="of resnet18 and mobile; can be repeated (default: 64, 128 and 224)")
    parser.add_argument("--quick", action="store_true", help="one short turn, to see whether it works")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--record", type=pathlib.Path, metavar="FILE", help="also write that JSON object to a file")
    options = parser.parse_args()
    if options.turns < 1 or options.threads < 1:
        parser.error("--turns and --threads must be at least 1")
    if not BIGEGGS.is_file():
        parser.error(f"there is no {BIGEGGS}: `make build` makes it")
    if options.quick:
        options.turns = 1

    # CIFAR-10's 10,000 test images need 79 batches of 128; 79 whole batches are 10,112 images.
    steps, test_batches, rounds = (5, 5, 1) if options.quick else (20, 79, 3)
    works = [
        Work(work, precision, batches, times)
        for work, batches, times in [("training", steps, rounds), ("inference", test_batches, 1)]
        for precision in ("float32", "bfloat16")
        if options.work in (None, work) and options.precision in (None, precision)]
    systems = [system for system in ("BigEggs", "PyTorch", "Keras") if system not in options.without]
    if options.recipe == "fast":
        if options.work == "inference" or options.precision:
            parser.error("--recipe fast trains in each system's fastest precision: leave out --work and --precision")
        works = [Work("training", "auto", 1 if options.quick else 3, 1, "fast", 2_000)]
        systems = [system for system in systems if system != "Keras"]
    if options.recipe in ("resnet18", "mobile"):
        # A round takes a few seconds at each size: it has 20 steps at 64 pixels, 2 at 224.
        works = [
            dataclasses.replace(
                work, recipe=options.recipe, side=side, batch=64, rounds=1,
                steps=3 if options.quick else max(2, round(20 * (64 / side) ** 2)))
            for side in options.image_size or [64, 128, 224] for work in works]
        systems = [system for system in systems if system != "Keras"]
    elif options.image_size:
        parser.error("--image-size is for --recipe resnet18 and mobile")
    compiler = shutil.which("g++") is not None and not options.quick

    load = os.getloadavg()[0]
    busy = load > 0.3
    if busy:
        print(f"This machine is not idle (load {load:.1f}): the numbers will be unreliable.", file=sys.stderr)
    start = time.monotonic()
    results, refused = measure(works, systems, options, compiler)
    rows = summary(results)
    context = {
        "processor": processor(), "threads": options.threads, "batch": works[0].batch, "turns": options.turns,
        "load_before": load, "seconds": time.monotonic() - start, "refused": refused,
    }
    record = json.dumps(context | {"rows": rows}, indent=1)
    if options.record:
        options.record.write_text(record + "\n")
    if options.json:
        print(record)
        return
    print(table(rows))
    print()
    print(f"{processor()}, threads: {options.threads}, batch {works[0].batch}, medians of {options.turns} turns")
    for row in rows:
        for entry in row["systems"].values():
            spread = f"{entry['slowest_turn']:,.0f} to {entry['fastest_turn']:,.0f} images/s"
            version = f"{entry['version']} {entry['variant']}".strip()
            others = ", ".join(f"{name} {speed:,.0f}" for name, speed in entry["trials"].items())
            tried = f"; tried: {others}" if others else ""
            print(f"  {row['title']} {row['work']}, {version}: {spread}{tried}")
            if row["recipe"] == "fast":
                print(f"    {50_000 / entry['images_per_second']:.0f} s for 50,000 images")
    if not compiler and "PyTorch" in systems:
        print("torch.compile was not tried: "
              + ("the quick run tries no variants" if options.quick else "there is no g++"))
    for reason in refused:
        print(reason)
    if busy:
        print("The machine was not idle: measure again on an idle one.")


if __name__ == "__main__":
    main()
