"""Draws the figures of the data set and of its normalization."""

from __future__ import annotations

import bigeggs
import numpy as np
from matplotlib.axes import Axes

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.look import BLUE, GREEN, INK, MUTED, VERMILLION
from bigeggs_report.figures.page import (
    MOST_NAMED,
    epoch_axis,
    height_for,
    key,
    montage,
    name_classes,
    page,
    panels,
    percent_axis,
    show_picture,
)
from bigeggs_report.figures.training import ring
from bigeggs_report.wording import MOST_SHOWN, count, fixed, percent, short

SPLITS = (("train", "training", BLUE), ("test", "test", VERMILLION))


def class_counts(source: Source) -> Drawing:
    """Draws the number of images of each class in both splits, as bars on one scale."""
    record = source.records["01-data"]
    classes = record["data.classNames"]
    counts = {split: record[f"results.classCounts.{split}"].astype(int) for split, _, _ in SPLITS}
    figure = page(
        source.look,
        "Images in each class",
        " and ".join(f"{count(counts[split].sum())} {name} images" for split, name, _ in SPLITS),
        record,
        height=height_for(classes, 3.7),
    )
    both = panels(figure, 2, least=1.7, sharey=True, sharex=True)
    for axes, (split, name, colour) in zip(both, SPLITS):
        axes.barh(range(len(classes)), counts[split], color=colour, height=0.68)
        name_classes(axes.yaxis, classes)
        for row, number in enumerate(counts[split] if len(classes) <= MOST_NAMED else ()):
            axes.text(number, row, f" {count(number)}", va="center", fontsize=8, color=MUTED)
        axes.set_title(f"{name.capitalize()} split", color=colour)
        axes.set_xlabel("images")
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.14, y=0.02)
        axes.xaxis.get_major_locator().set_params(nbins=5, integer=True)
        axes.xaxis.set_major_formatter(lambda value, _: count(value))
    both[0].invert_yaxis()
    rows = [(name, counts["train"][i], counts["test"][i]) for i, name in enumerate(classes)]
    return Drawing(figure, Table(("class", "training images", "test images"), rows))


def sample_grid(source: Source) -> Drawing:
    """Draws a row of images for each class."""
    record = source.records["01-data"]
    classes = record["data.classNames"]
    split = record["results.samples.split"]
    indices = [[int(index) for index in row] for row in record["results.samples.indices"]]
    images = source.dataset.images(split)
    height, width = images.shape[1:3]
    shown = indices[:MOST_SHOWN]
    number = "Ten" if all(len(row) == 10 for row in shown) else "Up to ten"
    of = "" if len(shown) == len(indices) else f", the first {len(shown)} of {count(len(indices))} classes"
    figure = page(
        source.look,
        f"{number} images of each class",
        f"From the {'training' if split == 'train' else split} split, {height} × {width} pixels each{of}",
        record,
        height=1 + 5.75 * len(shown) / 10,
    )
    axes = figure.subplots()
    show_picture(axes, montage([[images[index] for index in row] for row in shown]))
    for row, name in enumerate(classes[: len(shown)]):
        axes.text(-6, row * (height + 2) + height / 2, short(name), ha="right", va="center", fontsize=9, color=INK)
    rows = [(classes[label], split, index) for label, row in enumerate(shown) for index in row]
    return Drawing(figure, Table(("class", "split", "index"), rows))


def pixel_histograms(source: Source) -> Drawing:
    """Draws how often each pixel value occurs in each channel, on the raw and on the rescaled axis."""
    record = source.records["02-normalization"]
    channels = record["results.histogram.channels"]
    counts = np.asarray(record["results.histogram.counts"], dtype=float)
    shares = counts / counts.sum(axis=1, keepdims=True)
    raw, scaled = record["results.pixels.raw"], record["results.pixels.scaled"]
    figure = page(
        source.look,
        "Pixel values before and after rescaling",
        f"{count(record['results.histogram.images'])} training images. "
        f"Raw {raw['minimum']:g} to {raw['maximum']:g}, mean {fixed(raw['mean'], 1)}; "
        f"rescaled {scaled['minimum']:g} to {scaled['maximum']:g}, mean {fixed(scaled['mean'], 3)}",
        record,
        height=3.3,
    )
    every = panels(figure, len(channels), least=1.85, flat=True, sharey=True)
    ceiling = histogram_ceiling(shares)
    values = np.arange(shares.shape[1])
    for axes, channel, share, colour in zip(every, channels, shares, (VERMILLION, GREEN, BLUE)):
        axes.stairs(share, np.arange(len(share) + 1) - 0.5, fill=True, color=colour, linewidth=0)
        axes.set(xlim=(-4, 259), ylim=(0, ceiling), xticks=[0, 64, 128, 192, 255], xlabel="raw value (top: rescaled)")
        axes.set_title(channel, color=colour)
        percent_axis(axes.yaxis)
        scaled_axis = axes.secondary_xaxis("top", functions=(lambda value: value / 255, lambda value: value * 255))
        scaled_axis.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        scaled_axis.spines["top"].set_visible(True)
        mark_cut_bars(axes, share, ceiling)
    every[0].set_ylabel("share of pixels")
    rows = [(int(value), value / 255, *counts[:, value].astype(int)) for value in values]
    return Drawing(figure, Table(("raw value", "rescaled value", *(f"{c} pixels" for c in channels)), rows))


