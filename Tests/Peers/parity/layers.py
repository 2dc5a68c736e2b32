"""Compares the layers of the report's network, forward and backward, in both modes, with Keras in float64."""

import dataclasses
import math
import pathlib

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing

from parity import tolerances
from parity.pair import Pair

PRECISIONS = ("float32", "bfloat16")


@dataclasses.dataclass
class Allowed:
    """The allowed differences of a pair's results in float32, one for each element, and the reason."""

    output: numpy.ndarray
    #: The allowed differences of the gradient of the second layer's input; the first layer's gradient shows this one.
    input: numpy.ndarray
    #: The allowed differences of the gradients of the second layer's weights, in order.
    weights: list
    why: str
    #: Whether bfloat16 rounds the output, and the gradient of the input.
    rounds: tuple = (True, True)


def images(random, batch, shape):
    """Returns random images `[batch, *shape]` whose values are bfloat16 numbers."""
    return tolerances.bfloat16(random.normal(0, 1, (batch, *shape)))


def matrix(values):
    """Reshapes to `[positions of all images, channels]`."""
    return values.reshape(-1, values.shape[-1])


def compare(ledger, label, pair, x, gradient, allow, case=""):
    """Compares output and gradients of a pair whose first layer passes its inputs on.

    `gradient` is the gradient of the output, from which the others are computed in training mode. `allow(mode)` returns
    the allowed differences in inference (False) or training mode (True). The values of `x` and `gradient` are bfloat16
    numbers. In bfloat16, each result of a layer is rounded once, for which differences are added here.
    """
    half = pair.precision == "bfloat16"
    for mode in (False, True):
        expected, allowed = pair.reference(x, training=mode), allow(mode)
        rounded = half and allowed.rounds[0]
        ledger.bounded(
            f"{label}, {'training' if mode else 'inference'}", pair.forward(x, training=mode), expected,
            allowed.output + rounded * tolerances.ROUNDED * numpy.abs(expected),
            allowed.why + rounded * "; one rounding to bfloat16", case)
    theirs, by_name = pair.reference_gradients(x, gradient)
    names, ours = pair.trainable_names, pair.gradients(x, gradient)
    # The gradient of the first layer's kernel is a sum of products with the second layer's input gradient.
    rounded = half and allowed.rounds[1]
    inputs = matrix(x.astype("float64") ** 2).T
    errors = matrix(allowed.input**2 + rounded * (tolerances.ROUNDED_BEFORE * theirs) ** 2)
    first = by_name[names[0]]
    sizes = numpy.sqrt(inputs @ matrix(theirs**2)).reshape(first.shape)
    bound = numpy.sqrt(inputs @ errors).reshape(first.shape) + tolerances.sums(inputs.shape[1], sizes, first)
    ledger.bounded(f"{label}, gradient of its input", ours[names[0]], first, bound,
                   f"{allowed.why}; then sums of K products with this gradient"
                   + rounded * ", which was rounded to bfloat16", case)
    for name, bound in zip(names[2:], allowed.weights, strict=True):
        ledger.bounded(f"{label}, gradients of its weights", ours[name], by_name[name], bound, allowed.why,
                       f"{case} {name}")


