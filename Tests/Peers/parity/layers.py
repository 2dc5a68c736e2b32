"""Every layer, forward and backward, in training and in inference mode, against Keras in float64."""

import pathlib

import keras
import numpy
import tensorflow

from parity import tolerances
from parity.pair import Pair

#: A ReLU or a maximum decides by the sign of a difference: where float64 says that it is closer to zero than
#: this share of the greatest value, float32 may decide otherwise, so no gradient is sent through there.
UNDECIDED = 1e-4


def images(random, batch, shape):
    """Random images of bfloat16 numbers."""
    return tolerances.bfloat16(random.normal(0, 1, (batch, *shape)))


def compare(ledger, label, pair, x, allowed, random, decided=None, case="", training=True):
    """Output and gradients of a pair whose first layer hands its inputs on.

    `allowed` are the tolerances of "output", "weights" (gradients) and "input" (gradient); `decided` says
    where of the output a gradient may be sent through.
    """
    modes = (False, True) if training else (False,)
    for mode in modes:
        expected = pair.reference(x, training=mode)
        name = f"{label}, {'training' if mode else 'inference'}"
        ledger.compare(name, pair.forward(x, training=mode), expected, *allowed["output"], case)
    gradient = tolerances.bfloat16(random.normal(0, 1, expected.shape))
    if decided is not None:
        gradient = gradient * decided
    # A gradient is a sum over positions, and a single one may happen to be near zero: its size otherwise.
    usual = numpy.sqrt(gradient.size / gradient.shape[-1])
    theirs = pair.reference_gradients(x, gradient)
    ours = pair.gradients(x, gradient)
    for number, (name, expected) in enumerate(theirs.items()):
        if number == 0:
            ledger.compare(f"{label}, gradient of its input", ours[name], expected, *allowed["input"], case)
        elif number > 1:
            ledger.compare(
                f"{label}, gradients of its weights", ours[name], expected, *allowed["weights"], f"{case} {name}",
                max(usual, numpy.abs(expected).max()))


def decided_signs(pair, x, undecided=UNDECIDED):
    """Where the last layer's ReLU has an argument that is clearly not zero."""
    layer = pair.theirs.layers[-1]
    activation, layer.activation = layer.activation, keras.activations.linear
    values = pair.reference(x)
    layer.activation = activation
    return numpy.abs(values) > undecided * numpy.abs(values).max()


def precisions(direct, half_weights=None):
    """Tolerances in float32 and in bfloat16."""
    rounded = {
        "output": tolerances.ROUNDED, "input": tolerances.ROUNDED_BEFORE, "weights": half_weights or direct}
    return {"float32": {"output": direct, "input": direct, "weights": direct}, "bfloat16": rounded}


def convolutions(ledger, random, cases):
    """Conv2D by each algorithm, direct and where there is one Winograd's, in both precisions."""
    terms = 5 * 5 * 64
    winograds = {"float32": 0, "bfloat16": 0}
    for number in range(cases):
        eligible = number % 2 == 0
        # Winograd's in bfloat16 wants channels in whole blocks on both sides, and keeps the image's size.
        blocked = number % 4 == 0
        channels = int(random.choice(
            [32, 64, 96] if blocked else [32, 33, 48, 64] if eligible else [1, 3, 5, 16, 17, 31, 33]))
        kernel, strides = (3, 1) if eligible else (int(random.choice([1, 2, 3, 5])), int(random.choice([1, 2])))
        shape = (int(random.integers(5, 15)), int(random.integers(5, 15)), int(random.choice([5, 8])))
        given = {
            "filters": int(random.choice([32, 64, 96] if blocked else [1, 7, 16, 31, 32, 33, 64])),
            "kernel_size": kernel, "strides": strides,
            "padding": "same" if blocked else str(random.choice(["same", "valid"])),
            "activation": random.choice([None, "relu"]),
        }
        layers = [("Conv2D", {"filters": channels, "kernel_size": 1}), ("Conv2D", given)]
        x = images(random, int(random.choice([1, 2, 3, 5, 7])), shape)
        case = f"{x.shape} {channels} channels {given}"
        weights = None
        outputs = {}
        for label, precision, convolution in (
            ("float32 direct", "float32", "direct"), ("float32", "float32", "automatic"),
            ("bfloat16 direct", "bfloat16", "direct"), ("bfloat16", "bfloat16", "automatic"),
        ):
            if label == "float32" and not eligible or label == "bfloat16" and not blocked:
                continue
            pair = Pair(layers, shape, random, precision, convolution)
            weights = weights or pair.ours.get_weights()
            pair.set_weights(weights)
            # The gradient of a kernel sums over all positions of all images.
            kind = tolerances.winograd(terms) if label == "float32" else tolerances.sums(terms)
            allowed = tolerances.WINOGRAD_BFLOAT16 if label == "bfloat16" else precisions(kind)[precision]
            # What an output may be off by decides its sign where it is smaller.
            undecided = allowed["output"][0] if label == "bfloat16" else UNDECIDED
            decided = decided_signs(pair, x, undecided) if given["activation"] else None
            outputs[label] = pair.forward(x, training=True)
            name = f"Conv2D {label}" if "direct" in label else f"Conv2D {label} Winograd"
            compare(ledger, name, pair, x, allowed, random, decided, case)
        for precision in winograds:
            if precision in outputs:
                winograds[precision] += not numpy.array_equal(outputs[precision], outputs[f"{precision} direct"])
    features = pathlib.Path("/proc/cpuinfo").read_text().split()
    for precision, taken in winograds.items():
        if precision == "bfloat16" and ("avx512_bf16" not in features or "amx_bf16" in features):
            continue  # the rule leaves it to oneDNN there
        ledger.record(f"Conv2D {precision}: Winograd's algorithm was taken", float(taken == 0), 0.0,
                      "its results differ from a direct convolution's somewhere, or it was not compared")


