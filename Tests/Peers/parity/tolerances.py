"""Computes the allowed differences of our results from float64; all follow from the arithmetic of rounding.

A unit roundoff is the largest relative change of a number by rounding to a format. A sum's rounding errors are
random, so their size is given in standard deviations. Seven of them are allowed, since a run compares millions of
numbers: chance exceeds seven once in 400 billion. A sum's error is not relative to the sum, which may be near
zero, but to its size: the root of the sum of the squares of the products that are added up. Keras computes the size
of each element in float64, by the same layer with all numbers squared.
"""

import math

import numpy

UNIT = 2.0**-24
UNIT_BFLOAT16 = 2.0**-8

#: The standard deviation of one rounding, in unit roundoffs of the number rounded: errors are uniform between
#: minus and plus half of the last place, and numbers lie anywhere between two powers of two.
ROUNDING = 0.41

#: The number of standard deviations that are allowed.
DEVIATIONS = 7


def sums(terms, sizes, values=None, unit=UNIT):
    """Returns the allowed errors of sums of `terms` products of random sign; `sizes` are the sizes of the sums.

    K is the number of products. A partial sum of k products has √k times the size of one product, and each addition
    rounds a partial sum: the variances of the roundings add up to ROUNDING² · (1 + … + K) squares of a product. If the
    final values are known, as `values`, partial sums lie roughly between zero and the value: then the variances add up
    to ROUNDING² · K · (size² / 6 + value² / 3). `unit` is the unit roundoff of the format.
    """
    spread = sizes / math.sqrt(2) if values is None else numpy.sqrt(sizes**2 / 6 + values**2 / 3)
    return unit * (2 * sizes + DEVIATIONS * ROUNDING * math.sqrt(terms) * spread)


SUMS = "seven standard deviations of 0.29 √K unit roundoffs in sums of K products of random sign, and 2 for the result"


class Winograd:
    """The allowed errors of convolutions by Winograd's F(m×m, 3×3), at some points and ∞.

    `tile` is m. `kept` is the unit roundoff of the format in which transformed numbers are stored, 0 for float32. The
    size of a transformed number is the norm of its row in the transform's matrix, times the size of the numbers that
    are transformed. A sum of C products of two transformed numbers has the errors of any sum. In addition, each product
    has the roundings of both transforms, and each result those of the last transform: their variance is about 4 C
    squared unit roundoffs in float32, and that of two more roundings if transformed numbers are stored in bfloat16. The
    last transform adds up the errors of all sums. Errors are relative to the size of √(9 C) products; in the kernel's
    gradient, which is a sum over C tiles of m·m positions, to that of √(m² C).
    """

    def __init__(self, tile, points, kept=0.0):
        self.tile = tile
        self.transforms = 4 * UNIT**2 + 2 * (ROUNDING * kept) ** 2
        others = [[other for other in points if other != point] for point in points]
        norms = [numpy.prod([point - other for other in rest]) for point, rest in zip(points, others)]
        outputs = numpy.array(
            [[point**power for point in points] + [float(power == tile - 1)] for power in range(tile)])
        kernel = numpy.array(
            [[point**power / norm for power in range(3)] for point, norm in zip(points, norms)] + [[0, 0, 1]])
        inputs = numpy.array([[*numpy.poly(rest)[::-1], 0] for rest in others] + [numpy.poly(points)[::-1]])
        #: The factors by which errors of products grow in outputs and in a kernel's gradient.
        self.forward, self.backward = (
            self._amplification(last, first, inputs) for last, first in ((outputs, kernel), (kernel.T, outputs.T)))
        self.why = (
            f"seven standard deviations of Winograd's error: F({tile}×{tile}, 3×3) multiplies the error of C products "
            f"by {self.forward:.0f} in its outputs, by {self.backward:.0f} in a kernel's gradient"
            + (", and rounds the factors to bfloat16" if kept else ""))

    @staticmethod
    def _amplification(last, first, second):
        products = numpy.linalg.norm(first, axis=1) * numpy.linalg.norm(second, axis=1)
        return numpy.sqrt(((last * products) ** 2).sum(1)).max() ** 2

    def _allowed(self, terms, sizes, amplification, taps):
        variance = (ROUNDING * UNIT) ** 2 * terms / 2 + self.transforms
        return sizes * (2 * UNIT + DEVIATIONS * amplification * math.sqrt(variance / taps))

    def outputs(self, channels, sizes):
        """Returns the allowed errors of outputs or of an input's gradient, from the sizes of their sums."""
        return self._allowed(channels, sizes, self.forward, 9)

    def weights(self, tiles, sizes):
        """Returns the allowed errors of a kernel's gradient, from the number of tiles and the sizes of the sums."""
        return self._allowed(tiles, sizes, self.backward, self.tile**2)


#: The engine's variants of Winograd's algorithm, in float32 and in bfloat16.
WINOGRAD = {
    "float32": Winograd(4, (0, 5 / 8, -5 / 8, 3 / 2, -3 / 2)),
    "bfloat16": Winograd(2, (0, 1, -1), UNIT_BFLOAT16),
}

#: The largest relative error of a number that is rounded to bfloat16 once.
ROUNDED = UNIT_BFLOAT16

#: The allowed error of a sum of numbers that were each rounded to bfloat16, as a share of the root of the sum of their
#: squares.
ROUNDED_BEFORE = DEVIATIONS * ROUNDING * UNIT_BFLOAT16

#: The reason where no difference is allowed.
EXACT = "nothing is computed, so nothing may differ"


def bfloat16(values):
    """Returns the nearest bfloat16 numbers, as float32."""
    bits = numpy.asarray(values, "float32").view("uint32")
    rounded = bits + numpy.uint32(0x7FFF) + (bits >> numpy.uint32(16) & numpy.uint32(1))
    return (rounded & numpy.uint32(0xFFFF0000)).view("float32")
