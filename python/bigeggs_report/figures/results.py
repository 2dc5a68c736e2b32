"""Draws the figures of what the two trained networks get right and wrong on the test split."""

from __future__ import annotations

import bigeggs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.look import FAINT, GROUND, INK, LIGHT, MUTED
from bigeggs_report.figures.page import (
    AUGMENTED,
    PLAIN,
    empty,
    height_for,
    key,
    montage,
    name_classes,
    page,
    panels,
    percent_axis,
    show_picture,
)
from bigeggs_report.wording import NO_BREAK_SPACE, count, percent, short

MODELS = (("plain", PLAIN), ("augmented", AUGMENTED))


def confusion_plain(source: Source) -> Drawing:
    """Draws the confusion matrix of the network trained on the images as loaded."""
    return confusion(source, "plain", PLAIN)


def confusion_augmented(source: Source) -> Drawing:
    """Draws the confusion matrix of the network trained on augmented images."""
    return confusion(source, "augmented", AUGMENTED)


def confusion(source: Source, model: str, colour: str) -> Drawing:
    """Draws the counts of (true class, predicted class), coloured by their share of the true class's images."""
    record = source.records["06-results"]
    classes = record["data.classNames"]
    result = record[f"results.{model}"]
    counts = np.asarray(result["confusion"]).astype(int)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = page(
        source.look,
        f"Confusion after {model} training",
        f"{percent(result['accuracy'])} of {count(result['images'])} test images on the diagonal; "
        "a cell is darker the larger its share of its row",
        record,
        height=5.9,
    )
    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list(model, [GROUND, colour])
    darker = PowerNorm(0.5, 0, 1)
    dark_ink = LIGHT["ink"] if source.look.explained else "#000000"
    axes.imshow(shares, cmap=shades, norm=darker, aspect="auto" if source.look.ratio else "equal")
    for (row, column), number in np.ndenumerate(counts):
        # With more than 20 classes, numbers would not fit into their cells.
        if number and len(classes) <= 20:
            ink = readable_on(shades(darker(shares[row, column])), dark_ink)
            weight = "bold" if row == column else "normal"
            axes.text(column, row, count(number), ha="center", va="center", fontsize=8, color=ink, fontweight=weight)
    name_classes(axes.xaxis, classes, most=40, rotation=40, ha="right", rotation_mode="anchor")
    name_classes(axes.yaxis, classes, most=40)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    return Drawing(figure, Table(("true class", *classes), [(n, *row) for n, row in zip(classes, counts)]))


def readable_on(ground: tuple[float, float, float, float], ink: str) -> str:
    """Returns the colour of text on a ground: white, or the dark colour `ink`.

    It is white on grounds with which white has more contrast than black, by WCAG's relative luminance.
    """
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in ground[:3]]
    luminance = sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear))
    return "#FFFFFF" if luminance < 0.179 else ink


def per_class_accuracy(source: Source) -> Drawing:
    """Draws each class's accuracy after both trainings with 95 % intervals.

    The hardest class after augmented training comes last.
    """
    record = source.records["06-results"]
    classes = record["data.classNames"]
    of_class = {model: record[f"results.{model}.perClass"] for model, _ in MODELS}
    order = sorted(range(len(classes)), key=lambda label: -of_class["augmented"][label]["accuracy"])
    sizes = {int(each["count"]) for each in of_class["augmented"]}
    size = count(min(sizes)) if len(sizes) == 1 else f"{count(min(sizes))} to {count(max(sizes))}"
    figure = page(
        source.look,
        "Accuracy in each class",
        f"{size} test images a class; bars: 95{NO_BREAK_SPACE}% Wilson intervals",
        record,
        height=height_for(classes, 3.9),
    )
    axes = figure.subplots()
    for (model, colour), offset in zip(MODELS, (-0.15, 0.15)):
        for row, label in enumerate(order):
            draw_interval(axes, of_class[model][label], row + offset, colour)
        overall = record[f"results.{model}.accuracy"]
        axes.axvline(overall, color=colour, linestyle=(0, (1, 2)), linewidth=1, zorder=0.5)
    name_classes(axes.yaxis, [classes[label] for label in order])
    axes.invert_yaxis()
    axes.set_xlabel("accuracy (dotted: over all classes)")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    percent_axis(axes.xaxis)
    key(figure, MODELS)
    columns = ("class", "training", "accuracy", "low", "high", "correct", "count")
    rows = [
        (classes[label], model, *(of_class[model][label][column] for column in columns[2:]))
        for label in order
        for model, _ in MODELS
    ]
    return Drawing(figure, Table(columns, rows))


def draw_interval(axes: Axes, result: bigeggs.Record, height: float, colour: str) -> None:
    """Draws a dot at the accuracy on a bar over its interval, at the y coordinate `height`."""
    axes.plot([result["low"], result["high"]], [height, height], color=colour, linewidth=3.2, alpha=0.3)
    axes.plot(result["accuracy"], height, axes.figure.look.mark(colour), color=colour, markersize=5)


