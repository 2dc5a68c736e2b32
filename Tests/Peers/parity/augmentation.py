"""Compares ImageDataGenerator with Keras's: the image after a transformation, and how parameters are distributed."""

import itertools

import bigeggs
import numpy
import scipy.stats
from keras.src.legacy.preprocessing.image import ImageDataGenerator

from parity import tolerances

KEYS = ("theta", "tx", "ty", "shear", "zx", "zy")
MODES = ("nearest", "constant", "reflect", "wrap")


def parameters(random, strength, size):
    """Draws a transformation as in training (strength 1), a far stronger one, or one of a single kind (strength 0).

    Angles are in degrees, shifts in pixels. `size` is the image's height in pixels.
    """
    if strength == 0:
        kind = random.choice(["theta", "tx", "ty", "shear", "zoom", "flip_horizontal", "flip_vertical"])
        if kind.startswith("flip"):
            return {str(kind): True}
        if kind == "zoom":
            return {"zx": float(random.uniform(0.5, 2)), "zy": float(random.uniform(0.5, 2))}
        return {str(kind): float(random.uniform(-20, 20) if kind in ("theta", "shear") else random.uniform(-4, 4))}
    zoom = (0.9, 1.1) if strength == 1 else (0.3, 3)
    return {
        "theta": float(random.uniform(-15, 15) * strength), "tx": float(random.uniform(-0.1, 0.1) * size * strength),
        "ty": float(random.uniform(-0.1, 0.1) * size * strength), "shear": float(random.uniform(-10, 10) * strength),
        "zx": float(random.uniform(*zoom)), "zy": float(random.uniform(*zoom)),
        "flip_horizontal": bool(random.random() < 0.3), "flip_vertical": bool(random.random() < 0.3),
    }


def transforms(ledger, random, cases):
    """Compares apply_transform: rotation, shifts, shear, zoom and flips, in every fill mode, for many image shapes."""
    for number in range(cases):
        mode = MODES[number % 4]
        cval = float(random.integers(0, 256)) if mode == "constant" else 0.0
        shape = [(32, 32, 3), (int(random.integers(2, 24)), int(random.integers(2, 24)), int(random.choice([1, 3, 4])))]
        shape = shape[int(random.random() < 0.5)]
        image = random.integers(0, 256, shape, dtype="uint8")
        given = parameters(random, int(random.choice([0, 1, 1, 8])), shape[0])
        theirs = ImageDataGenerator(fill_mode=mode, cval=cval, data_format="channels_last")
        expected = theirs.apply_transform(image.astype("float32"), given)
        ours = bigeggs.ImageDataGenerator(fill_mode=mode, cval=cval).apply_transform(image, given)
        ledger.compare(
            f"apply_transform, fill mode {mode}", ours, expected, 6 * tolerances.UNIT,
            "both compute coordinates in float64; each of three interpolations in float32 rounds twice",
            f"{shape} {given}", 255)


def flips(ledger, random, cases):
    """Checks that flips only move bytes."""
    for _ in range(cases):
        image = random.integers(0, 256, (int(random.integers(1, 9)), int(random.integers(1, 9)), 3), dtype="uint8")
        generator = bigeggs.ImageDataGenerator()
        for key, axis in (("flip_horizontal", 1), ("flip_vertical", 0)):
            ledger.compare(f"{key} alone", generator.apply_transform(image, {key: True}), numpy.flip(image, axis),
                           0.0, "bytes are moved, nothing is computed", str(image.shape), 255)


def drawn(ledger, random, cases):
    """Checks the ranges, means and independence of drawn parameters, and compares their distribution with Keras's."""
    settings = {
        "rotation_range": 15, "width_shift_range": 0.1, "height_shift_range": 0.2, "shear_range": 10,
        "zoom_range": 0.1, "horizontal_flip": True, "vertical_flip": True,
    }
    shape = (32, 24, 3)
    ours = bigeggs.ImageDataGenerator(**settings)
    theirs = ImageDataGenerator(**settings, data_format="channels_last")
    seed = int(random.integers(1 << 40))
    samples = [
        ours.get_random_transform(shape, seed=seed, epoch=number // 1000, sample=number % 1000)
        for number in range(cases)]
    numpy.random.seed(int(random.integers(1 << 31)))
    expected = [theirs.get_random_transform(shape) for _ in range(cases)]

    # `apply_transform` moves by tx along the width, but Keras draws tx from the height's range. We draw tx from the
    # width's range, so Keras's tx and ty are swapped here.
    limits = {"theta": (-15, 15), "tx": (-2.4, 2.4), "ty": (-6.4, 6.4), "shear": (-10, 10), "zx": (0.9, 1.1),
              "zy": (0.9, 1.1)}
    theirs_name = {"tx": "ty", "ty": "tx"}
    columns = {key: numpy.array([sample[key] for sample in samples], "float64") for key in KEYS}
    for key, (low, high) in limits.items():
        values, others = columns[key], numpy.array([sample[theirs_name.get(key, key)] for sample in expected])
        beyond = max(low - values.min(), values.max() - high, 0) / (high - low)
        ledger.record("drawn parameters, beyond their range", beyond, 1e-6, "the bounds in float32", key)
        empty = max(values.min() - low, high - values.max()) / (high - low)
        ledger.record("drawn parameters, part of the range never drawn", empty, 20 / cases,
                      "uniform draws leave a larger part at an end of the range once in e²⁰ cases", key)
        error = abs(values.mean() - (low + high) / 2) / ((high - low) / numpy.sqrt(12 * cases))
        ledger.record("drawn parameters, mean, in standard errors", error, 6,
                      "by chance beyond 6 standard errors once in 500 million cases", key)
        surprise = -numpy.log10(max(scipy.stats.ks_2samp(values, others).pvalue, 1e-300))
        ledger.record("drawn parameters beside Keras's, Kolmogorov and Smirnov's -log10 p", surprise, 7,
                      "p below 10⁻⁷ by chance once in ten million", key)
    columns |= {key: numpy.array([sample[key] for sample in samples], "float64")
                for key in ("flip_horizontal", "flip_vertical")}
    for key in ("flip_horizontal", "flip_vertical"):
        ledger.record("drawn flips, share, in standard errors",
                      abs(columns[key].mean() - 0.5) * 2 * numpy.sqrt(cases), 6,
                      "by chance beyond 6 standard errors once in 500 million cases", key)
    for one, other in itertools.combinations(columns, 2):
        error = abs(numpy.corrcoef(columns[one], columns[other])[0, 1]) * numpy.sqrt(cases)
        ledger.record("drawn parameters, correlation of two, in standard errors", error, 6,
                      "by chance beyond 6 standard errors once in 500 million cases", f"{one} and {other}")
    for key, values in columns.items():
        for distance, what in ((1, "samples"), (1000, "epochs")):
            error = abs(numpy.corrcoef(values[distance:], values[:-distance])[0, 1]) * numpy.sqrt(cases - distance)
            ledger.record(f"drawn parameters, correlation of neighbouring {what}, in standard errors", error, 6,
                          "by chance beyond 6 standard errors once in 500 million cases", key)
