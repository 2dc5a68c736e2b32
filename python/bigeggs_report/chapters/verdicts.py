"""Writes the chapters on the claims of the original report and on the conclusions."""

from __future__ import annotations

from typing import Iterator, Sequence

import bigeggs

from bigeggs_report import claims
from bigeggs_report.blocks import Block, Bullets, Paragraph, Tested, Verdicts
from bigeggs_report.origins import sourced
from bigeggs_report.run import Run
from bigeggs_report.text import decimal
from bigeggs_report.wording import percent


def claim_blocks(tested: Sequence[Tested]) -> Iterator[Block]:
    """Yields the table of claims."""
    yield Paragraph(
        "Each claim of the original, with the measurement of this run. Each verdict follows from the rule printed with "
        "it; the rules are ours, because the original states none. One run with one seed cannot prove a claim: another "
        "seed gives slightly different numbers."
    )
    yield Verdicts(tested)


def conclusion_blocks(run: Run, tested: Sequence[Tested]) -> Iterator[Block]:
    """Yields the conclusions, as far as there are results."""
    record = run.record("06-results")
    if record is None:
        yield Paragraph("*Not run yet:* there is nothing to conclude before both trainings have been compared.")
        return
    yield Paragraph(outcome(record))
    yield Paragraph(claims.tally(tested))
    open_claims = [t for t in tested if t.verdict in (claims.IN_PART, claims.FAILS)]
    if open_claims:
        yield Paragraph("Claims that hold only in part or do not hold:")
        yield Bullets([f"{t.claim} *{t.verdict[0].upper()}{t.verdict[1:]}:* {t.measured}." for t in open_claims])


def outcome(record: bigeggs.Record) -> str:
    """Returns how augmentation changed test accuracy and test loss, in a sentence."""
    plain, augmented = (record[f"results.{model}"] for model in ("plain", "augmented"))
    gain = augmented["accuracy"] - plain["accuracy"]
    direction = "raised" if gain > 0 else "lowered" if gain < 0 else "left"
    return (
        f"Augmentation {direction} the test accuracy {'at' if gain == 0 else 'from'} "
        f"{sourced(plain, 'accuracy', percent)}{'' if gain == 0 else ' to ' + sourced(augmented, 'accuracy', percent)} "
        f"and changed the test loss from {sourced(plain, 'loss', decimal)} to {sourced(augmented, 'loss', decimal)}."
    )