def dense(ledger, random, cases):
    """Dense with and without ReLU."""
    allowed = precisions(tolerances.sums(600))
    for _ in range(cases):
        features, middle = int(random.integers(5, 40)), int(random.choice([1, 5, 33, 64, 127, 600]))
        given = {"units": int(random.choice([1, 3, 10, 17, 64, 129])), "activation": random.choice([None, "relu"])}
        x = images(random, int(random.choice([1, 2, 3, 7, 13])), (features,))
        for precision in allowed:
            pair = Pair([("Dense", {"units": middle}), ("Dense", given)], (features,), random, precision)
            decided = decided_signs(pair, x) if given["activation"] else None
            compare(ledger, f"Dense {precision}", pair, x, allowed[precision], random, decided,
                    f"{x.shape} {middle} {given}")


def batch_normalization(ledger, random, cases):
    """BatchNormalization of images and of vectors; training and inference differ in their statistics."""
    # A variance sums up squares of all positions of a channel; the gradient of the input subtracts two means.
    allowed = precisions(tolerances.sums(7 * 81 * 4))
    for number in range(cases):
        channels = int(random.choice([1, 3, 16, 17, 33, 64]))
        given = {"momentum": float(random.choice([0.9, 0.99])), "epsilon": float(random.choice([1e-3, 1e-5]))}
        batch = int(random.choice([3, 5, 7, 13]))
        if number % 3 == 0:
            shape, front = (int(random.integers(8, 20)),), ("Dense", {"units": channels})
            batch = int(random.choice([7, 13, 31]))
        else:
            size = random.integers(3, 10, 2)
            # Not one channel alone: the gradient of a normalized value is at right angles to the value.
            shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
            front = ("Conv2D", {"filters": channels, "kernel_size": 1})
        x = images(random, batch, shape)
        for precision in allowed:
            pair = Pair([front, ("BatchNormalization", given)], shape, random, precision)
            compare(ledger, f"BatchNormalization {precision}", pair, x, allowed[precision], random,
                    case=f"{x.shape} {channels} {given}")


def decided_maxima(values, given):
    """Where the greatest value of a window is clearly greater than the next."""
    values = values - values.min() + 1
    pool, stride = given["pool_size"], given["strides"] or given["pool_size"]
    patches = tensorflow.image.extract_patches(
        values, [1, pool, pool, 1], [1, stride, stride, 1], [1, 1, 1, 1], given["padding"].upper()).numpy()
    windows = numpy.sort(patches.reshape(*patches.shape[:3], pool * pool, values.shape[-1]), axis=3)
    return windows[:, :, :, -1] - windows[:, :, :, -2] > UNDECIDED * values.max()


