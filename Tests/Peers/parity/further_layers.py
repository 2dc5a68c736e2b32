"""Compares the layers that the report's network lacks, and layers' further options, with Keras in float64."""

import math

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing

from parity import tolerances
from parity.layers import PRECISIONS, Allowed, compare, images, normalized
from parity.pair import Pair

#: The largest slope of each function, and the largest change of the slope per unit.
CURVES = {
    "gelu": (1.13, 0.8), "gelu_tanh": (1.13, 0.8), "silu": (1.1, 0.5), "leaky_relu": (1.0, 0.0), "elu": (1.0, 1.0),
    "tanh": (1.0, 0.77), "sigmoid": (0.25, 0.1), "relu": (1.0, 0.0), None: (1.0, 0.0),
}
#: The functions whose slope jumps at zero.
BENT = ("relu", "leaky_relu")
ELEMENTWISE = (
    "16 unit roundoffs of |x| + 1 in the function, its slope and its argument: a polynomial or an exponential and a "
    "handful of operations")
ERRORS = 16 * tolerances.UNIT


def slopes(function, values):
    """Returns the derivative of a function at each of `values`."""
    values = tensorflow.constant(values)
    with tensorflow.GradientTape() as tape:
        tape.watch(values)
        result = function(values)
    return tape.gradient(result, values).numpy()


def front_and(layer, random, batch=None):
    """Returns the layers of a pair, the shape of its input, and random images.

    The layers are one that passes its inputs on, and `layer`.
    """
    size = random.integers(4, 12, 2)
    shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
    front = ("Conv2D", {"filters": int(random.choice([3, 5, 16, 17, 33])), "kernel_size": 1})
    return [front, layer], shape, images(random, batch or int(random.choice([1, 3, 5])), shape)


def activations(ledger, random, cases):
    """Compares Activation by each name, LeakyReLU and ELU: the function and its slope."""
    for number in range(cases):
        kinds = [("Activation", {"activation": name}) for name in CURVES if name not in (None, "relu")]
        kinds += [("LeakyReLU", {"negative_slope": float(random.choice([0.0, 0.01, 0.3, 1.5]))}),
                  ("ELU", {"alpha": float(random.choice([0.25, 1.0, 2.0]))})]
        for kind, given in kinds:
            layers, shape, x = front_and((kind, given), random)
            if number % 2:  # Half of the cases also have values far from zero.
                x = tolerances.bfloat16(x * 8)
            label = f"{kind} {given.get('activation', '')}".strip()
            for precision in PRECISIONS:
                pair = Pair(layers, shape, random, precision)
                expected, values = pair.reference(x), pair.front(x)
                gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
                error = ERRORS * (numpy.abs(values) + 1)
                allowed = Allowed(error, error * numpy.abs(gradient), [], ELEMENTWISE)
                compare(ledger, f"{label} {precision}", pair, x, gradient, lambda mode: allowed, f"{x.shape} {given}")


def weighted(ledger, label, pair, x, random, terms, case):
    """Compares a layer that has kernels and any activation.

    `terms` are the numbers of products that are added up for an output and for an input's gradient.
    """
    layer = pair.theirs.layers[-1]
    half, name = pair.precision == "bfloat16", pair.layers[-1][1].get("activation")
    slope, bend = CURVES[name]
    separable = isinstance(layer, keras.layers.SeparableConv2D)
    values = pair.before_activation(x)
    gradient = tolerances.bfloat16(random.normal(0, 1, values.shape))
    sizes, _, _ = pair.sizes(x, gradient)
    # SeparableConv2D rounds the numbers between its two convolutions to bfloat16. Such a number is a sum of products,
    # which may be three times the root of the sum of their squares.
    between = 3 * tolerances.ROUNDED_BEFORE * (half and separable)
    before = tolerances.sums(terms[0], sizes, values) + between * sizes
    # An activation other than ReLU reads values that were stored in the precision, and so rounded.
    written = half * (name not in (None, "relu")) * tolerances.ROUNDED * numpy.abs(values)
    curved = ERRORS * (name not in (None, "relu")) * (numpy.abs(values) + 1)
    output = slope * (before + written) + curved
    if name in BENT:
        gradient = numpy.where(numpy.abs(values) > before, gradient, 0).astype("float32")
    reaching = gradient * slopes(layer.activation, values)
    errors = numpy.abs(gradient) * (bend * (before + written) + curved)
    if name == "elu":  # The slope is between 0 and 1, so its error is at most 1.
        errors = numpy.minimum(errors, numpy.abs(gradient))
    # The gradient is stored, and rounded, before the convolution reads it.
    errors = errors + half * tolerances.ROUNDED * numpy.abs(reaching)
    theirs, by_name = pair.reference_gradients(x, gradient)
    _, inputs, kernels = pair.sizes(x, reaching)
    _, input_errors, kernel_errors = pair.sizes(x, errors)
    seven = tolerances.DEVIATIONS * tolerances.ROUNDING
    positions = math.prod(values.shape[:-1])
    allowed = Allowed(
        output, tolerances.sums(terms[1], inputs, theirs) + seven * input_errors + between * inputs,
        [tolerances.sums(positions, size, by_name[key]) + seven * error + between * size
         for key, size, error in zip(pair.trainable_names[2:], kernels, kernel_errors, strict=True)],
        # The output of a dense layer at the end stays in float32; that of an activation at the end does not.
        tolerances.SUMS + "; " + ELEMENTWISE,
        (not isinstance(layer, keras.layers.Dense) or name not in (None, "relu"), True))
    compare(ledger, label, pair, x, gradient, lambda mode: allowed, case)


