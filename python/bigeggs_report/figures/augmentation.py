"""Draws the figures of the random transforms that augment the training images."""

from __future__ import annotations

from typing import Callable

import bigeggs
import numpy as np

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.look import INK, MUTED
from bigeggs_report.figures.page import montage, page, show_picture
from bigeggs_report.wording import fixed, short

PARAMETERS = ("theta", "tx", "ty", "shear", "zx", "zy", "flipHorizontal", "flipVertical")
COLUMNS = (
    "theta (degrees)",
    "tx (pixels, along the width)",
    "ty (pixels, along the height)",
    "shear (degrees)",
    "zx (width)",
    "zy (height)",
    "flipped left-right",
    "flipped upside down",
)

#: The functions that write the text under a sample of a single transform. Keras's parameters say where each pixel is
#: fetched from, so the content moves against their sign: a positive `tx` fetches from the right and moves it left.
AMOUNT: dict[str, Callable[[bigeggs.Record], str]] = {
    "rotation": lambda sample: directed(sample["theta"], "°", "↺", "↻"),
    "zoom": lambda sample: f"↔{fixed(sample['zx'], 2)} ↕{fixed(sample['zy'], 2)}",
    "width shift": lambda sample: directed(sample["tx"], " px", "←", "→"),
    "height shift": lambda sample: directed(sample["ty"], " px", "↑", "↓"),
}


def directed(amount: float, unit: str, positive: str, negative: str) -> str:
    """Returns an amount without its sign, after the arrow `positive` or `negative`, the way that the content went."""
    return f"{positive if amount > 0 else negative} {fixed(abs(amount), 1)}{unit}"


def transforms_alone(source: Source) -> Drawing:
    """Draws the same image under each transform alone, with several random draws of each."""
    record = source.records["03-augmentation"]
    kinds = record["results.alone"]
    figure = page(
        source.look,
        "Each random transform alone",
        f"{chosen_image(record)}; the amounts drawn are written below each image",
        record,
        height=4.95,
        note="Zoom: the factors as in Keras; above 1 more of the scene is shown and the object shrinks.",
    )
    original = image(source, record)
    rows = [[original, *(transformed(source, record, sample) for sample in kind["samples"])] for kind in kinds]
    height, width = original.shape[:2]
    look = source.look
    crowding = look.crowding(7.2)
    # An amount that is too wide for one line takes two; a row's name that is too wide stands above its row.
    above = 6.5 * crowding if look.narrow else 0
    below = (10 if look.narrow else 15) * crowding if look.crowded(7.2) else 12
    row_gap = round(below + above)
    axes = figure.subplots()
    show_picture(axes, montage(rows, gap=4, row_gap=row_gap))
    for r, kind in enumerate(kinds):
        top = r * (height + row_gap)
        if look.narrow:
            label = axes.text(0, top - 2, kind["name"], va="bottom", color=INK, fontweight="bold")
            axes.annotate(
                kind["description"], (1, 0), xycoords=label, xytext=(4, 0), textcoords="offset points", va="bottom",
                color=MUTED, fontsize=8, annotation_clip=False,
            )  # fmt: skip
        else:
            apart = 3.5 * max(1, crowding)
            middle = top + height / 2 + 0.5
            axes.text(-5, middle - apart, kind["name"], ha="right", va="center", color=INK, fontweight="bold")
            axes.text(-5, middle + apart, kind["description"], ha="right", va="center", color=MUTED, fontsize=8)
        for c, sample in enumerate(kind["samples"], start=1):
            text = AMOUNT[kind["name"]](sample) if kind["name"] in AMOUNT else ""
            text = text.replace(" ↕", "\n↕") if look.crowded(7.2) else text
            middle = c * (width + 4) + width / 2
            axes.text(middle, top + height + 1, text, ha="center", va="top", fontsize=7.2, color=MUTED)
    if look.narrow:
        axes.text(width / 2, height + 1, "original", ha="center", va="top", fontsize=7.2, color=MUTED)
    else:
        axes.text(width / 2, -2, "original", ha="center", va="bottom", fontsize=8, color=MUTED)
    table = [(kind["name"], *parameters(sample)) for kind in kinds for sample in kind["samples"]]
    return Drawing(figure, Table(("transform", *COLUMNS), table))