def max_pooling(ledger, random, cases):
    """MaxPooling2D: its output is one of its inputs, so nothing is rounded."""
    sums, rounded = tolerances.sums(700), tolerances.ROUNDED_BEFORE
    for _ in range(cases):
        size = random.integers(4, 14, 2)
        shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
        pool = int(random.choice([2, 3]))
        given = {
            "pool_size": pool, "strides": [None, 1, 2, 3][int(random.integers(4))],
            "padding": str(random.choice(["valid", "same"])),
        }
        x = images(random, int(random.choice([1, 3, 5])), shape)
        for precision, gradient in (("float32", sums), ("bfloat16", rounded)):
            front = ("Conv2D", {"filters": int(random.choice([1, 5, 16, 17])), "kernel_size": 1})
            pair = Pair([front, ("MaxPooling2D", given)], shape, random, precision)
            before = keras.Sequential(pair.theirs.layers[:1])(x.astype("float64")).numpy()
            allowed = {"output": tolerances.EXACT, "input": gradient, "weights": gradient}
            compare(ledger, f"MaxPooling2D {precision}", pair, x, allowed, random,
                    decided_maxima(before, given), f"{x.shape} {given}")


def flatten_and_activation(ledger, random, cases):
    """Flatten keeps Keras's order of rows, columns and channels; ReLU and softmax as layers of their own."""
    for _ in range(cases):
        size = random.integers(1, 8, 2)
        shape = (int(size[0]), int(size[1]), int(random.choice([5, 8])))
        channels = int(random.choice([1, 3, 16, 17]))
        x = images(random, int(random.choice([1, 3, 5])), shape)
        front = ("Conv2D", {"filters": channels, "kernel_size": 1})
        for precision in ("float32", "bfloat16"):
            pair = Pair([front, ("Flatten", {})], shape, random, precision)
            gradient = tolerances.sums(320) if precision == "float32" else tolerances.ROUNDED_BEFORE
            allowed = {"output": tolerances.EXACT, "input": gradient, "weights": gradient}
            compare(ledger, f"Flatten {precision}", pair, x, allowed, random, case=str(x.shape))

            pair = Pair([front, ("Activation", {"activation": "relu"})], shape, random, precision)
            before = keras.Sequential(pair.theirs.layers[:1])(x.astype("float64")).numpy()
            compare(ledger, f"Activation relu {precision}", pair, x, allowed, random, before != 0, str(x.shape))

        classes = int(random.choice([2, 3, 10, 17]))
        vectors = images(random, int(random.choice([1, 3, 7])), (classes,)) * 10
        pair = Pair([("Dense", {"units": classes, "activation": "softmax"})], (classes,), random)
        ledger.compare(
            "Dense with softmax, inference", pair.forward(vectors), pair.reference(vectors), 60 * 8 * tolerances.UNIT,
            "logits up to 60 carry 8 roundings each, and the exponential turns them into relative errors")


def dropout(ledger, random, cases):
    """Dropout: identity in inference; in training each value is dropped or scaled, in both passes alike."""
    for _ in range(cases):
        rate, width = float(random.choice([0.1, 0.25, 0.5, 0.8])), int(random.choice([33, 200, 1024]))
        batch = int(random.choice([3, 17, 65]))
        x = numpy.abs(images(random, batch, (5,))) + numpy.float32(0.5)
        pair = Pair([("Dense", {"units": width}), ("Dropout", {"rate": rate})], (5,), random)
        before = pair.reference(x)
        ledger.compare("Dropout, inference", pair.forward(x), before, *tolerances.EXACT)
        after = pair.forward(x, training=True, step=3)
        kept = after != 0
        scaled = numpy.where(kept, before / (1 - rate), 0)
        ledger.compare("Dropout, values kept and scaled", after, scaled, 4 * tolerances.UNIT,
                       "1 - rate, its reciprocal and the product are each rounded")
        spread = numpy.sqrt(rate * (1 - rate) / kept.size)
        ledger.record("Dropout, share of values dropped, in standard errors", abs(1 - kept.mean() - rate) / spread,
                      6, "a binomial share: beyond 6 standard errors once in 500 million cases")
        ledger.compare("Dropout, the same mask for the same step",
                       pair.forward(x, training=True, step=3), after, *tolerances.EXACT)
        ledger.record("Dropout, another mask for another step",
                      float(numpy.array_equal(pair.forward(x, training=True, step=4), after)), 0.0,
                      "some of at least 99 values differ")
        gradient = random.normal(0, 1, before.shape).astype("float32")
        expected = x.astype("float64").T @ (gradient * kept / (1 - rate))
        name = pair.trainable_names[0]
        ledger.compare("Dropout, gradient of its input", pair.gradients(x, gradient, step=3)[name], expected,
                       *tolerances.sums(65))
