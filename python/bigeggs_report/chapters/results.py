"""Writes two chapters: the results of plain and augmented training, and single images."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.claims import interval
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.text import decimal, listed, literal
from bigeggs_report.wording import count, percent

MODELS = ("plain", "augmented")


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter on everything that was measured on the test split."""
    record = run.record("06-results")
    if record is None:
        yield run.not_run("06-results")
        return
    yield from overall(run, record)
    yield from classes(run, record)
    yield from mistakes(run, record)
    yield from confidence(run, record)
    yield run.figure(
        "first-layer-filters",
        "The filters of the first convolution, as small pictures in the colours that they respond to.",
        "Two grids of 32 small coloured squares, one for each trained network.",
    )
    yield from looks(run, record)


def looks(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields where the network looks, by Grad-CAM."""
    explained = record["results.explained"]
    groups = [(name, explained[name]) for name in ("right", "wrong") if len(explained[name])]
    if not groups:
        return
    side = len(groups[0][1][0]["mapOfPredicted"])
    yield Paragraph(
        "[Grad-CAM](https://arxiv.org/abs/1610.02391) shows which places of an image raise the score of a class. It "
        f"uses the output of the last convolution (`{explained['layer']}`, {side} × {side} places). The weight of a "
        "filter is the gradient of the class's score, before the softmax, with respect to the filter's output, on "
        "average over all places. The map is the weighted sum of the filters' outputs where it is positive. The images "
        "are the first that the augmented network gets right and the first that it gets wrong, without any selection. "
        "So few images show how the network works, but prove nothing. A map shows coarsely where the network looks, "
        "not why."
    )
    names = record["data.classNames"]
    shown = [f"{name}: {listed([guess(names, image) for image in images])}" for name, images in groups]
    yield run.figure(
        "where-it-looks",
        "Where the network of augmented training looks: images with Grad-CAM's maps for the predicted class and, if "
        "that is wrong, also for the true class.",
        "Test images in grey with the places that raise the score of a class in orange. "
        f"Predicted {'; predicted '.join(shown)}.",
    )


def guess(names: list[str], image: bigeggs.Record) -> str:
    """Returns a prediction in words: ``frog as cat``, or ``frog`` if it is right."""
    truth, predicted = literal(names[int(image["truth"])]), literal(names[int(image["predicted"])])
    return truth if truth == predicted else f"{truth} as {predicted}"


def overall(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields loss and accuracy of both networks."""
    yield Paragraph(
        "Both networks, with the weights of their kept epoch, predicted "
        f"{sourced(record, 'results.plain.images', count)} test images. The interval is Wilson's: it contains the "
        "accuracy on many more images of this kind with 95\N{NO-BREAK SPACE}% confidence."
    )
    yield Table(
        "results",
        ("training", "test loss", "test accuracy", "95\N{NO-BREAK SPACE}% interval"),
        [result_row(model, record[f"results.{model}"]) for model in MODELS],
        "Loss is the mean cross-entropy in nats.",
        numeric=(1, 2, 3),
        origins=[origin(record, f"results.{model}") for model in MODELS],
    )
    yield run.figure(
        "plain-against-augmented",
        "Both trainings epoch by epoch. The gap is training accuracy minus validation accuracy: augmented images are "
        "harder than plain ones, so it can be below zero.",
        "Three line charts with a curve for plain and one for augmented training: validation loss, validation "
        "accuracy, and the gap between training and validation accuracy.",
    )


def result_row(model: str, result: bigeggs.Record) -> list[str]:
    """Returns the table row of one network."""
    low, high = interval(result)
    between = f"{percent(low)} to {percent(high)}"
    return [model, sourced(result, "loss", decimal), sourced(result, "accuracy", percent), between]


def classes(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields which classes are easy and which are hard."""
    names = [literal(name) for name in record["data.classNames"]]
    per_class = record["results.augmented.perClass"]
    order = sorted(range(len(names)), key=lambda label: -per_class[label]["accuracy"])
    easy, hard = order[0], order[-1]
    yield Paragraph(
        f"After augmented training the easiest class is {names[easy]} with "
        f"{sourced(per_class[easy], 'accuracy', percent)} right, the hardest is {names[hard]} with "
        f"{sourced(per_class[hard], 'accuracy', percent)}."
    )
    for model in MODELS:
        yield run.figure(
            f"confusion-{model}",
            f"Confusion after {model} training: rows are the true classes, columns the predicted ones.",
            f"A matrix of {len(names)} by {len(names)} counts. On its diagonal are "
            f"{percent(record[f'results.{model}.accuracy'])} of the test images. {worst(record, model)}",
        )
    yield run.figure(
        "per-class-accuracy",
        "Accuracy in each class with 95\N{NO-BREAK SPACE}% intervals, easiest class first.",
        "Dots with intervals for each class and both trainings, from "
        f"{percent(per_class[easy]['accuracy'])} ({names[easy]}) to {percent(per_class[hard]['accuracy'])} "
        f"({names[hard]}) after augmented training.",
    )


def worst(record: bigeggs.Record, model: str) -> str:
    """Returns the most frequent mistake of a network, in a sentence."""
    pairs = record[f"results.{model}.confusedPairs"]
    return f"The most frequent mistake is {pair_text(record, pairs[0])}." if len(pairs) else "There is no mistake."


def pair_text(record: bigeggs.Record, pair: bigeggs.Record) -> str:
    """Returns a confused pair in words: ``cat taken for dog (141 images)``."""
    names = record["data.classNames"]
    truth, predicted = literal(names[int(pair["truth"])]), literal(names[int(pair["predicted"])])
    return f"{truth} taken for {predicted} ({count(pair['count'])} images)"


def mistakes(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields the pairs of classes that are confused most."""
    pairs = record["results.augmented.confusedPairs"]
    if not len(pairs):
        return
    yield Paragraph(
        f"The augmented network's most frequent mistakes are {listed([pair_text(record, pair) for pair in pairs[:3]])}."
    )
    yield run.figure(
        "confused-pairs",
        "The most frequent mistakes of both networks, with the first test images that show them.",
        "Rows of small images for each confused pair. After augmented training: "
        f"{listed([pair_text(record, pair) for pair in pairs])}.",
    )


def confidence(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields how well the confidence matches the accuracy."""
    error = "calibration.expectedCalibrationError"
    errors = [sourced(record, f"results.{model}.{error}", percent) for model in MODELS]
    yield Paragraph(
        "A confidence is useful if it matches the accuracy: of all images predicted with a confidence of 0.9, nine in "
        "ten should be right. The expected calibration error, the mean distance of the two over ten bins, is "
        f"{errors[0]} after plain and {errors[1]} after augmented training."
    )
    yield run.figure(
        "calibration",
        "Accuracy of the predictions by their confidence, and the share of images with each confidence.",
        f"A line chart of accuracy over confidence for both networks. Their mean distance from the diagonal is "
        f"{errors[0]} (plain) and {errors[1]} (augmented).",
    )


def single_images(run: Run) -> Iterator[Block]:
    """Yields the chapter on single images: the demonstration, and birds taken for airplanes."""
    record = run.record("07-demo")
    if record is None:
        yield run.not_run("07-demo")
        return
    shown, right = record["results.demo"], sourced(record, "results.right", str)
    classes_shown = record["data.classNames"]
    wrong = [each for each in shown if each["truth"] != each["predicted"]]
    yield Paragraph(
        f"The original predicted 25 test images and found every prediction right. Here the network of augmented "
        f"training predicted the first {len(shown)} test images one by one, without any selection: {right} are right. "
        f"{mistaken(wrong, classes_shown)} A network that is right nine times in ten gets 25 of 25 in about one of "
        "fourteen trials (0.9²⁵ ≈ 0.07), so such a result says little about the network."
    )
    yield run.figure(
        "demo",
        f"The first {len(shown)} test images with predicted class and confidence.",
        f"A grid of {len(shown)} test images with the predicted class and its confidence below each; {right} are "
        f"right. {mistaken(wrong, classes_shown)}",
    )
    yield from birds(run, record)


def mistaken(wrong: list[bigeggs.Record], names: list[str]) -> str:
    """Returns which images were predicted wrong, in a sentence; if there are more than five, only their number."""
    if not wrong:
        return ""
    if len(wrong) > 5:
        return f"The figure marks the {len(wrong)} that are wrong."
    each = [
        f"image {image['index']} ({literal(names[int(image['truth'])])}, predicted as "
        f"{literal(names[int(image['predicted'])])})"
        for image in wrong
    ]
    return f"Wrong: {listed(each)}."


def birds(run: Run, record: bigeggs.Record) -> Iterator[Block]:
    """Yields how many birds are taken for airplanes, with a figure of them."""
    taken, number = record["results.birdsAsAirplanesCount"], record["results.birds"]
    if taken is None:
        yield Paragraph(
            "The original names birds that look like airplanes as the hard case. "
            f"{literal(record['data.name'])} has neither, so there is nothing to show."
        )
        return
    yield Paragraph(
        "The original names birds that look like airplanes as the hard case. The same network takes "
        f"{sourced(record, 'results.birdsAsAirplanesCount', count)} of {sourced(record, 'results.birds', count)} birds "
        "of the test split for airplanes."
    )
    if taken:
        yield run.figure(
            "birds-as-airplanes",
            "Birds that the network takes for airplanes, the most confident mistakes first, with the probability of "
            "both classes.",
            f"Small images of birds, each predicted as an airplane; {count(taken)} of {count(number)} birds are.",
        )
