"""How far our results may lie from float64, and why.

An error is the largest difference in a tensor as a share of the tensor's greatest value. A unit roundoff is
the most that rounding to a format changes a number, as a share of it.
"""

import math

UNIT = 2.0**-24
UNIT_BFLOAT16 = 2.0**-8


def sums(terms):
    """float32 sums of so many products, in (allowed error, reason).

    Rounding errors of a sum of K terms of random sign grow like √K unit roundoffs of a term, and the greatest
    value of a tensor is some √K terms too, so that √K cancels for well-spread terms and stays for those that
    are not. Eight covers the largest of some hundred thousand elements.
    """
    return 8 * UNIT * math.sqrt(terms), f"8 √K unit roundoffs of float32 in sums of up to K = {terms} products"


def winograd(terms):
    """float32 Winograd convolutions F(4×4, 3×3): the transforms multiply by up to 8 and cancel again.

    Lavin and Gray (2016) and Barabasz and others (2020) measure some ten times the error of a direct sum. The
    allowance for a direct sum is for its worst case, which leaves three times that.
    """
    allowed, why = sums(terms)
    return 3 * allowed, f"three times what a direct sum may have: the transforms of F(4×4, 3×3) cancel ({why})"


#: What is written in bfloat16 once: the inputs here are numbers of bfloat16, so nothing else is rounded.
ROUNDED = (1.05 * UNIT_BFLOAT16, "one rounding to bfloat16, and 5 % for the float32 sums before it")

#: What depends on values that were rounded to bfloat16 before they were summed up.
ROUNDED_BEFORE = (
    2 * UNIT_BFLOAT16, "sums of values that were each rounded to bfloat16, and 1 more where the sum cancels")

#: bfloat16 Winograd convolutions F(2×2, 3×3), which round what they multiply: transformed inputs and kernels.
#:
#: One rounding to bfloat16 is 0.42 units, root mean square. For inputs of variance 1 and kernels of variance 1 an
#: element of the transformed input has the variance 4, one of the transformed kernel gᵢgⱼ with g = (1, ¾, ¾, 1).
#: Nine products make an output, of variance 9 for each channel, with 2 · 4 · (1 + ¾ + ¾)² = 50 roundings squared:
#: an error of √(50/9) · 0.42 = 1.0 units of the output, root mean square, however many channels. A kernel's
#: gradient sums products with elements of variance aᵢaⱼ, a = (1, 2, 2, 1): at a corner 2 · 4 · 2 · 2 roundings
#: squared in 4 products a tile, √(32/4) · 0.42 = 1.2 units.
#:
#: The largest of ten thousand errors is some 4.5 of its root mean squares, the greatest value of a tensor at
#: least 3 of its own: 1.5 times 1.0 units and the one rounding of an output are 2.6, 1.5 times 1.2 are 1.8. An
#: input's gradient has √(1.0² + 0.42²) where a direct sum that is rounded once has 0.42: 2.6 times as much.
WINOGRAD_BFLOAT16 = {
    "output": (3 * UNIT_BFLOAT16, "transformed inputs and kernels are rounded to bfloat16: 2.6 units, and the output"),
    "weights": (3 * UNIT_BFLOAT16, "transformed inputs and gradients are rounded to bfloat16: 1.8 units, and chance"),
    "input": (5.2 * UNIT_BFLOAT16, "2.6 times what sums of values may have that were rounded to bfloat16 once"),
}

#: Nothing is computed.
EXACT = (0.0, "nothing is computed, so nothing may differ")


def bfloat16(values):
    """The numbers of bfloat16 nearest to these."""
    import numpy

    bits = numpy.asarray(values, "float32").view("uint32")
    rounded = bits + numpy.uint32(0x7FFF) + (bits >> numpy.uint32(16) & numpy.uint32(1))
    return (rounded & numpy.uint32(0xFFFF0000)).view("float32")
