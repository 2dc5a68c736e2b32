"""Makes Tests/BigEggsTests/Fixtures/adam.safetensors: parameters after 1, 2, 10, 50 and 100 steps of Keras's Adam, in
float32 and in float64.

Run from the root of the repository, after `make .build-peers/ready`:

    .build-peers/bin/python Tests/Peers/fixtures_adam.py

The gradients are fixed beforehand, so only the optimizer's own arithmetic is compared. Their sizes
span eight orders of magnitude, some are zero, and the learning rate changes half-way.
"""

import pathlib

import keras
import numpy
from safetensors.numpy import save_file

FIXTURE = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures" / "adam.safetensors"
STEPS, COUNT = 100, 48


def main():
    random = numpy.random.default_rng(7)
    start = random.normal(0, 0.3, COUNT).astype("float32")
    sizes = 10.0 ** random.uniform(-7, 1, COUNT)
    gradients = (random.normal(0.2, 1, (STEPS, COUNT)) * sizes).astype("float32")
    gradients[random.random((STEPS, COUNT)) < 0.05] = 0
    gradients[:, 0] = 0

    results = {"start": start, "gradients": gradients}
    for kind in ("float32", "float64"):
        variable = keras.Variable(start, dtype=kind)
        optimizer = keras.optimizers.Adam(1e-3)
        optimizer.build([variable])
        path = []
        for step in range(STEPS):
            optimizer.learning_rate = 1e-3 if step < STEPS // 2 else 5e-4
            optimizer.apply([keras.ops.convert_to_tensor(gradients[step], dtype=kind)])
            path.append(keras.ops.convert_to_numpy(variable))
        results[kind] = numpy.stack(path)[[0, 1, 9, 49, 99]].astype("float32")
    save_file(results, FIXTURE)


if __name__ == "__main__":
    main()