def kernels(ledger, random, cases):
    """Compares all layers with kernels, such as DepthwiseConv2D, with each activation, with and without bias."""
    names = list(CURVES)
    for number in range(cases):
        name = names[number % len(names)]
        channels, kernel = int(random.choice([3, 5, 16, 17, 33])), int(random.choice([1, 2, 3, 5]))
        shape = (int(random.integers(5, 12)), int(random.integers(5, 12)), int(random.choice([5, 8])))
        x = images(random, int(random.choice([1, 2, 5])), shape)
        window = {"kernel_size": kernel, "strides": int(random.choice([1, 2])),
                  "padding": str(random.choice(["same", "valid"]))}
        given = {"activation": name, "use_bias": bool(random.integers(2))}
        multiplier, filters = int(random.choice([1, 2, 3])), int(random.choice([1, 7, 16, 33]))
        wide = {"depth_multiplier": multiplier}
        taps = kernel**2
        kinds = [
            ("DepthwiseConv2D", window | wide | given, (taps + 1, taps * multiplier)),
            ("SeparableConv2D", {"filters": filters} | window | wide | given,
             (taps * channels * multiplier + 1, taps * multiplier * filters)),
            ("Conv2D", {"filters": filters} | window | given, (taps * channels + 1, taps * filters)),
        ]
        for precision in PRECISIONS:
            for kind, settings, terms in kinds:
                pair = Pair([("Conv2D", {"filters": channels, "kernel_size": 1}), (kind, settings)], shape, random,
                            precision, "direct")
                weighted(ledger, f"{kind} {precision}", pair, x, random, terms, f"{x.shape} {channels} {settings}")
            features, units = int(random.integers(5, 40)), int(random.choice([1, 3, 17, 64]))
            vectors = images(random, int(random.choice([1, 3, 13])), (features,))
            settings = {"units": units} | given
            pair = Pair([("Dense", {"units": channels}), ("Dense", settings)], (features,), random, precision)
            weighted(ledger, f"Dense with options {precision}", pair, vectors, random, (channels + 1, units),
                     f"{vectors.shape} {channels} {settings}")


