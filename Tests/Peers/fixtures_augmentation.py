"""Makes Tests/BigEggsTests/Fixtures/augmentation.{json,safetensors}: images that Keras transformed.

Run from the root of the repository, after `make .build-peers/ready`:

    .build-peers/bin/python Tests/Peers/fixtures_augmentation.py

The transformations run through Keras's own `ImageDataGenerator.apply_transform` on float32 images, so
SciPy interpolates in float64 and rounds once.
"""

import json
import pathlib

import keras
import numpy
import scipy
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from safetensors.numpy import save_file

FIXTURES = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures"
SHAPES = [(8, 8, 3), (32, 32, 3), (6, 11, 3), (19, 7, 3), (9, 5, 1), (4, 6, 4), (1, 7, 3), (2, 2, 3)]
MODES = ["nearest", "constant", "reflect", "wrap"]


def drawn(random, strength):
    """Draws a transformation: angles in degrees, shifts in pixels, and zoom factors.

    Strength 1 draws as in training. A greater strength multiplies angles and shifts, and widens the range of zooms.
    """
    return {
        "theta": random.uniform(-15, 15) * strength,
        "tx": random.uniform(-3.2, 3.2) * strength,
        "ty": random.uniform(-3.2, 3.2) * strength,
        "shear": random.uniform(-10, 10) * strength,
        "zx": random.uniform(0.9, 1.1) * (1 if strength == 1 else random.uniform(0.5, 3)),
        "zy": random.uniform(0.9, 1.1) * (1 if strength == 1 else random.uniform(0.5, 3)),
        "flip_horizontal": bool(random.random() < 0.3),
        "flip_vertical": bool(random.random() < 0.3),
    }


def main():
    random = numpy.random.default_rng(7)
    tensors, cases = {}, []
    for shape in SHAPES:
        name = "image/" + "x".join(map(str, shape))
        image = random.integers(0, 256, shape).astype("float32")
        tensors[name] = image
        alone = [{"theta": 15.0}, {"tx": 2.0}, {"ty": -1.25}, {"shear": 12.0}, {"zx": 0.9, "zy": 1.1}]
        if shape[0] == 8:
            alone += [{"theta": angle} for angle in (90.0, 180.0, -90.0, 45.0)]
        small = shape[0] < 32
        for mode in MODES:
            chosen = [drawn(random, 1), drawn(random, 8)] + ([drawn(random, 1), *alone] if small else [])
            for parameters in chosen:
                cval = 40.5 if mode == "constant" else 0.0
                generator = ImageDataGenerator(fill_mode=mode, cval=cval, data_format="channels_last")
                expected = f"expected/{len(cases)}"
                tensors[expected] = numpy.ascontiguousarray(generator.apply_transform(image, parameters))
                cases.append(
                    {"image": name, "expected": expected, "fillMode": mode, "cval": cval, **parameters})
    save_file(tensors, FIXTURES / "augmentation.safetensors")
    versions = {"keras": keras.__version__, "scipy": scipy.__version__, "numpy": numpy.__version__}
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    (FIXTURES / "augmentation.json").write_text(
        f'{{"madeWith": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
