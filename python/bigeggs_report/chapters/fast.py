"""Writes the chapter on the fast network: its training, its accuracy with several seeds, and its ingredients."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.chapters.beyond import hundredths, points, signed
from bigeggs_report.fast import NAME, ONE_BY_ONE, STRONG, own_result, same_processor, whole
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.study import CLAIMED, official
from bigeggs_report.text import code, decimal, duration, listed, literal, megabytes
from bigeggs_report.wording import count, data_name, epoch_count, percent

SECTION = "09-fast"


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: method, training, seeds, ingredients and the larger network."""
    yield Paragraph(
        "The original's network does not reach the 0.9 that the original claims. Another network, trained in another "
        "way, does so in eight epochs: airbench94 by K. Jordan (2024), with the optimizer Muon."
    )
    record = run.record(SECTION)
    if record is None:
        yield run.not_run(SECTION)
        return
    yield Paragraph(METHOD)
    yield from first_layer(run, record)
    yield from training(run, record)
    study = record["results.study"]
    if study is None:
        name = literal(record["data.name"])
        yield Paragraph(f"The trainings with other seeds are of CIFAR-10. This run is of {name}.")
        return
    yield from seeds(study)
    yield from ingredients(run, study)
    yield from strong(study)


METHOD = (
    "The filters of its first layer are not trained: there are 24, and they make patches of 2×2 pixels uncorrelated. "
    "Three groups of two 3×3 convolutions follow, with 64, 256 and 256 filters, each with pooling after the first "
    "convolution. Muon trains the kernels of these convolutions: it makes each update orthogonal. Gradient descent "
    "with momentum trains biases and the last layer. Images are shifted by up to two pixels and mirrored in every "
    "other epoch; a fifth of each label is spread over all classes. There is no early stopping: the last epoch's "
    "weights are kept. The result for a test image is the weighted mean of the predictions for six views: as it is, "
    "shifted by one pixel in two directions, and all of these mirrored."
)