def average_pooling(ledger, random, cases):
    """Compares AveragePooling2D and the global poolings; at the edge, a mean is that of the pixels inside the image."""
    for _ in range(cases):
        pool = int(random.choice([2, 3]))
        given = {"pool_size": pool, "strides": [None, 1, 2, 3][int(random.integers(4))],
                 "padding": str(random.choice(["valid", "same"]))}
        for kind, settings in (("AveragePooling2D", given), ("GlobalAveragePooling2D", {}), ("GlobalMaxPooling2D", {})):
            layers, shape, x = front_and((kind, settings), random)
            terms = pool**2 if settings else shape[0] * shape[1]
            for precision in PRECISIONS:
                pair = Pair(layers, shape, random, precision)
                expected, values = pair.reference(x), pair.front(x)
                gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
                if kind == "GlobalMaxPooling2D":
                    # Keras divides a gradient among equal values; ours goes to the first one.
                    ties = (values == expected[:, None, None]).sum((1, 2)) > 1
                    gradient = numpy.where(ties, 0, gradient).astype("float32")
                    allowed = Allowed(numpy.zeros_like(expected), numpy.zeros_like(values), [], tolerances.EXACT,
                                      (False, False))
                else:
                    # A mean is a sum divided by the number of pixels. The size of the sum, divided by the number of
                    # pixels, is at most the root of the mean square.
                    sizes = numpy.sqrt(pair.theirs.layers[-1](values**2).numpy())
                    output = tolerances.sums(terms, sizes, expected) + 2 * tolerances.UNIT * numpy.abs(expected)
                    unit = tolerances.UNIT if precision == "float32" else tolerances.UNIT_BFLOAT16
                    squares, summed = (pair.reference_gradients(x, value)[0] for value in (gradient**2, gradient))
                    inputs = tolerances.sums(pool**2 if settings else 1, numpy.sqrt(squares), summed, unit)
                    allowed = Allowed(output, inputs + 2 * tolerances.UNIT * numpy.abs(summed), [], tolerances.SUMS)
                compare(ledger, f"{kind} {precision}", pair, x, gradient, lambda mode: allowed, f"{x.shape} {settings}")


def padding_and_rescaling(ledger, random, cases):
    """Compares ZeroPadding2D of images, and Rescaling of images and vectors, in the middle of a model."""
    for _ in range(cases):
        sides = random.integers(0, 4, (2, 2)).tolist()
        layers, shape, x = front_and(("ZeroPadding2D", {"padding": sides}), random)
        for precision in PRECISIONS:
            pair = Pair(layers, shape, random, precision)
            expected = pair.reference(x)
            gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
            allowed = Allowed(numpy.zeros_like(expected), numpy.zeros_like(pair.front(x)), [], tolerances.EXACT,
                              (False, False))
            compare(ledger, f"ZeroPadding2D {precision}", pair, x, gradient, lambda mode: allowed, f"{x.shape} {sides}")

        given = {"scale": float(random.normal(0, 2)), "offset": float(random.choice([0, -1, 0.3]))}
        if random.random() < 0.5:
            layers, shape, x = front_and(("Rescaling", given), random)
        else:
            shape = (int(random.integers(5, 20)),)
            layers = [("Dense", {"units": int(random.choice([3, 17]))}), ("Rescaling", given)]
            x = images(random, 7, shape)
        for precision in PRECISIONS:
            pair = Pair(layers, shape, random, precision)
            expected, values = pair.reference(x), pair.front(x)
            gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
            product = numpy.abs(values * given["scale"])
            allowed = Allowed(
                tolerances.UNIT * (3 * product + 3 * abs(given["offset"])),
                2 * tolerances.UNIT * numpy.abs(gradient * given["scale"]), [],
                "both numbers, the product and the sum are each rounded")
            compare(ledger, f"Rescaling {precision}", pair, x, gradient, lambda mode: allowed, f"{x.shape} {given}")


def layer_normalized(pair, x, gradient, epsilon):
    """Returns the allowed differences of a layer normalization: a few roundings of each term of its formulas."""
    few = 8 * tolerances.UNIT
    values = pair.front(x)
    channels = values.shape[-1]
    named = pair.by_name()
    gamma, beta = named.get("gamma", numpy.float64(1)), named.get("beta", numpy.float64(0))
    mean, deviation = values.mean(-1, keepdims=True), numpy.sqrt(values.var(-1, keepdims=True) + epsilon)
    exact = (values - mean) / deviation
    reach = (numpy.abs(values) + numpy.abs(mean)) / deviation
    reach = reach + tolerances.sums(
        channels, numpy.sqrt((values**2).sum(-1, keepdims=True))) / channels / deviation / few
    output = few * (numpy.abs(gamma) * reach + numpy.abs(beta))
    scaled = numpy.abs(gamma * gradient)
    inputs = few / deviation * (
        scaled + scaled.mean(-1, keepdims=True)
        + reach * numpy.abs((gamma * gradient * exact).mean(-1, keepdims=True))
        + numpy.abs(exact) * (scaled * reach).mean(-1, keepdims=True))
    axes = tuple(range(values.ndim - 1))
    count = values.size // channels
    products = numpy.sqrt((gradient**2 * reach**2).sum(axes))
    weights = []
    if "gamma" in named:
        weights.append(tolerances.sums(count, products, (gradient * exact).sum(axes)) + few * products)
    if "beta" in named:
        weights.append(tolerances.sums(count, numpy.sqrt((gradient**2).sum(axes)), gradient.sum(axes)))
    return Allowed(output, inputs, weights, "8 unit roundoffs of each term of the formulas; " + tolerances.SUMS)


