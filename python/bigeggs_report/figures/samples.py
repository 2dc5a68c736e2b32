"""Draws a figure for TensorBoard: a network's predictions for a few images during training."""

from __future__ import annotations

import base64
import io
import warnings
from typing import Sequence

import bigeggs
from matplotlib.figure import Figure

from bigeggs_report.figures import fonts
from bigeggs_report.figures.demo import confidence_bar, grid
from bigeggs_report.figures.look import GREEN, INK, MUTED, PAGE, VERMILLION
from bigeggs_report.figures.page import show_picture
from bigeggs_report.wording import percent, short

COLUMNS = 6


def draw(handle: int, predicted: Sequence[int], confidence: Sequence[float]) -> str:
    """Returns a PNG, in base64, of a data set's test images, each with its predicted class and the confidence.

    `handle` is that of the data set, which has one test image for each prediction. `predicted` has labels.
    """
    fonts.use_shipped()
    dataset = bigeggs.Dataset(handle)
    with PAGE.applied(), warnings.catch_warnings():
        figure = sheet(dataset, predicted, confidence)
        fonts.fit(figure)
        # Characters without a font are not reported here: the figures of the section report them.
        warnings.filterwarnings("ignore", fonts.MISSING)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return base64.b64encode(buffer.getvalue()).decode()


def sheet(dataset: bigeggs.Dataset, predicted: Sequence[int], confidence: Sequence[float]) -> Figure:
    """Returns a figure of the images in rows; below each, the prediction and, if that is wrong, the true class."""
    classes, labels = dataset.class_names, dataset.labels("test")
    rows = (len(predicted) + COLUMNS - 1) // COLUMNS
    figure = Figure(figsize=(1.25 * COLUMNS, 1.55 * rows), layout="constrained")
    for axes, image, truth, guess, value in zip(
        grid(figure, len(predicted), COLUMNS), dataset.images("test"), labels, predicted, confidence
    ):
        right = truth == guess
        show_picture(axes, image)
        confidence_bar(axes, value, GREEN if right else VERMILLION)
        axes.text(-0.5, 37.4, short(classes[guess]), fontsize=7.8, va="center", color=INK)
        axes.text(31.5, 37.4, percent(value, 0), fontsize=7.8, va="center", ha="right", color=MUTED)
        if not right:
            axes.text(-0.5, 41.8, f"✗ is {short(classes[truth])}", fontsize=7.8, va="center", color=VERMILLION)
    return figure
