"""Writes BENCHMARKS.md from the benchmarks' records in `records/KIND/`, from which all its numbers come.

    python3 Tests/Benchmarks/page.py

`make bench-record KIND=amd-avx512-bf16` measures everything again on a processor of that kind and then runs this
script. A part whose record is missing is left out.
"""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "BENCHMARKS.md"
SYSTEMS = ("BigEggs", "PyTorch", "Keras")
PRECISIONS = ("float32", "bfloat16")
#: The instruction sets by their names within a kind's name.
INSTRUCTION_SETS = {
    "avx2": "AVX2", "avx512": "AVX-512", "avx512-bf16": "AVX-512 BF16", "amx-bf16": "AMX"}


def kinds():
    """Returns the kinds of processors (maker and instruction set) that have records."""
    return sorted(path.name for path in (HERE / "records").iterdir() if path.is_dir())


def record(kind, name):
    """Returns a benchmark's record for a kind of processor; None if there is none."""
    path = HERE / "records" / kind / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def table(header, rows):
    """Returns a table in Markdown; all columns but the first hold numbers."""
    lines = [header, ["---"] + ["--:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def whole(number):
    return f"{number:,.0f}"


def peers(kind):
    """Returns the part on BigEggs beside PyTorch and Keras; None if it was not measured."""
    measured = record(kind, "peers")
    if measured is None:
        return None
    rows, spreads = [], []
    for row in measured["rows"]:
        found = row["systems"]
        rows.append(
            [f"{row['work']}, {row['precision']}"]
            + [whole(found[system]["images_per_second"]) for system in SYSTEMS]
            + [f"**{found[system]['bigeggs_is_faster_by']:.2f} ×**" for system in SYSTEMS[1:]]
            + [whole(found[system]["peak_memory_bytes"] / 1e6) for system in SYSTEMS])
        for system in SYSTEMS:
            entry = found[system]
            trials = ", ".join(f"{name} {whole(speed)}" for name, speed in entry["trials"].items())
            spreads.append([
                f"{row['work']}, {row['precision']}, {entry['version']} {entry['variant']}".strip(),
                f"{whole(entry['slowest_turn'])} to {whole(entry['fastest_turn'])}", trials or "–"])
    header = ["", *SYSTEMS, "BigEggs / PyTorch", "BigEggs / Keras", *(f"MB, {system}" for system in SYSTEMS)]
    return "\n\n".join([
        "### Beside PyTorch and Keras",
        f"Images a second, and the peak memory of the process: medians of {measured['turns']} turns. The three take "
        "turns (A B C A B C …). Each turn is a process of its own that does one kind of work only. A training step is "
        "the whole step: images gathered at random from bytes in memory, forward, loss, backward, Adam. Inference "
        "ends in probabilities. PyTorch and Keras each run in the fastest variant that was tried. PyTorch uses "
        "channels last and fused Adam; its variants are eager and compiled, in bfloat16 with autocast or, for "
        "inference only, with the weights cast to bfloat16. Keras's variants are with and without XLA.",
        table(header, rows),
        "The slowest and the fastest turn, and the trial of each variant, in images a second:",
        table(["", "turns", "trials"], spreads),
        f"{measured['processor']}, threads: {measured['threads']}, batch {measured['batch']}. Command: "
        "`make bench-peers`."])


#: The recipes other than the report's.
RECIPES = ("fast", "resnet18", "mobile")


def recipes(kind):
    """Returns the part on other networks beside PyTorch; None if they were not measured."""
    measured = {recipe: found for recipe in RECIPES if (found := record(kind, f"peers-{recipe}"))}
    rows, commands = [], []
    for recipe, found in measured.items():
        sides = sorted({row["side"] for row in found["rows"]})
        options = "" if recipe == "fast" else "".join(f" --image-size {side}" for side in sides)
        commands.append(f'`make bench-peers BENCH="--recipe {recipe}{options}"`')
        for row in found["rows"]:
            if not row["systems"].keys() >= set(SYSTEMS[:2]):
                continue
            ours, theirs = (row["systems"][system] for system in SYSTEMS[:2])
            precision = "each in its fastest precision" if row["precision"] == "auto" else row["precision"]
            what = f", {row['side']}×{row['side']}, batch {row['batch']}, {precision}"
            rows.append([
                f"`{recipe}`{what}, {row['work']}", whole(ours["images_per_second"]),
                whole(theirs["images_per_second"]), f"**{theirs['bigeggs_is_faster_by']:.2f} ×**",
                whole(ours["peak_memory_bytes"] / 1e6), whole(theirs["peak_memory_bytes"] / 1e6),
                f"{theirs['bigeggs_memory_ratio']:.0%}", theirs["variant"]])
    if not rows:
        return None
    turns, threads = (
        " and ".join(sorted({str(found[key]) for found in measured.values()})) for key in ("turns", "threads"))
    return "\n\n".join([
        "### Other networks beside PyTorch",
        f"Images a second, and the peak memory of the process: medians of {turns} turns on {threads} threads. The two "
        "take turns, and PyTorch runs in its fastest variant. The load average of the machine before each benchmark: "
        + ", ".join(f"{found['load_before']:.1f} ({recipe})" for recipe, found in measured.items())
        + ". A machine with 0.3 or less counts as idle.",
        table(["", *SYSTEMS[:2], "BigEggs / PyTorch", *(f"MB, {system}" for system in SYSTEMS[:2]),
               "MB, BigEggs / PyTorch", "PyTorch's variant"], rows),
        f"Commands: {', '.join(commands)}."])


#: The groups in which passes are added up: a name, and whether a pass belongs to it. A pass is in the first that fits.
GROUPS = (
    ("convolutions, forward", lambda layer, name: layer.startswith("conv") and name == "forward"),
    ("convolutions, backward", lambda layer, name: layer.startswith("conv")),
    ("dense layers", lambda layer, name: layer.startswith("dense")),
    ("batch normalization, with ReLU's gradient and pooling", lambda layer, name: layer.startswith("batch")),
    ("Adam", lambda layer, name: name == "optimizer"),
    ("everything else: input, copies of weights, dropout, loss", lambda layer, name: True),
)


#: The kinds of work that are broken down, and the name of one unit of each.
WORKS = {"training": "a training step", "inference": "an inference batch"}


def breakdown(kind, work):
    """Returns the part on where the time of one unit of work goes; None if it was not measured."""
    measured = {precision: found for precision in PRECISIONS if (found := record(kind, f"breakdown-{precision}"))}
    if not measured:
        return None
    groups = {}
    for precision, found in measured.items():
        for entry in found[work]["passes"]:
            group = next(name for name, holds in GROUPS if holds(entry["layer"], entry["pass"]))
            milliseconds, operations = groups.setdefault((group, precision), [0, 0])
            groups[group, precision] = [
                milliseconds + entry["milliseconds"],
                operations + entry["milliseconds"] * entry["giga_operations_per_second"]]
    rows = []
    for group, _ in GROUPS:
        if all((group, precision) not in groups for precision in measured):
            continue
        cells = []
        for precision, found in measured.items():
            milliseconds, operations = groups.get((group, precision), [0, 0])
            peak = found["peak_operations_per_second"][precision] / 1e9
            share = f"{operations / milliseconds / peak:.0%}" if operations else "–"
            cells += [f"{milliseconds:.1f}", share]
        rows.append([group, *cells])
    rows.append(["sum of the passes"] + [
        cell for found in measured.values() for cell in (f"{found[work]['sum_milliseconds']:.1f}", "–")])
    rows.append(["wall time, passes not timed"] + [
        cell for found in measured.values() for cell in (f"{found[work]['milliseconds']:.1f}", "–")])
    peaks = found["peak_operations_per_second"]
    return "\n\n".join([
        f"### Where the time of {WORKS[work]} goes",
        f"Milliseconds at batch {found['batch_size']} on {found['threads']} threads. \"Of peak\" counts the "
        "operations of the layer's definition per second, as a share of this machine's peak, measured in registers: "
        f"{peaks['float32'] / 1e9:.0f} GFLOP/s of float32 multiply-adds, {peaks['bfloat16'] / 1e9:.0f} of bfloat16 "
        "products. Winograd's algorithm needs fewer multiplications than the definition, so its share can exceed "
        "100%.",
        table([""] + [title for precision in measured for title in (f"{precision} ms", "of peak")], rows),
        "Command: `bigeggs bench --breakdown`, which shows every layer and pass."])


def scaling(kind):
    """Returns the part on speed by batch size and number of threads; None if it was not measured."""
    measured = {precision: found for precision in PRECISIONS if (found := record(kind, f"scaling-{precision}"))}
    if not measured:
        return None
    rows = []
    for entries in zip(*(found["rows"] for found in measured.values())):
        cells = [
            cell for entry in entries for cell in (
                f"{entry['training_step_seconds'] * 1e3:.1f}", whole(entry["training_images_per_second"]),
                whole(entry["inference_images_per_second"]), whole(entry["workspace_bytes"] / 1e6))]
        rows.append([f"{entries[0]['threads']}", f"{entries[0]['batch_size']}", *cells])
    header = ["threads", "batch"] + [
        f"{precision} {title}" for precision in measured
        for title in ("ms a training step", "training images/s", "inference images/s", "MB of activations")]
    return "\n\n".join([
        "### How cost grows with batch size and threads", table(header, rows), "Command: `bigeggs bench --scaling`."])


def augmentation(kind):
    """Returns the part on what augmentation costs; None if it was not measured."""
    rows = []
    for precision in PRECISIONS:
        found = record(kind, f"bench-{precision}")
        if found:
            plain, augmented = (found[work]["images_per_second"] for work in ("training", "augmented_training"))
            rows.append([precision, whole(plain), whole(augmented), f"{plain / augmented - 1:+.1%}"])
    if not rows:
        return None
    return "\n\n".join([
        "### What augmentation costs",
        "Training without augmentation, and with the report's (rotation, zoom and shift), in turns in one process: "
        "images a second, and the additional time of a step.",
        table(["", "plain", "augmented", "additional time"], rows), "Command: `bigeggs bench`."])


def accuracy(kind):
    """Returns the part on what Winograd and bfloat16 cost in accuracy; None if it was not measured."""
    found = record(kind, "accuracy")
    if found is None:
        return None
    seeds = sorted({seed for runs in found["test_accuracy"].values() for seed in map(int, runs)})
    rows, apart = [], 0
    for mode, runs in found["test_accuracy"].items():
        last = [history[-1] for history in runs.values()]
        cells = [f"{runs[str(seed)][-1]:.2%}" if str(seed) in runs else "–" for seed in seeds]
        late = [value for history in runs.values() for value in history[-3:]]
        rows.append([mode, *cells, f"{sum(last) / len(last):.2%}", f"{sum(late) / len(late):.2%}"])
        apart = max(apart, max(last) - min(last))
    return "\n\n".join([
        "### What Winograd and bfloat16 cost in accuracy",
        f"Accuracy on the 10,000 test images after {found['epochs']} epochs on the 50,000 training images of "
        f"{found['data']}, without augmentation, at a constant learning rate. In the same row, seeds differ by up to "
        f"{100 * apart:.1f} points. Neighbouring epochs differ too, so the last column is the mean over three epochs.",
        table(["", *(f"seed {seed}" for seed in seeds), "mean", "mean of the last 3 epochs"], rows),
        "Command: `make bench-accuracy`."])


def python(kind):
    """Returns the part on what calling from Python costs; None if it was not measured."""
    found = record(kind, "python")
    if found is None:
        return None
    call = found["predict_milliseconds"] - found["predict_computing_milliseconds"]
    slower = found["swift_images_per_second"] / found["python_images_per_second"] - 1
    return "\n\n".join([
        "### What calling from Python costs",
        f"A call of `predict` with one image takes {found['predict_milliseconds']:.2f} ms: {call:.2f} ms for the call, "
        "the rest for the network. Training runs at "
        f"{whole(found['python_images_per_second'])} images/s from Python and at "
        f"{whole(found['swift_images_per_second'])} from Swift: a difference of {slower:+.1%} in time.",
        "Command: `make bench-python`."])


#: The functions that return the parts of a kind, in their order on the page.
PARTS = (
    peers, recipes, lambda kind: breakdown(kind, "training"), lambda kind: breakdown(kind, "inference"), scaling,
    augmentation, accuracy, python)


def title(kind):
    """Returns the title of a kind: the processor's name and instruction set."""
    names = ("peers", "bench-float32", *(f"peers-{recipe}" for recipe in RECIPES))
    measured = next(found for name in names if (found := record(kind, name)))
    return f"{measured['processor']} with {INSTRUCTION_SETS[kind.partition('-')[2]]}"


def text():
    """Returns the whole page."""
    parts = [
        "# Benchmarks",
        "Compare ratios, not the numbers of two machines. Where no network is named, the benchmark runs the report's. "
        "[`Tests/Benchmarks/page.py`](Tests/Benchmarks/page.py) writes this page from the records in "
        "[`Tests/Benchmarks/records`](Tests/Benchmarks/records). `make bench-record KIND=amd-avx512-bf16` measures "
        "everything again on a processor of that kind.",
    ]
    for kind in kinds():
        parts += [f"## {title(kind)}", *(part for make in PARTS if (part := make(kind)))]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text())
    print(f"The benchmarks' page is {PAGE.name}")