def layer_normalization(ledger, random, cases):
    """Compares LayerNormalization of images and vectors, with and without its center and scale."""
    for number in range(cases):
        given = {"epsilon": float(random.choice([1e-3, 1e-2])), "center": number % 3 != 1, "scale": number % 4 < 2}
        # There are many channels: a few could all be equal, which makes the gradient a difference of nearly equal
        # numbers.
        channels = int(random.choice([16, 17, 33, 64]))
        if number % 2:
            shape, front = (int(random.integers(40, 80)),), ("Dense", {"units": channels})
        else:
            size = random.integers(3, 8, 2)
            shape = (int(size[0]), int(size[1]), 24)
            front = ("Conv2D", {"filters": channels, "kernel_size": 1})
        x = images(random, int(random.choice([3, 7])), shape)
        for precision in PRECISIONS:
            pair = Pair([front, ("LayerNormalization", given)], shape, random, precision)
            gradient = tolerances.bfloat16(random.normal(0, 1, pair.reference(x).shape))
            allowed = layer_normalized(pair, x, gradient.astype("float64"), given["epsilon"])
            compare(ledger, f"LayerNormalization {precision}", pair, x, gradient, lambda mode: allowed,
                    f"{x.shape} {channels} {given}")


def batch_normalization_options(ledger, random, cases):
    """Compares BatchNormalization without center, without scale, and not trainable."""
    for number in range(cases):
        given = {"center": number % 4 != 1, "scale": number % 4 < 2, "trainable": number % 3 != 0}
        channels = int(random.choice([3, 16, 17, 33]))
        if number % 2:
            shape, front = (int(random.integers(8, 20)),), ("Dense", {"units": channels})
        else:
            size = random.integers(3, 10, 2)
            shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
            front = ("Conv2D", {"filters": channels, "kernel_size": 1})
        x = images(random, int(random.choice([5, 7, 13])), shape)
        for precision in PRECISIONS:
            pair = Pair([front, ("BatchNormalization", given)], shape, random, precision)
            weights = pair.ours.get_weights()
            gradient = tolerances.bfloat16(random.normal(0, 1, pair.front(x).shape))

            def allow(mode):
                pair.set_weights(weights)  # Training changes the moving statistics.
                return normalized(pair, x, gradient.astype("float64"), 1e-3, mode and given["trainable"])

            what = "BatchNormalization" + " not trained" * (not given["trainable"]) + " with options"
            compare(ledger, f"{what} {precision}", pair, x, gradient, allow, f"{x.shape} {channels} {given}")
            if not given["trainable"]:
                moved = max(float(numpy.abs(now - before).max())
                            for now, before in zip(pair.ours.get_weights(), weights))
                ledger.record("BatchNormalization not trained: its statistics stay", moved, 0, tolerances.EXACT)


