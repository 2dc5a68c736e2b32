"""How far our results may lie from float64, and why: everything here follows from the arithmetic of rounding.

A unit roundoff is the most that rounding to a format changes a number, as a share of it. A sum's rounding errors
are random, so their size is given in standard deviations; seven of them are allowed, which chance exceeds once in
400 billion: a run compares millions of numbers. The yardstick is never a tensor's own value, which may happen to be
near zero, but the size of what was added up: the root of the sum of the squares of the products, element by
element. Keras computes it, in float64, by the same layer with all numbers squared.
"""

import math

import numpy

UNIT = 2.0**-24
UNIT_BFLOAT16 = 2.0**-8

#: The standard deviation of one rounding, in unit roundoffs of the number rounded: errors are uniform between
#: minus and plus half of the last place, and numbers lie anywhere between two powers of two.
ROUNDING = 0.41

#: So many standard deviations are allowed.
DEVIATIONS = 7


def sums(terms, sizes, values=None, unit=UNIT):
    """float32 sums of so many products of random sign, from the roots of their squares' sums.

    A partial sum of k products is √k of their size, and each addition rounds one: the variances of the
    roundings add up to ROUNDING² · (1 + … + K) of a product's. On the way to a known value a sum stays between
    zero and that value, give or take: then the variances add up to K times a sixth of the sum's and a third of
    the value's square.
    """
    spread = sizes / math.sqrt(2) if values is None else numpy.sqrt(sizes**2 / 6 + values**2 / 3)
    return unit * (2 * sizes + DEVIATIONS * ROUNDING * math.sqrt(terms) * spread)


SUMS = "seven deviations of 0.29 √K unit roundoffs in sums of K products of random sign, and 2 for the result's own"


class Winograd:
    """Convolutions by Winograd's F(m×m, 3×3) at some points and ∞: what they may be off by.

    A transformed number has the size of its row's norm; sums of C products of two such numbers err as any sum
    does. Beside that each product has the roundings of both transforms, and each result those of the last one:
    some 4 C unit roundoffs squared in float32, and two roundings more where transforms are kept in bfloat16.
    The last transform adds up the errors of all sums. The yardstick is √(9 C) products; for the kernel's gradient,
    over so many tiles of m·m positions, √(m² C).
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
        #: How far errors of the products are enlarged in outputs and in a kernel's gradient.
        self.forward, self.backward = (
            self._amplification(last, first, inputs) for last, first in ((outputs, kernel), (kernel.T, outputs.T)))
        self.why = (
            f"seven deviations of Winograd's error: F({tile}×{tile}, 3×3) enlarges that of C products by "
            f"{self.forward:.0f} in its outputs, by {self.backward:.0f} in a kernel's gradient"
            + (", and rounds what it multiplies to bfloat16" if kept else ""))

    @staticmethod
    def _amplification(last, first, second):
        products = numpy.linalg.norm(first, axis=1) * numpy.linalg.norm(second, axis=1)
        return numpy.sqrt(((last * products) ** 2).sum(1)).max() ** 2

    def _allowed(self, terms, sizes, amplification, taps):
        variance = (ROUNDING * UNIT) ** 2 * terms / 2 + self.transforms
        return sizes * (2 * UNIT + DEVIATIONS * amplification * math.sqrt(variance / taps))

    def outputs(self, channels, sizes):
        """What outputs are off by, and an input's gradient, from the roots of their products' squares' sum."""
        return self._allowed(channels, sizes, self.forward, 9)

    def weights(self, tiles, sizes):
        """What a kernel's gradient is off by."""
        return self._allowed(tiles, sizes, self.backward, self.tile**2)


#: The engine's own, in float32 and in bfloat16.
WINOGRAD = {
    "float32": Winograd(4, (0, 5 / 8, -5 / 8, 3 / 2, -3 / 2)),
    "bfloat16": Winograd(2, (0, 1, -1), UNIT_BFLOAT16),
}

#: What is written in bfloat16 once, as a share of itself: no more than this.
ROUNDED = UNIT_BFLOAT16

#: What is rounded to bfloat16 before it is summed up, as a share of the root of its squares' sum.
ROUNDED_BEFORE = DEVIATIONS * ROUNDING * UNIT_BFLOAT16

#: Nothing is computed.
EXACT = "nothing is computed, so nothing may differ"


def bfloat16(values):
    """The numbers of bfloat16 nearest to these."""
    bits = numpy.asarray(values, "float32").view("uint32")
    rounded = bits + numpy.uint32(0x7FFF) + (bits >> numpy.uint32(16) & numpy.uint32(1))
    return (rounded & numpy.uint32(0xFFFF0000)).view("float32")
