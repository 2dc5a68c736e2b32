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

#: Nothing is computed.
EXACT = (0.0, "nothing is computed, so nothing may differ")


def bfloat16(values):
    """The numbers of bfloat16 nearest to these."""
    import numpy

    bits = numpy.asarray(values, "float32").view("uint32")
    rounded = bits + numpy.uint32(0x7FFF) + (bits >> numpy.uint32(16) & numpy.uint32(1))
    return (rounded & numpy.uint32(0xFFFF0000)).view("float32")
