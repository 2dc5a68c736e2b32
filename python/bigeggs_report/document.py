"""Makes the whole report: what a reader must know first, then the chapters in the order of the original."""

from __future__ import annotations

from typing import Iterator, Sequence

from bigeggs_report import claims
from bigeggs_report.blocks import Block, Document, Notice, Section, Tested
from bigeggs_report.chapters import (
    augmentation,
    beyond,
    callbacks,
    data,
    fast,
    goal,
    methods,
    normalization,
    provenance,
    results,
    training,
    verdicts,
)
from bigeggs_report.origins import sourced
from bigeggs_report.run import Run
from bigeggs_report.text import decimal, literal
from bigeggs_report.wording import count, data_name, is_own, percent


def document(run: Run) -> Document:
    """Returns everything that the templates render."""
    tested = claims.tested(run)
    chapters: list[tuple[str, Iterator[Block]]] = [
        ("Goal", goal.blocks(run)),
        ("Data", data.blocks(run)),
        ("Normalization", normalization.blocks(run)),
        ("Augmentation", augmentation.blocks(run)),
        ("Methods", methods.blocks(run)),
        ("Callbacks", callbacks.blocks(run)),
        ("Training", training.blocks(run)),
        ("Results", results.blocks(run)),
        ("Single images", results.single_images(run)),
        ("Beyond the report", beyond.blocks(run)),
        ("Above 0.9 in minutes", fast.blocks(run)),
        ("Claims of the original, tested", verdicts.claim_blocks(tested)),
        ("Conclusions", verdicts.conclusion_blocks(run, tested)),
        ("Provenance", provenance.blocks(run)),
    ]
    return Document(
        title=title(run),
        abstract=abstract(run, tested),
        notices=list(notices(run)),
        sections=[
            Section(identifier(heading), f"{number}. {heading}", list(blocks))
            for number, (heading, blocks) in enumerate(chapters, start=1)
        ],
    )


def title(run: Run) -> str:
    """Returns the title, which never presents other images as CIFAR-10."""
    if run.is_stand_in:
        return "Image classification done again, on a stand-in for CIFAR-10"
    if run.is_own:
        return f"Image classification done again, on {own_name(run)}"
    return "Image classification on CIFAR-10, done again"


def own_name(run: Run) -> str:
    """Returns the name of the user's own data set that a section ran on."""
    return next(record["data.name"] for record in run.recorded if is_own(record))


def identifier(heading: str) -> str:
    """Returns a heading as an anchor: ``single-images``."""
    return "-".join("".join(c for c in heading.lower() if c.isalnum() or c == " ").split())


def notices(run: Run) -> Iterator[Notice]:
    """Yields what a reader must know before reading any number."""
    if run.is_stand_in:
        name = literal(next(record["data.name"] for record in run.recorded if record["data.isStandIn"]))
        yield Notice(
            f"These are not CIFAR-10's images: {name} stands in for them.",
            f"CIFAR-10 was not available where this report was made, so every number and figure is about {name}. "
            "The original's claims about CIFAR-10 cannot be judged by it and are marked as not tested.",
        )
    if run.is_own:
        yield Notice(
            f"These are not CIFAR-10's images, but {literal(own_name(run))}.",
            "Every number and figure is about these images. The original's claims about CIFAR-10 cannot be judged by "
            "them and are marked as not tested.",
        )
    if run.is_quick:
        record = next(record for record in run.recorded if record["settings.profile"] == "quick")
        yield Notice(
            "This is a quick run.",
            f"It used {count(record['data.trainImages'])} training and {count(record['data.testImages'])} test images "
            "and few epochs, to show within minutes that everything works. Its numbers are not to be compared with "
            "the original's, and claims that depend on the training are marked as not tested.",
        )
    if run.is_unofficial:
        yield Notice(
            "The data set is not the official archive.",
            "Its files are in CIFAR-10's layout, but their checksum is not the published one. Accuracies may differ "
            "from those on the official pixels. If its directory has a PROVENANCE.txt, the text is under Provenance.",
        )
    if run.is_mixed:
        yield Notice(
            "The sections do not belong together.",
            "They were recorded on different data, with different seeds or in different profiles; comparisons "
            "between them are not valid until all have been run again.",
        )


def abstract(run: Run, tested: Sequence[Tested]) -> str:
    """Returns the outcome in a few sentences."""
    record = run.record("06-results")
    if record is None:
        return (
            "A convolutional network for small images, trained with and without data augmentation. The trainings have "
            "not been compared yet; what has been run so far is below."
        )
    plain, augmented = (record[f"results.{model}"] for model in ("plain", "augmented"))
    return (
        f"A convolutional network was trained on {sourced(record, 'data.trainImages', count)} images of "
        f"{literal(data_name(record))}. Trained on the images as they are, it recognizes "
        f"{sourced(plain, 'accuracy', percent)} of {sourced(plain, 'images', count)} test images (loss "
        f"{sourced(plain, 'loss', decimal)}); trained on augmented images, {sourced(augmented, 'accuracy', percent)} "
        f"(loss {sourced(augmented, 'loss', decimal)}). "
        f"{claims.tally(tested)}"
    )
