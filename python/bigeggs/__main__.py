"""``python -m bigeggs predict photo.jpg``: classifies image files with a trained network."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import Error, __version__
from .models import Model, load_model
from .pretrained import WEIGHTS, available, pretrained

DESCRIPTION = """\
A picture is a JPEG, PNG, WebP or GIF of any size. The network sees its middle square, upright, scaled to the
size that it was trained on; transparent parts are white. A file that is not a picture is named on standard
error; the others are still classified, and the status is 1.

The network must choose one of its classes, also for a picture that shows none of them. If the best class has less
than 50 %, the output says that no class is likely.

  python -m bigeggs predict photo.jpg
  python -m bigeggs predict *.jpg --top 5
  python -m bigeggs predict photo.jpg --weights model.safetensors --json
"""


def main(words: Sequence[str] | None = None) -> int:
    """Runs a command line, by default that of the process, and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bigeggs", description="Networks that classify images.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    predict = commands.add_parser(
        "predict", help="classify your own pictures", description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    predict.add_argument("pictures", nargs="+", metavar="PICTURE")
    predict.add_argument(
        "--weights", default="report", metavar="NAME",
        help=f"{' or '.join(available())}, or a file written by a model's save (default: report)")
    predict.add_argument("--top", type=positive, default=3, metavar="N", help="how many classes to show (default: 3)")
    predict.add_argument("--json", action="store_true", help="print JSON, with the probability of every class")
    options = parser.parse_args(words)
    # A file name may contain characters that the stream cannot encode.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return classify(options.pictures, options.weights, options.top, options.json)
    except (Error, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def positive(text: str) -> int:
    """Converts a text to a whole number; raises `ValueError` unless the number is 1 or more."""
    if (number := int(text)) < 1:
        raise ValueError
    return number


def classify(paths: list[str], weights: str, top: int, as_json: bool) -> int:
    """Classifies pictures, prints the results and returns the exit status."""
    try:
        from bigeggs_pictures import decode
    except ImportError as error:
        raise Error(f"pictures are decoded by Pillow, which is not installed ({error}): pip install 'bigeggs[pictures]'")
    model: Model = pretrained(weights) if weights in WEIGHTS else load_model(weights)
    side, shape, outputs = model.input_shape[1], tuple(model.input_shape[1:]), tuple(model.output_shape[1:])
    if side is None or shape != (side, side, 3):
        raise Error(f"{weights} does not take square colour pictures: its input is {shape}")
    if len(outputs) != 1:
        raise Error(f"{weights} is not a classifier: its output is {outputs}, not one number per class")
    names = model.class_names or [f"class {index}" for index in range(outputs[0] or 0)]
    if len(names) != outputs[0]:
        raise Error(f"{weights} names {len(names)} classes and has {outputs[0]} outputs")
    pixels = np.zeros((len(paths), side, side, 3), np.uint8)
    found = decode(memoryview(pixels).cast("B"), list(paths), side)
    problems = [(path, problem) for path, problem in zip(paths, found) if isinstance(problem, str)]
    for _, problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    good = [index for index, problem in enumerate(found) if not isinstance(problem, str)]
    predictions = model.predict(pixels[good], verbose=0) if good else np.zeros((0, len(names)))
    if not np.allclose(predictions.sum(axis=1), 1, atol=1e-3):
        raise Error(f"{weights} gives no probabilities: its last layer has no softmax")
    pictures = [picture(paths[index], row, names) for index, row in zip(good, predictions)]
    if as_json:
        failures = [{"file": path, "error": problem} for path, problem in problems]
        print(json.dumps(
            {"weights": weights, "classNames": names, "pictures": pictures, "failures": failures},
            indent=2, ensure_ascii=False))
    elif pictures:
        print(table(pictures, names, top))
        known = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        print(f"The network knows {known}, and nothing else: whatever a picture shows, it is given one of these.")
    return 1 if len(good) < len(paths) else 0


def picture(path: str, output: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Describes the result for one picture, under the keys of the command `bigeggs predict --json`."""
    best = int(output.argmax())
    return {
        "file": path, "predicted": names[best], "confidence": float(output[best]), "isLikely": bool(output[best] >= 0.5),
        "probabilities": [float(value) for value in output],
    }


def table(pictures: list[dict[str, Any]], names: list[str], top: int) -> str:
    """Formats a table of the `top` likeliest classes of each picture."""
    rows = [("picture", "class", "confidence", "")]
    for one in pictures:
        order = np.argsort(-np.array(one["probabilities"]), kind="stable")[:top]
        for rank, index in enumerate(order):
            rows.append((
                one["file"] if rank == 0 else "", names[index], f"{one['probabilities'][index]:.1%}".replace("%", " %"),
                "" if rank or one["isLikely"] else "no class is likely",
            ))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    rows.insert(1, tuple("─" * width for width in widths) + ("",))
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip() for row in rows)


if __name__ == "__main__":
    sys.exit(main())