def first_layer(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields the figure of the whitening filters."""
    values = list(record["results.eigenvalues"])
    most = percent(values[0] / sum(values), 0)
    yield run.figure(
        "whitening-filters",
        "The filters of the first layer, ordered from the direction in which patches vary most to the one in which "
        "they vary least, each with its negative below. Grey is zero.",
        f"{count(len(values))} pairs of filters of 2×2 pixels. The first, common brightness, has {most} of the "
        "variance of the patches.",
    )


def training(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields the results of the section's own training."""
    results = record["results"]
    images = sourced(record, "settings.images", count)
    yield Paragraph(
        f"Trained on {images} images of {literal(data_name(record))} for "
        f"{sourced(results, 'epochsRun', epoch_count)} in {sourced(results, 'trainingSeconds', duration)}, the network "
        f"of {sourced(results, 'parameterCount', count)} parameters gives:"
    )
    views = results["views"]
    rows = (("as they are", "none"), ("as they are and mirrored", "mirrored"), ("in six views", "all"))
    yield Table(
        "fast-views",
        ("test images", "test loss", "test accuracy"),
        [
            [name, sourced(views, f"{key}.loss", decimal), sourced(views, f"{key}.accuracy", hundredths)]
            for name, key in rows
        ],
        "The fast network on the test images. Smoothed labels make its probabilities less confident, so its loss "
        "cannot be compared with the losses of the other chapters.",
        numeric=(1, 2),
        origins=[origin(views)],
    )
    alike = same_processor([*(each for _, each in run.trainings), record])
    times = "" if alike else " They ran on different processors: times are not to be compared."
    yield run.figure(
        "fast-training",
        f"Test accuracy against the time since the training began, for the report's two trainings and {code(NAME)}."
        f"{times}",
        f"Curves of test accuracy against minutes. {NAME} ends after {duration(results['trainingSeconds'])} with "
        f"{percent(views['none']['accuracy'])}, {percent(views['all']['accuracy'])} in six views.",
    )


def seeds(study: bigeggs.Record) -> Iterator[Block]:
    """Yields the results of the recipe's trainings with several seeds, and of those with held-out images."""
    own, found = whole(study), own_result(study)
    held_out = [run for run in study["runs"] if run["recipe"] == NAME and run["heldOutImages"] > 0]
    if found is None:
        yield Paragraph(f"*Not run yet: no training of {code(NAME)} is recorded.* {ONE_BY_ONE}.")
        return
    seeds, planned = len(own), found["planned"]
    there = (
        ""
        if seeds >= planned
        else f" {count(seeds)} of {count(planned)} are recorded; `bigeggs study fast` trains the others."
    )
    yield Paragraph(f"**Other seeds.** {reached(found)} {spent(own)}{there}")
    yield Table(
        "fast-seeds",
        ("training", "trained on", "held-out accuracy", "test accuracy", "in six views", "took", "computed with"),
        [run_row(run) for run in [*own, *held_out]],
        "Each training of the recipe. Held-out accuracy is measured on the training images that were held out, "
        "without test views.",
        numeric=(1, 2, 3, 4, 5),
        origins=[origin(study, "runs")],
    )
    yield Paragraph(" ".join(filter(None, [trust(held_out), copy(study)])))


def run_row(run: bigeggs.Record) -> list[str]:
    """Returns the table row of one training."""
    held_out = run.get("heldOut")
    return [
        literal(run["name"]),
        sourced(run, "trainImages", count),
        "—" if held_out is None else sourced(held_out, "accuracy", hundredths),
        sourced(run, "test.accuracy", hundredths),
        sourced(run, "views.accuracy", hundredths),
        duration(run_seconds(run)),
        f"{literal(run['precision'])}, {literal(run['instructionSet'])}, {count(run['threads'])} threads",
    ]


def run_seconds(run: bigeggs.Record) -> float:
    """Returns how long a training took, in seconds, including the evaluations on the test images."""
    return float(sum(run["epochSeconds"]))


def reached(found: bigeggs.Record) -> str:
    """Returns the recipe's mean and range, and whether every seed is above the claimed 0.9, in sentences."""
    seeds, views = len(found["seeds"]), found["views"]
    mean, low, high = (sourced(views, key, hundredths) for key in ("mean", "low", "high"))
    plain = sourced(found, "accuracy.mean", hundredths)
    if seeds == 1:
        return (
            f"With its one seed the recipe has {mean} of the test images right in six views, {plain} without test "
            "views."
        )
    every = "every seed is" if views["low"] > CLAIMED else "not every seed is"
    return (
        f"Over {count(seeds)} seeds the recipe has {mean} of the test images right on average in six views, from "
        f"{low} to {high}, with a standard deviation of {sourced(views, 'deviation', points)}; {every} above 0.9. "
        f"Without test views, {plain} are right."
    )


def spent(runs: list[bigeggs.Record]) -> str:
    """Returns the range of the trainings' times and their highest peak of memory, in a sentence."""
    times = sorted(run_seconds(run) for run in runs)
    low, high = duration(times[0]), duration(times[-1])
    span = low if low == high else f"{low} to {high}"
    memory = megabytes(max(run["peakMemoryBytes"] for run in runs))
    return (
        f"A training took {span}, including the evaluation on the test images after each epoch, and at most {memory} "
        "of memory."
    )


def trust(held_out: list[bigeggs.Record]) -> str:
    """Returns how far the test accuracy can be trusted, in sentences."""
    told = (
        "The recipe's author tuned its settings on CIFAR-10's test images, so the accuracy is a little too good. We "
        "use these settings unchanged, and chose neither an epoch nor a setting by the test images."
    )
    if not held_out:
        return told
    first = held_out[0]
    difference = first["test.accuracy"] - first["heldOut.accuracy"]
    return (
        f"{told} Trained on {sourced(first, 'trainImages', count)} images, the recipe has "
        f"{sourced(first, 'heldOut.accuracy', hundredths)} of the {sourced(first, 'heldOutImages', count)} held-out "
        f"images right and {sourced(first, 'test.accuracy', hundredths)} of the test images: a "
        f"difference of {points(abs(difference))}."
    )


def copy(study: bigeggs.Record) -> str:
    """Returns a note on the accuracy on the official images, if the trainings used other images; else empty."""
    if official(study["runs"]):
        return ""
    return (
        "The images are from a copy of CIFAR-10 with pixels decoded from JPEG; on the official images the recipe's "
        "author reports 94.0 %."
    )


def ingredients(run: Run, study: bigeggs.Record) -> Iterator[Block]:
    """Yields the accuracy that is lost without each ingredient."""
    rows = study["ingredients"]
    if not len(rows):
        return
    yield Paragraph(
        "**What each ingredient brings.** Each row is the same training without one ingredient and with all else "
        "unchanged. The remaining settings were not tuned again: a loss says what the ingredient brings here, but "
        "other settings might make up for it."
    )
    yield Table(
        "fast-ingredients",
        ("without", "instead", "seeds", "test accuracy", "points"),
        [
            [
                literal(row["ingredient"]),
                literal(row["instead"]),
                count(len(row["accuracies"])),
                sourced(row, "mean", hundredths),
                sourced(row, "loss", lambda loss: signed(-loss)),
            ]
            for row in rows
        ],
        "Mean test accuracy in six views; in the row without test views, of the images as they are. Points are "
        f"percentage points over the mean of {code(NAME)}.",
        numeric=(2, 3, 4),
        origins=[origin(study, "ingredients")],
    )
    missing = study["planned"] - len(study["runs"])
    if missing > 0:
        yield Paragraph(
            f"{count(missing)} of {count(study['planned'])} trainings are not recorded yet; `bigeggs study` trains "
            "them."
        )
    most = max(rows, key=lambda row: row["loss"])
    yield run.figure(
        "fast-ingredients",
        "Test accuracy without each ingredient: each seed and their mean. The solid line is the 0.9 that the original "
        "claims to exceed.",
        f"A row of dots for each of {listed([literal(row['ingredient']) for row in rows])}. Most is lost without "
        f"{literal(most['ingredient'])}: {points(most['loss'])}.",
    )


def strong(study: bigeggs.Record) -> Iterator[Block]:
    """Yields the accuracy of the larger network, and its difference from that of the fast network."""
    found, fast = (next((each for each in study["recipes"] if each["recipe"] == name), None) for name in (STRONG, NAME))
    if found is None:
        return
    gain = "" if fast is None else f", {signed(found['views.mean'] - fast['views.mean'])} points against {code(NAME)}"
    seeds = len(found["seeds"])
    yield Paragraph(
        f"**A larger network.** {code(STRONG)} is {literal(found['summary'])}, modelled on airbench96. "
        f"{'With one seed' if seeds == 1 else f'Over {count(seeds)} seeds'} it has "
        f"{sourced(found, 'views.mean', hundredths)} of the test images right in six views{gain}, "
        f"{sourced(found, 'accuracy.mean', hundredths)} without test views, after "
        f"{sourced(found, 'seconds.mean', duration)} of training."
    )