def weighted(ledger, label, pair, x, random, winograd=None, case=""):
    """Compares a layer with a kernel.

    The bounds are `winograd`, those of Winograd's algorithm, or, without it, those of sums.
    """
    layer = pair.theirs.layers[-1]
    shape = layer.kernel.shape
    channels, filters, taps = shape[-2], shape[-1], math.prod(shape[:-2])
    values = pair.before_activation(x)
    positions = values.size // filters
    gradient = tolerances.bfloat16(random.normal(0, 1, values.shape))
    sizes, _, _ = pair.sizes(x, gradient)

    def spread(sizes, axes):
        """Returns the greatest size along `axes` everywhere: Winograd's algorithm spreads an error over its tile."""
        return numpy.broadcast_to(sizes.max(axes, keepdims=True), sizes.shape)

    if winograd:
        output = winograd.outputs(channels, spread(sizes, (1, 2)))
    else:
        output = tolerances.sums(taps * channels + 1, sizes, values)
    passes = 1
    if layer.activation is keras.activations.relu:
        # The gradient is zero where an error could change a value's sign. Elsewhere it passes if the value is positive.
        gradient = numpy.where(numpy.abs(values) > output, gradient, 0).astype("float32")
        passes = values > 0
    _, inputs, (kernel, bias) = pair.sizes(x, gradient * passes)
    theirs, by_name = pair.reference_gradients(x, gradient)
    names = pair.trainable_names[2:]
    if winograd:
        tiles = len(x) * math.prod(-(-size // winograd.tile) for size in values.shape[1:3])
        inputs = winograd.outputs(filters, spread(inputs, (1, 2)))
        kernel = winograd.weights(tiles, spread(kernel, (0, 1)))
    else:
        inputs = tolerances.sums(taps * filters, inputs, theirs)
        kernel = tolerances.sums(positions, kernel, by_name[names[0]])
    bias = tolerances.sums(positions, bias, by_name[names[1]])
    # The output of a dense layer at the end is logits, which stay in float32.
    rounds = (not isinstance(layer, keras.layers.Dense), True)
    allowed = Allowed(output, inputs, [kernel, bias], winograd.why if winograd else tolerances.SUMS, rounds)
    compare(ledger, label, pair, x, gradient, lambda mode: allowed, case)


def convolutions(ledger, random, cases):
    """Compares Conv2D by the direct and, where there is one, Winograd's algorithm, in both precisions."""
    winograds = {"float32": 0, "bfloat16": 0}
    for number in range(cases):
        eligible = number % 2 == 0
        # In bfloat16, Winograd's algorithm needs whole blocks of channels on both sides, and "same" padding.
        blocked = number % 4 == 0
        channels = int(random.choice(
            [32, 64, 96] if blocked else [16, 20, 33, 48, 64] if eligible else [1, 3, 5, 16, 17, 31, 33]))
        kernel, strides = (3, 1) if eligible else (int(random.choice([1, 2, 3, 5])), int(random.choice([1, 2])))
        shape = (int(random.integers(5, 15)), int(random.integers(5, 15)), int(random.choice([5, 8])))
        given = {
            "filters": int(random.choice(
                [32, 64, 96] if blocked else [16, 31, 32, 33, 64] if eligible else [1, 7, 16, 31, 32, 33, 64])),
            "kernel_size": kernel, "strides": strides,
            "padding": "same" if blocked else str(random.choice(["same", "valid"])),
            "activation": random.choice([None, "relu"]),
        }
        layers = [("Conv2D", {"filters": channels, "kernel_size": 1}), ("Conv2D", given)]
        x = images(random, int(random.choice([1, 2, 3, 5, 7])), shape)
        case = f"{x.shape} {channels} channels {given}"
        # Each entry is an algorithm: its precision, its setting, and its bounds.
        kinds = [("float32", "direct", None), ("bfloat16", "direct", None)]
        kinds += [("float32", "automatic", tolerances.WINOGRAD["float32"])] * eligible
        kinds += [("bfloat16", "automatic", tolerances.WINOGRAD["bfloat16"])] * blocked
        outputs, weights = {}, None
        for precision, convolution, winograd in kinds:
            pair = Pair(layers, shape, random, precision, convolution)
            weights = weights or pair.ours.get_weights()
            pair.set_weights(weights)
            name = f"{precision} {'Winograd' if winograd else 'direct'}"
            outputs[name] = pair.forward(x, training=True)
            weighted(ledger, f"Conv2D {name}", pair, x, random, winograd, case)
        for precision in winograds:
            if f"{precision} Winograd" in outputs:
                winograds[precision] += not numpy.array_equal(
                    outputs[f"{precision} Winograd"], outputs[f"{precision} direct"])
    features = pathlib.Path("/proc/cpuinfo").read_text().split()
    for precision, taken in winograds.items():
        if precision == "bfloat16" and ("avx512_bf16" not in features or "amx_bf16" in features):
            continue  # Without AVX-512 BF16, and with AMX, the engine uses oneDNN's direct convolution instead.
        ledger.record(f"Conv2D {precision}: Winograd's algorithm was taken", float(taken == 0), 0.0,
                      "taken if its results differ somewhere from those of a direct convolution")


def dense(ledger, random, cases):
    """Compares Dense, with and without ReLU."""
    for _ in range(cases):
        features, middle = int(random.integers(5, 40)), int(random.choice([1, 5, 33, 64, 127, 600]))
        given = {"units": int(random.choice([1, 3, 10, 17, 64, 129])), "activation": random.choice([None, "relu"])}
        x = images(random, int(random.choice([1, 2, 3, 7, 13])), (features,))
        for precision in PRECISIONS:
            pair = Pair([("Dense", {"units": middle}), ("Dense", given)], (features,), random, precision)
            weighted(ledger, f"Dense {precision}", pair, x, random, case=f"{x.shape} {middle} {given}")


def normalized(pair, x, gradient, epsilon, training):
    """Returns the allowed differences of a batch normalization, from its formulas.

    The forward pass computes scale · x + shift. The variance's sum, mean, deviation, their products with γ and the
    final sum are each rounded. The backward pass computes scale · g + slope · x + constant from the gradient g, after
    sums over the batch, with the same roundings.
    """
    few = 8 * tolerances.UNIT
    values = pair.front(x)
    axes = tuple(range(values.ndim - 1))
    named = {name.split("/")[1]: value.astype("float64") for name, value in pair.ours.layers[1].weights.items()}
    gamma, beta = named.get("gamma", numpy.float64(1)), named.get("beta", numpy.float64(0))
    mean, variance = named["moving_mean"], named["moving_variance"]
    if training:
        mean, variance = values.mean(axes), values.var(axes)
    count, deviation = values.size // values.shape[-1], numpy.sqrt(variance + epsilon)
    reach = (numpy.abs(values) + numpy.abs(mean)) / deviation
    if training:
        # The mean has the error of the sum over the batch.
        reach = reach + tolerances.sums(count, numpy.sqrt((values**2).sum(axes))) / count / deviation / few
    output = few * (numpy.abs(gamma) * reach + numpy.abs(beta))
    product = (gradient * (values - mean) / deviation).sum(axes)
    total = gradient.sum(axes)
    inputs = few * numpy.abs(gamma) / deviation * (
        numpy.abs(gradient) + numpy.abs(total) / count + reach * numpy.abs(product) / count)
    bounds = {
        "gamma": tolerances.sums(count, numpy.sqrt((gradient**2 * reach**2).sum(axes)), product)
        + few * (numpy.abs(total * mean) / deviation + numpy.abs(product)),
        "beta": tolerances.sums(count, numpy.sqrt((gradient**2).sum(axes)), total),
    }
    weights = [bounds[name] for name in bounds if pair.ours.layers[1].trainable and name in named]
    return Allowed(output, inputs, weights,
                   "8 unit roundoffs of each term of scale · x + shift, and of the gradient's formula; "
                   + tolerances.SUMS)


def batch_normalization(ledger, random, cases):
    """Compares BatchNormalization of images and vectors: alone, after a ReLU, and with the 2×2 max pooling after it."""
    for number in range(cases):
        channels = int(random.choice([1, 3, 16, 17, 33, 64]))
        given = {"momentum": float(random.choice([0.9, 0.99])), "epsilon": float(random.choice([1e-3, 1e-5]))}
        batch, pools = int(random.choice([3, 5, 7, 13])), number % 3 == 2
        rectified = {"activation": "relu"} if random.random() < 0.5 else {}
        if number % 3 == 0:
            shape, front = (int(random.integers(8, 20)),), ("Dense", {"units": channels} | rectified)
            batch = int(random.choice([7, 13, 31]))
        else:
            size = random.integers(2, 6, 2) * 2 if pools else random.integers(3, 10, 2)
            # The input has several channels. With one, the front's kernel would have a gradient of zero, because the
            # gradient of the normalization is orthogonal to its input.
            shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
            front = ("Conv2D", {"filters": channels, "kernel_size": 1} | rectified)
        x = images(random, batch, shape)
        layers = [front, ("BatchNormalization", given)] + [("MaxPooling2D", {})] * pools
        for precision in PRECISIONS:
            pair = Pair(layers, shape, random, precision)
            weights = pair.ours.get_weights()
            pooling = pair.theirs.layers[-1] if pools else None
            values = pair.theirs.layers[1](pair.front(x), training=True)
            gradient = tolerances.bfloat16(random.normal(0, 1, (pooling(values) if pools else values).shape))
            reaching = gradient.astype("float64")
            pair.set_weights(weights)
            if pools:
                # The gradient is zero where rounding could decide which value is the largest.
                largest = numpy.sort(windows(values.numpy(), 2, 2, "valid"), axis=3)[:, :, :, 2:]
                bound = pooling(normalized(pair, x, 0 * values.numpy(), given["epsilon"], True).output).numpy()
                gap = largest[:, :, :, 1] - largest[:, :, :, 0]
                gradient = numpy.where((gap == 0) | (gap > 2 * bound), gradient, 0).astype("float32")
                with tensorflow.GradientTape() as tape:
                    tape.watch(values)
                    pooled = pooling(values)
                reaching = tape.gradient(pooled, values, gradient.astype("float64")).numpy()

            def allow(mode):
                pair.set_weights(weights)  # Training changes the moving statistics.
                allowed = normalized(pair, x, reaching, given["epsilon"], mode)
                if pools:
                    allowed.output = pooling(allowed.output).numpy()
                return allowed

            compare(ledger, f"BatchNormalization{' and MaxPooling2D' * pools} {precision}", pair, x, gradient, allow,
                    f"{x.shape} {channels} {given} {rectified}")


def windows(values, pool, stride, padding):
    """Returns each window's values, `[…, pool · pool, channels]`; outside of an image, the smallest of all values."""
    least = values.min()
    patches = tensorflow.image.extract_patches(
        values - least, [1, pool, pool, 1], [1, stride, stride, 1], [1, 1, 1, 1], padding.upper()).numpy()
    return patches.reshape(*patches.shape[:3], pool * pool, values.shape[-1]) + least


def max_pooling(ledger, random, cases):
    """Compares MaxPooling2D: outputs are inputs, so nothing is rounded. Ties go to the first, as in Keras."""
    for _ in range(cases):
        size = random.integers(4, 14, 2)
        shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
        pool = int(random.choice([2, 3]))
        given = {
            "pool_size": pool, "strides": [None, 1, 2, 3][int(random.integers(4))],
            "padding": str(random.choice(["valid", "same"])),
        }
        x = images(random, int(random.choice([1, 3, 5])), shape)
        if random.random() < 0.5:
            x = numpy.round(x)  # With whole numbers, every other window has ties.
        for precision in PRECISIONS:
            front = ("Conv2D", {"filters": int(random.choice([1, 5, 16, 17])), "kernel_size": 1})
            pair = Pair([front, ("MaxPooling2D", given)], shape, random, precision)
            expected = pair.reference(x)
            gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
            # Where windows overlap, a value's gradient is a sum of a few gradients, rounded after each addition.
            unit = tolerances.UNIT if precision == "float32" else tolerances.UNIT_BFLOAT16
            squares, summed = (pair.reference_gradients(x, values)[0] for values in (gradient**2, gradient))
            overlaps = tolerances.sums(pool**2, numpy.sqrt(squares), summed, unit)
            allowed = Allowed(numpy.zeros_like(expected), overlaps, [], tolerances.EXACT, (False, False))
            compare(ledger, f"MaxPooling2D {precision}", pair, x, gradient, lambda mode: allowed,
                    f"{x.shape} {given}")


def flatten_and_activation(ledger, random, cases):
    """Compares Flatten, which keeps Keras's order of rows, columns, channels; ReLU; softmax; and Rescaling of bytes."""
    for _ in range(cases):
        size = random.integers(1, 8, 2)
        shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
        channels = int(random.choice([1, 3, 16, 17]))
        x = images(random, int(random.choice([1, 3, 5])), shape)
        front = ("Conv2D", {"filters": channels, "kernel_size": 1})
        for precision in PRECISIONS:
            for label, layer in (("Flatten", ("Flatten", {})),
                                 ("Activation relu", ("Activation", {"activation": "relu"}))):
                pair = Pair([front, layer], shape, random, precision)
                expected = pair.reference(x)
                gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
                allowed = Allowed(numpy.zeros_like(expected), numpy.zeros((*x.shape[:3], channels)), [],
                                  tolerances.EXACT, (False, False))
                compare(ledger, f"{label} {precision}", pair, x, gradient, lambda mode: allowed, str(x.shape))

        pixels = random.integers(0, 256, x.shape, dtype="uint8")
        factor = float(random.choice([1 / 255, 1 / 127.5]))
        scaled = bigeggs.Sequential(
            [bigeggs.layers.Input(shape), bigeggs.layers.Rescaling(factor), bigeggs.layers.Flatten()])
        expected = keras.layers.Rescaling(factor, dtype="float64")(pixels.astype("float64")).numpy()
        expected = expected.reshape(len(pixels), -1)
        ledger.bounded("Rescaling of bytes", testing.forward(scaled, pixels), expected,
                       2 * tolerances.UNIT * expected, "the factor and the product are each rounded", str(x.shape))

        classes = int(random.choice([2, 3, 10, 17]))
        vectors = images(random, int(random.choice([1, 3, 7])), (classes,)) * 10
        pair = Pair([("Dense", {"units": classes}), ("Dense", {"units": classes})], (classes,), random, softmax=True)
        logits = pair.reference(vectors)
        size, _, _ = pair.sizes(vectors, numpy.zeros_like(logits))
        errors = tolerances.sums(classes + 1, size, logits).max(1, keepdims=True)
        below = logits.max(1, keepdims=True) - logits
        expected = numpy.exp(-below) / numpy.exp(-below).sum(1, keepdims=True)
        share = 2 * errors + tolerances.UNIT * (below + classes + 8)
        # 2⁻¹²⁶ is allowed in addition: float32 has no normal numbers below it.
        ledger.bounded(
            "Dense with softmax, inference", pair.forward(vectors), expected, share * expected + 2.0**-126,
            "the error of the logits, in numerator and denominator, the rounding of their differences, "
            "and one rounding per class and operation", f"{vectors.shape}")


def dropout(ledger, random, cases):
    """Checks Dropout: in inference it changes nothing; in training both passes drop or scale the same values."""
    for _ in range(cases):
        rate, width = float(random.choice([0.1, 0.25, 0.5, 0.8])), int(random.choice([33, 200, 1024]))
        batch = int(random.choice([3, 17, 65]))
        x = numpy.abs(images(random, batch, (5,))) + numpy.float32(0.5)
        pair = Pair([("Dense", {"units": width}), ("Dropout", {"rate": rate})], (5,), random)
        before = pair.reference(x)
        ledger.compare("Dropout, inference", pair.forward(x), before, 0, tolerances.EXACT)
        after = pair.forward(x, training=True, step=3)
        kept = after != 0
        scaled = numpy.where(kept, before / (1 - rate), 0)
        ledger.bounded("Dropout, values kept and scaled", after, scaled,
                       tolerances.UNIT * (3 + rate / (1 - rate)) * numpy.abs(scaled),
                       "1 - rate, its reciprocal and the product are each rounded, and so is the rate, which gives "
                       "1 - rate an error of rate / (1 - rate) roundoffs")
        spread = numpy.sqrt(rate * (1 - rate) / kept.size)
        ledger.record("Dropout, share of values dropped, in standard errors", abs(1 - kept.mean() - rate) / spread,
                      6, "a binomial share: by chance beyond 6 standard errors once in 500 million cases")
        ledger.compare("Dropout, the same mask for the same step",
                       pair.forward(x, training=True, step=3), after, 0, tolerances.EXACT)
        ledger.record("Dropout, another mask for another step",
                      float(numpy.array_equal(pair.forward(x, training=True, step=4), after)), 0.0,
                      "of at least 99 values, some must differ")
        gradient = random.normal(0, 1, before.shape).astype("float32")
        factors = x.astype("float64").T, gradient * kept / (1 - rate)
        expected, sizes = factors[0] @ factors[1], numpy.sqrt(factors[0] ** 2 @ factors[1] ** 2)
        ledger.bounded("Dropout, gradient of its input", pair.gradients(x, gradient, step=3)[pair.trainable_names[0]],
                       expected, tolerances.sums(batch, sizes, expected) + 8 * tolerances.UNIT * sizes, tolerances.SUMS)
