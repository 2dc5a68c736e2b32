"""Draws the figures of the report: ``draw(names, …)`` saves each in the formats of its look."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import difflib
import io
import traceback
import warnings
from functools import partial
from pathlib import Path
from typing import Callable, Iterator, Mapping

import bigeggs
from matplotlib.figure import Figure

from bigeggs_report.atomic_files import CannotWrite, write_atomically
from bigeggs_report.figures import augmentation, data, demo, explanation, fast, filters, fonts, results, study, training
from bigeggs_report.figures.drawing import Drawing, Plot, Source, Table
from bigeggs_report.figures.look import PAGE, Look, chosen_looks
from bigeggs_report.figures.page import Page, dress, trim
from bigeggs_report.records import MissingInput, Records
from bigeggs_report.wording import NO_BREAK_SPACE

PACKAGE = Path(__file__).parents[1]

#: All figures in the order of the report.
PLOTS = [
    Plot("class-counts", "01-data", data.class_counts),
    Plot("sample-grid", "01-data", data.sample_grid, needs_images=True),
    Plot("pixel-histograms", "02-normalization", data.pixel_histograms),
    Plot("raw-against-scaled", "02-normalization", data.raw_against_scaled),
    Plot("transforms-alone", "03-augmentation", augmentation.transforms_alone, needs_images=True),
    Plot("transforms-together", "03-augmentation", augmentation.transforms_together, needs_images=True),
    Plot("plain-training", "04-plain-training", training.plain_training),
    Plot("augmented-training", "05-augmented-training", training.augmented_training),
    Plot("plain-against-augmented", "06-results", training.plain_against_augmented),
    Plot("confusion-plain", "06-results", results.confusion_plain),
    Plot("confusion-augmented", "06-results", results.confusion_augmented),
    Plot("per-class-accuracy", "06-results", results.per_class_accuracy),
    Plot("confused-pairs", "06-results", results.confused_pairs, needs_images=True),
    Plot("calibration", "06-results", results.calibration),
    Plot("first-layer-filters", "06-results", filters.first_layer_filters),
    Plot("where-it-looks", "06-results", explanation.where_it_looks, needs_images=True),
    Plot("demo", "07-demo", demo.predictions, needs_images=True),
    Plot("birds-as-airplanes", "07-demo", demo.birds_as_airplanes, needs_images=True),
    Plot("study-selection", "08-beyond", study.study_selection),
    Plot("study-recipes", "08-beyond", study.study_recipes),
    Plot("whitening-filters", "09-fast", fast.whitening_filters),
    Plot("fast-training", "09-fast", fast.fast_training),
    Plot("fast-ingredients", "09-fast", fast.fast_ingredients),
]


class UnknownFigure(bigeggs.Error):
    """A name is not that of a figure."""


def names() -> list[dict[str, object]]:
    """Returns every figure's name, its section, and whether it shows images of the data set."""
    return [{"name": plot.name, "section": plot.section, "needs_images": plot.needs_images} for plot in PLOTS]


def chosen_names(names: list[str]) -> list[str]:
    """Returns these names, or those of all figures if `names` is empty, in the order of the report."""
    return [plot.name for plot in chosen(names)]


def show_images(names: list[str]) -> bool:
    """Returns whether one of the named figures (all, if `names` is empty) shows images of the data set."""
    return any(plot.needs_images for plot in chosen(names))


