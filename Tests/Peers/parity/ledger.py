"""Collects comparisons: the largest error of each, and the allowed one."""

import dataclasses
import math

import numpy


@dataclasses.dataclass
class Entry:
    """A line of output: all cases of one comparison."""

    name: str
    allowed: float
    why: str
    cases: int = 0
    largest: float = 0.0
    worst: str = ""
    #: The largest difference as a share of the greatest value, if `largest` is a share of a bound; None otherwise.
    relative: float | None = None

    @property
    def holds(self):
        """Whether cases were compared and every error is a number within the allowed error."""
        return self.cases > 0 and self.largest <= self.allowed


class Ledger:
    """Collects errors by the name of the comparison, and prints a line for each."""

    def __init__(self):
        self.entries = {}
        self.printed = 0

    def record(self, name, error, allowed, why, case=""):
        """Records the error of one case, which `case` describes. `why` is the reason of the allowed error."""
        entry = self.entries.setdefault(name, Entry(name, allowed, why))
        entry.cases += 1
        error = float(error)
        if math.isnan(error) or error > entry.largest:
            entry.largest, entry.worst = (math.inf if math.isnan(error) else error), str(case)

    def compare(self, name, ours, theirs, allowed, why, case="", scale=None):
        """Records the largest difference of two arrays, as a share of `scale` or else of the greatest of `theirs`."""
        self.record(name, difference(ours, theirs, scale), allowed, why, case)

    def bounded(self, name, ours, theirs, bound, why, case="", scale=None):
        """Records the largest difference of two arrays, as a share of `bound`, which is allowed for each element.

        The output also shows the largest difference as a share of the greatest value of `theirs`, or of `scale`.
        """
        ours, theirs = numpy.asarray(ours, "float64"), numpy.asarray(theirs, "float64")
        if ours.shape != theirs.shape:
            self.record(name, math.inf, 1, why, case)
            return
        self.record(name, (numpy.abs(ours - theirs) / numpy.maximum(bound, 1e-300)).max(), 1, why, case)
        entry = self.entries[name]
        entry.relative = max(entry.relative or 0.0, difference(ours, theirs, scale))

    def same(self, name, ours, theirs, case=""):
        """Records whether two decisions are the same. The error is the number of cases with different decisions."""
        entry = self.entries.setdefault(name, Entry(name, 0.0, "a decision is the same or it is not"))
        entry.cases += 1
        if ours != theirs:
            entry.largest, entry.worst = entry.largest + 1, f"{case}: ours {ours}, theirs {theirs}"

    def print_new(self, explain):
        """Prints the lines that were not printed yet; with `explain`, also the reasons and the worst cases."""
        for entry in list(self.entries.values())[self.printed :]:
            mark = "ok    " if entry.holds else "FAILED"
            relative = "" if entry.relative is None else f"  error {entry.relative:.1e}"
            print(f"{mark} {entry.name:<62} {entry.largest:8.1e} of {entry.allowed:8.1e}  {entry.cases:5} cases"
                  + relative, flush=True)
            if explain:
                print(f"         {entry.why}")
            if explain and entry.holds and entry.worst:
                print(f"         largest for {entry.worst}")
            if not entry.holds:
                print(f"         {entry.worst if entry.cases else 'no case ran'}", flush=True)
        self.printed = len(self.entries)

    @property
    def failed(self):
        """The names of the comparisons that do not hold."""
        return [entry.name for entry in self.entries.values() if not entry.holds]


def difference(ours, theirs, scale=None):
    """Returns the largest difference of two arrays, as a share of `scale` or else of the greatest of `theirs`."""
    ours, theirs = numpy.asarray(ours, "float64"), numpy.asarray(theirs, "float64")
    if ours.shape != theirs.shape:
        return math.inf
    largest = numpy.abs(theirs).max() if scale is None else scale
    return numpy.abs(ours - theirs).max() / max(largest, 1e-300)