def transforms_together(source: Source) -> Drawing:
    """Draws the same image under all transforms at once, as training sees it, with the random amounts below."""
    record = source.records["03-augmentation"]
    samples = record["results.together"]
    figure = page(
        source.look,
        "All transforms together",
        f"{chosen_image(record)}, then as {len(samples)} training steps would see it",
        record,
        height=3.4,
        note="Below each: rotation, zoom (width, height), and the shifts in pixels. Zoom as in Keras: above 1 the "
        "object shrinks.",
    )
    axes = figure.subplots()
    original = image(source, record)
    height, width = original.shape[:2]
    # The original is as high as two rows of augmented images, or as one row in a look whose text needs all the width.
    tall = 1 if source.look.crowded(6.2) else 2
    columns = (len(samples) + 1) // 2
    if tall == 1:
        columns = source.look.across(len(samples), least=0.72, on_page=columns, points=6.2)
    gap, lines = 3, 16 if tall == 2 else 18
    start = tall * (height + lines) - lines + 8
    down = -(-len(samples) // columns)
    show_picture(axes, original, extent=(0, start - 8, start - 8, 0))
    for number, sample in enumerate(samples):
        left, top = start + number % columns * (width + gap), number // columns * (height + lines)
        variant = np.clip(np.rint(transformed(source, record, sample)), 0, 255).astype(np.uint8)
        show_picture(axes, variant, extent=(left, left + width, top + height, top))
        axes.text(
            left + width / 2, top + height + 1, every_amount(sample), ha="center", va="top", fontsize=6.2,
            color=MUTED, linespacing=1.3,
        )  # fmt: skip
    axes.set(xlim=(0, start + columns * (width + gap) - gap), ylim=(down * (height + lines), 0))
    axes.text(0, -2, "original", fontsize=8.5, color=MUTED)
    axes.text(start, -2, "augmented", fontsize=8.5, color=MUTED)
    rows = [(number, *parameters(sample)) for number, sample in enumerate(samples, start=1)]
    return Drawing(figure, Table(("sample", *COLUMNS), rows))


def every_amount(sample: bigeggs.Record) -> str:
    """Returns the amounts of a transform that combines all kinds, in three lines: rotation, zoom, shifts."""
    shifts = " ".join(AMOUNT[kind](sample).removesuffix(" px") for kind in ("width shift", "height shift"))
    turned = AMOUNT["rotation"](sample)
    zoomed = " ".join(f"\N{MULTIPLICATION SIGN}{fixed(sample[axis], 2)}" for axis in ("zx", "zy"))
    return f"{turned}\n{zoomed}\n{shifts}"


def chosen_image(record: bigeggs.Record) -> str:
    """Returns which image is shown, in words."""
    split, index, label = (record[f"results.image.{key}"] for key in ("split", "index", "label"))
    split = "training" if split == "train" else split
    return f"The {split} image number {index:g} ({short(record['data.classNames'][int(label)])})"


def image(source: Source, record: bigeggs.Record) -> np.ndarray:
    """Returns the image that the section chose, unchanged."""
    return source.dataset.images(record["results.image.split"])[int(record["results.image.index"])]


def transformed(source: Source, record: bigeggs.Record, sample: bigeggs.Record) -> np.ndarray:
    """Returns the section's image after one recorded transform, by the same code that augments in training."""
    return source.dataset.augment(
        record["results.image.split"],
        int(record["results.image.index"]),
        theta=sample["theta"],
        tx=sample["tx"],
        ty=sample["ty"],
        shear=sample["shear"],
        zx=sample["zx"],
        zy=sample["zy"],
        flip_horizontal=sample["flipHorizontal"],
        flip_vertical=sample["flipVertical"],
        fill_mode=record["results.generator.fillMode"],
    )


def parameters(sample: bigeggs.Record) -> tuple[object, ...]:
    """Returns a transform's parameters, in the order of `COLUMNS`."""
    return tuple(sample[name] for name in PARAMETERS)
