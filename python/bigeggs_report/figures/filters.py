"""Draws the filters of a network's first layer."""

from __future__ import annotations

import bigeggs
import numpy as np

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.page import montage, page, panels, show_picture
from bigeggs_report.figures.results import MODELS
from bigeggs_report.records import MissingInput
from bigeggs_report.run import TRAININGS


def first_layer_filters(source: Source) -> Drawing:
    """Draws the kernels of the first convolution of both networks as small pictures."""
    kernels = {model: first_kernel(source, section) for model, section in TRAININGS}
    height, width, _, filters = kernels["plain"].shape
    figure = page(
        source.look,
        "Filters of the first layer",
        f"{filters} kernels of {height} × {width} pixels over red, green and blue; grey is zero, "
        "each has its own scale",
        source.records["06-results"],
        height=2.6,
    )
    for axes, (model, colour) in zip(panels(figure, 2, least=1.5), MODELS):
        pictures = [as_picture(kernels[model][..., index]) for index in range(filters)]
        show_picture(axes, montage([pictures[start : start + 8] for start in range(0, filters, 8)], gap=4))
        axes.set_title(f"{model.capitalize()} training", color=colour)
    rows = [
        (model, f, y, x, *(float(value) for value in kernels[model][y, x, :, f]))
        for model, _ in MODELS
        for f in range(filters)
        for y in range(height)
        for x in range(width)
    ]
    return Drawing(figure, Table(("training", "filter", "row", "column", "red", "green", "blue"), rows))


def first_kernel(source: Source, section: str) -> np.ndarray:
    """Returns the first convolution's kernel `[height, width, 3, filters]` from the weights that the section saved.

    Raises `MissingInput` if there are no weights, or none of that shape.
    """
    path = source.weights_directory / source.records[section]["results.weights.file"]
    if not path.is_file():
        raise MissingInput(f"the weights {path.name} are not there: run the section {section} first")
    weights = bigeggs.Weights.open(str(path))
    for name in weights.names:
        kernel = weights[name]
        if kernel.ndim == 4 and kernel.shape[2] == 3:
            return kernel
    raise MissingInput(f"{path.name} holds no convolution over three channels; its tensors are {weights.names}")


def as_picture(kernel: np.ndarray, pixel: int = 12) -> np.ndarray:
    """Returns a kernel `[height, width, 3]` as an image, with a square of `pixel` by `pixel` pixels for each weight.

    Zero is middle grey. The weight of the largest magnitude is 255, or 0 if it is negative.
    """
    scaled = 0.5 + 0.5 * kernel / max(float(np.abs(kernel).max()), 1e-12)
    return np.kron(255 * scaled, np.ones((pixel, pixel, 1)))