def confused_pairs(source: Source) -> Drawing:
    """Draws the most frequent mistakes of both networks, with some of the mistaken images."""
    record = source.records["06-results"]
    classes = record["data.classNames"]
    figure = page(
        source.look,
        "The most frequent mistakes",
        "True class → predicted class, the number of test images, and some of them",
        record,
        height=5.85,
    )
    both = panels(figure, 2, least=1.7)
    rows: list[tuple[object, ...]] = []
    for axes, (model, colour) in zip(both, MODELS):
        pairs = record[f"results.{model}.confusedPairs"]
        axes.set_title(f"{model.capitalize()} training", color=colour, pad=19 * source.look.scale)
        draw_pairs(axes, source.dataset.images("test"), pairs, classes)
        rows += [
            (model, classes[pair["truth"]], classes[pair["predicted"]], pair["count"], index_list(pair["examples"]))
            for pair in pairs
        ]
    return Drawing(figure, Table(("training", "true class", "predicted class", "images", "shown"), rows))


def draw_pairs(axes: Axes, images: np.ndarray, pairs: list[bigeggs.Record], classes: list[str]) -> None:
    """Draws a strip of images for each pair of classes, with the pair's name and count above."""
    height = images.shape[1]
    crowding = axes.figure.look.crowding(8.5)
    row_gap = round(17 * crowding)
    blank = empty(images.shape[1:])
    if not len(pairs):
        axes.text(0.5, 0.5, "no test image was mistaken", ha="center", fontsize=9, color=MUTED)
        axes.set_axis_off()
        return
    strips = [[images[int(index)] for index in pair["examples"]] for pair in pairs]
    width = max([6, *(len(strip) for strip in strips)])
    show_picture(axes, montage([strip + [blank] * (width - len(strip)) for strip in strips], row_gap=row_gap))
    for row, pair in enumerate(pairs):
        name = " → ".join(short(classes[int(pair[which])]) for which in ("truth", "predicted"))
        top = row * (height + row_gap) - 3 * crowding
        axes.text(0, top, name, va="bottom", fontsize=8.5, color=INK)
        end = width * (height + 2) - 2
        axes.text(end, top, count(pair["count"]), va="bottom", ha="right", fontsize=8.5, color=MUTED)


def index_list(indices: np.ndarray) -> str:
    """Returns the numbers of images as one cell of a table."""
    return " ".join(str(int(index)) for index in indices)


#: The keys of the values of a bin of the calibration, in the order of the table's columns.
BIN = ("low", "high", "count", "confidence", "accuracy", "accuracyLow", "accuracyHigh")


def calibration(source: Source) -> Drawing:
    """Draws whether predictions are right as often as their confidence says."""
    record = source.records["06-results"]
    errors = " and ".join(
        f"{percent(record[f'results.{model}.calibration.expectedCalibrationError'])} ({model})" for model, _ in MODELS
    )
    figure = page(
        source.look,
        "Confidence and accuracy",
        f"{count(record['results.plain.images'])} test images in ten bins; bars: 95{NO_BREAK_SPACE}% Wilson intervals\n"
        f"Expected calibration error {errors}",
        record,
        height=4.75,
    )
    reliability, sizes = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]})
    reliability.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    # On the page the text stands left of the curves; other looks have room only below them, at the right.
    place = {"x": 0.015, "y": 0.4} if source.look.explained else {"x": 0.985, "y": 0.05, "ha": "right"}
    reliability.text(**place, s="dashed: confidence is accuracy", fontsize=8, color=MUTED)
    rows: list[tuple[object, ...]] = []
    for (model, colour), shift in zip(MODELS, (-0.21, 0.21)):
        bins = [each for each in record[f"results.{model}.calibration.bins"] if each["count"] > 0]
        middle = np.array([(each["low"] + each["high"]) / 2 for each in bins])
        width = np.array([each["high"] - each["low"] for each in bins])
        total = sum(each["count"] for each in bins)
        reliability.plot(
            [each["confidence"] for each in bins], [each["accuracy"] for each in bins], color=colour,
            **source.look.stroke(colour, 1, few=10),
        )  # fmt: skip
        reliability.vlines(
            [each["confidence"] for each in bins],
            [each["accuracyLow"] for each in bins],
            [each["accuracyHigh"] for each in bins],
            color=colour,
            linewidth=3.2,
            alpha=0.3,
        )
        sizes.bar(middle + shift * width, [each["count"] / total for each in bins], width=0.4 * width, color=colour,
                  **source.look.fill(colour))  # fmt: skip
        rows += [(model, *(each[name] for name in BIN)) for each in bins]
    right, images = ("share that is right", "share of images") if figure.tightness < 1.2 else ("right", "images")
    reliability.set(ylabel=right, xlim=(0, 1), ylim=(0, 1.02))
    sizes.set(ylabel=images, xlabel="confidence of the prediction (largest probability)")
    for axis in (reliability.yaxis, sizes.yaxis, sizes.xaxis):
        percent_axis(axis)
    key(figure, MODELS)
    columns = (
        "training", "confidence from", "confidence to", "images", "mean confidence", "accuracy", "accuracy low",
        "accuracy high",
    )  # fmt: skip
    return Drawing(figure, Table(columns, rows))