def draw(
    names: list[str],
    records_dir: str,
    weights_dir: str,
    output_dir: str,
    dataset_handle: int,
    look: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Draws the named figures (all, if `names` is empty) into `output_dir`.

    A `dataset_handle` of 0 means that there is no data set. The `look` has the options of `look.chosen_looks`: a
    purpose, a width, a font and formats; without it the figures are those of the page.

    Returns the names that were ``drawn``; those ``left`` unchanged, because they show images of a data set that is
    not loaded; those whose record or weights are ``missing`` and those that ``failed``, with the reason; and the
    characters ``without`` a font, which are drawn as boxes. A failed figure does not stop the others.
    """
    looks = chosen_looks(look)
    fonts.use_shipped()
    dataset = bigeggs.Dataset(dataset_handle) if dataset_handle else None
    source = Source(Records(records_dir), Path(weights_dir), dataset)
    drawn: list[str] = []
    left: list[str] = []
    missing: dict[str, str] = {}
    failed: dict[str, str] = {}
    without: set[str] = set()
    for plot in chosen(names):
        try:
            if plot.needs_images and not has_images_of(source, plot):
                left.append(plot.name)
                continue
            files: dict[str, bytes] = {}
            for each in looks:
                made, signs = files_of(partial(plot.draw, dataclasses.replace(source, look=each)), plot.name, each)
                files |= made
                without |= signs
            write_atomically({Path(output_dir) / name: content for name, content in files.items()})
            drawn.append(plot.name)
        except MissingInput as reason:
            missing[plot.name] = str(reason)
        except CannotWrite as reason:
            failed[plot.name] = str(reason)
        except (Exception, SystemExit) as error:  # An error in one figure must not stop the others.
            failed[plot.name] = describe(error)
    return {"drawn": drawn, "left": left, "missing": missing, "failed": failed, "without": sorted(without)}


def save_alone(drawn: Callable[[], Drawing], name: str, directory: Path) -> None:
    """Saves a figure that is not part of the report, in the look of the page."""
    fonts.use_shipped()
    files, _ = files_of(drawn, name, PAGE)
    write_atomically({directory / file: content for file, content in files.items()})


def files_of(drawn: Callable[[], Drawing], name: str, look: Look) -> tuple[dict[str, bytes], set[str]]:
    """Returns a figure's files in a look, by their names, and the characters that no font has."""
    with look.applied():
        drawing = drawn()
        without = finish(drawing.figure)
        return saved(drawing, name, look), without


def chosen(names: list[str]) -> list[Plot]:
    """Returns the plots with these names, or all if there are none, in the order of the report.

    Raises `UnknownFigure`.
    """
    known = [plot.name for plot in PLOTS]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"the figures are {', '.join(known)}"
            raise UnknownFigure(f"there is no figure named {name}; {hint}")
    return [plot for plot in PLOTS if not names or plot.name in names]


def check(names: list[str], look: Mapping[str, object] | None = None) -> None:
    """Raises `UnknownFigure` or `BadLook` if that is what drawing would raise; loads nothing."""
    chosen(names)
    chosen_looks(look)


def has_images_of(source: Source, plot: Plot) -> bool:
    """Returns whether the loaded data set is the one that the plot's record was made from."""
    recorded = source.records[plot.section]
    if source.dataset is None:
        return False
    at_hand = (source.dataset.name, source.dataset.checksum)
    return at_hand == (recorded["data.name"], recorded["data.checksum"])


def finish(figure: Page) -> set[str]:
    """Sets a figure's text and marks in the sizes and fonts of its look, and fixes its layout.

    Returns the characters that no font has.
    """
    dress(figure)
    without = fonts.fit(figure)
    with unnamed_signs():
        trim(figure)
        settle_layout(figure)
    return without


def saved(drawing: Drawing, name: str, look: Look) -> dict[str, bytes]:
    """Returns the figure's files by their names, with a text file of the words that the figure leaves out, if any."""
    files: dict[str, bytes] = {}
    with unnamed_signs():
        for kind in dict.fromkeys([*look.formats, *look.always]):
            if kind == "csv":
                files[f"{name}.csv"] = comma_separated(drawing.table)
            else:
                files[f"{name}{look.suffix}.{kind}"] = rendered(drawing, kind, METADATA[kind])
    if drawing.figure.words:
        files[f"{name}.txt"] = f"{drawing.figure.unsaid()}\n".replace(NO_BREAK_SPACE, " ").encode()
    return files


#: Keeps out of the files what matplotlib would write about itself and the date: None leaves an entry out.
METADATA = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


@contextlib.contextmanager
def unnamed_signs() -> Iterator[None]:
    """Suppresses, within a ``with`` block, warnings of characters without a font.

    Instead, one sentence (`fonts.advice`) names these characters for all figures.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", fonts.MISSING)
        yield


def settle_layout(figure: Figure) -> None:
    """Lays the panels out once, and rounds their positions to hide the layout solver's rounding errors.

    These errors depend on the order of objects in memory. In SVG, the names of clip paths are hashes of the positions.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(side, 4) for side in axes.get_position(original=True).bounds])


def rendered(drawing: Drawing, format: str, metadata: dict[str, None]) -> bytes:
    """Returns the figure's file in a format, as bytes that depend on nothing but the figure."""
    buffer = io.BytesIO()
    drawing.figure.savefig(buffer, format=format, metadata=metadata)
    return buffer.getvalue()


def comma_separated(table: Table) -> bytes:
    """Returns a table as CSV in UTF-8, with one header line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return buffer.getvalue().encode()


def describe(error: BaseException) -> str:
    """Returns an exception in one line, with the innermost line of this package in its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    place = f" ({Path(ours[-1].filename).relative_to(PACKAGE.parent)}, line {ours[-1].lineno})" if ours else ""
    return f"{type(error).__name__}: {error}{place}"