def histogram_ceiling(shares: np.ndarray) -> float:
    """Returns the top of the axis: just above the highest bar, or lower if a few bars would flatten the rest.

    Such a bar is that of black, in images with a black border. `shares` has the shares of all channels' values.
    """
    highest, usual = shares.max(), np.quantile(shares, 0.99)
    return float(usual * 1.15 if highest > 3 * usual else highest * 1.05)


def mark_cut_bars(axes: Axes, share: np.ndarray, ceiling: float) -> None:
    """Writes value and height of the highest bar in each half of the values, if the axis cuts the bar off."""
    for value in (np.argmax(share[:128]), 128 + np.argmax(share[128:])):
        if share[value] <= ceiling:
            continue
        on_left = value < 128
        axes.text(
            value + (6 if on_left else -6),
            ceiling * 0.97,
            f"{value}: {percent(share[value])}",
            ha="left" if on_left else "right",
            va="top",
            fontsize=8,
            color=MUTED,
        )


def raw_against_scaled(source: Source) -> Drawing:
    """Draws the trainings of the same network on raw and on rescaled pixels."""
    record = source.records["02-normalization"]
    comparison = record["results.comparison"]
    runs = (
        ("raw 0–255", comparison["raw"], comparison["rawPrecise"], MUTED),
        ("rescaled 0–1", comparison["scaled"], comparison["scaledPrecise"], GREEN),
    )
    figure = page(
        source.look,
        "Training on raw and on rescaled pixels",
        f"The same network from the same seed, {count(comparison['images'])} training images, "
        f"validated on {count(comparison['testImages'])} test images\n"
        "\N{WHITE CIRCLE} with batch normalization's statistics measured anew",
        record,
        height=3.25,
    )
    every = panels(figure, 3, least=1.85, flat=True)
    metrics = (
        ("loss", None, "Training loss"),
        ("val_loss", "loss", "Validation loss"),
        ("val_accuracy", "accuracy", "Validation accuracy"),
    )
    for axes, (metric, anew, title) in zip(every, metrics):
        compare(axes, [(history[metric], anew and end[anew], colour) for _, history, end, colour in runs])
        axes.set_title(title)
    every[0].set_ylabel("cross-entropy (nats)")
    percent_axis(every[2].yaxis)
    key(figure, [(name, colour) for name, _, _, colour in runs])
    return Drawing(figure, comparison_table(comparison))


def compare(axes: Axes, curves: list[tuple[np.ndarray, float | None, str]]) -> None:
    """Draws a curve for each pixel range, and a ring at its last value with re-estimated moving statistics.

    `curves` has the values, the re-estimated value (None draws no ring) and the colour of each. The scale is
    logarithmic if a bad epoch would flatten the rest.
    """
    ends = [(len(values), anew, colour) for values, anew, colour in curves if anew is not None]
    for values, _, colour in curves:
        axes.plot(np.arange(1, len(values) + 1), values, color=colour,
                  **axes.figure.look.stroke(colour, len(values), few=len(values)))  # fmt: skip
    for epoch, anew, colour in ends:
        ring(axes, epoch, anew, colour)
    everything = np.concatenate([*(values for values, _, _ in curves), [anew for _, anew, _ in ends]])
    if everything.min() > 0 and everything.max() / everything.min() > 20:
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, everything.max() * 1.08)
    epoch_axis(axes, max(len(values) for values, _, _ in curves))


def comparison_table(comparison: bigeggs.Record) -> Table:
    """Returns loss and accuracy of every epoch of both runs.

    The last epoch also has validation loss and accuracy with re-estimated moving statistics.
    """
    metrics = ("loss", "accuracy", "val_loss", "val_accuracy")
    columns = ("pixels", "epoch", *metrics, *(f"{metric}, statistics measured anew" for metric in metrics[2:]))
    rows: list[tuple[object, ...]] = []
    for name, kind in (("raw", "raw"), ("rescaled", "scaled")):
        history, precise = comparison[kind], comparison[f"{kind}Precise"]
        for epoch in range(len(history["loss"])):
            is_last = epoch + 1 == comparison["epochs"]
            anew = (precise["loss"], precise["accuracy"]) if is_last else ("", "")
            rows.append((name, epoch + 1, *(history[metric][epoch] for metric in metrics), *anew))
    return Table(columns, rows)