def noise(ledger, random, cases):
    """Checks that GaussianNoise and SpatialDropout2D change nothing in inference; their distributions and gradients."""
    for _ in range(cases):
        deviation, rate = float(random.choice([0.1, 1.0])), float(random.choice([0.1, 0.25, 0.5]))
        shape = (int(random.integers(4, 9)), int(random.integers(4, 9)), 5)
        x = numpy.abs(images(random, 33, shape)) + numpy.float32(0.5)
        front = ("Conv2D", {"filters": int(random.choice([33, 64])), "kernel_size": 1})
        pair = Pair([front, ("GaussianNoise", {"stddev": deviation})], shape, random)
        before = pair.reference(x)
        ledger.compare("GaussianNoise, inference", pair.forward(x), before, 0, tolerances.EXACT)
        added = pair.forward(x, training=True, step=3) - before
        spread = deviation / numpy.sqrt(added.size)
        ledger.record("GaussianNoise, mean in standard errors", abs(added.mean()) / spread, 6,
                      "by chance beyond 6 standard errors once in 500 million cases")
        ledger.record("GaussianNoise, deviation in standard errors",
                      abs(added.std() - deviation) / spread * math.sqrt(2), 6,
                      "by chance beyond 6 standard errors once in 500 million cases")
        ledger.record("GaussianNoise, the same noise again for the same step",
                      float((pair.forward(x, training=True, step=3) - before != added).any()), 0, tolerances.EXACT)
        gradient = tolerances.bfloat16(random.normal(0, 1, before.shape))
        by_matrix = x.astype("float64").reshape(-1, shape[2]).T

        def through(label, factors, pair=pair, gradient=gradient, by_matrix=by_matrix):
            reaching = (gradient * factors).reshape(-1, gradient.shape[-1])
            expected = by_matrix @ reaching
            sizes = numpy.sqrt(by_matrix**2 @ reaching**2)
            found = pair.gradients(x, gradient, step=3)[pair.trainable_names[0]].reshape(expected.shape)
            ledger.bounded(label, found, expected, tolerances.sums(by_matrix.shape[1], sizes, expected)
                           + 8 * tolerances.UNIT * sizes, tolerances.SUMS)

        through("GaussianNoise, gradient of its input", numpy.ones(1))

        pair = Pair([front, ("SpatialDropout2D", {"rate": rate})], shape, random)
        before = pair.reference(x)
        ledger.compare("SpatialDropout2D, inference", pair.forward(x), before, 0, tolerances.EXACT)
        after = pair.forward(x, training=True, step=3)
        kept = (after != 0).all((1, 2))
        ledger.record("SpatialDropout2D, channels that are dropped in part",
                      float(((after != 0).any((1, 2)) != kept).sum()), 0, tolerances.EXACT)
        factors = kept[:, None, None] / (1 - rate)
        ledger.bounded("SpatialDropout2D, values kept and scaled", after, before * factors,
                       tolerances.UNIT * (3 + rate / (1 - rate)) * numpy.abs(before * factors),
                       "as for Dropout: 1 - rate, its reciprocal and the product are each rounded")
        ledger.record("SpatialDropout2D, share of channels dropped, in standard errors",
                      abs(1 - kept.mean() - rate) / numpy.sqrt(rate * (1 - rate) / kept.size), 6,
                      "a binomial share: by chance beyond 6 standard errors once in 500 million cases")
        through("SpatialDropout2D, gradient of its input", factors, pair)


def joined(ledger, random, cases):
    """Compares Add and Concatenate in a graph, with two paths from an input: output and gradients."""
    for _ in range(cases):
        channels, shape = int(random.choice([3, 16, 17])), (6, 7, int(random.choice([3, 8])))
        x = images(random, 3, shape)
        for precision in PRECISIONS:
            def build(library, **given):
                start = library.Input(shape) if library is bigeggs else library.Input(shape, dtype="float64")
                layers = library.layers
                left = layers.Conv2D(channels, 1, name="left", **given)(start)
                right = layers.Conv2D(channels, 1, name="right", **given)(start)
                total = layers.Add(**given)([left, right, left])
                return library.Model(start, layers.Concatenate(**given)([total, left]),
                                     **({"precision": precision} if library is bigeggs else {}))

            ours, theirs = build(bigeggs), build(keras, dtype="float64")
            values = [tolerances.bfloat16(random.normal(0, 0.5, weight.shape)) for weight in theirs.get_weights()]
            ours.set_weights(values)
            theirs.set_weights([value.astype("float64") for value in values])
            expected = theirs(x.astype("float64")).numpy()
            size = numpy.abs(expected).max()
            half = precision == "bfloat16"
            allowed = 64 * tolerances.UNIT + half * 3 * tolerances.UNIT_BFLOAT16
            why = "sums of few products" + " and three roundings to bfloat16" * half
            ledger.compare(f"Add and Concatenate {precision}, output", ours.predict(x), expected, allowed, why,
                           scale=size)
            gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
            with tensorflow.GradientTape() as tape:
                output = theirs(x.astype("float64"))
            variables = [variable.value for variable in theirs.trainable_variables]
            gradients = tape.gradient(output, variables, gradient.astype("float64"))
            found = testing.backward(ours, x, gradient)
            for name, value in zip(ours.weights.names, gradients, strict=True):
                ledger.compare(f"Add and Concatenate {precision}, gradients", found[name], value.numpy(), allowed, why,
                               name)
