"""Makes Tests/BigEggsTests/Fixtures/losses.json: on fixed logits, Keras's cross-entropy with smoothed labels, the
gradient of this loss, summed over the images, and Keras's top-k accuracy.

Run from the root of the repository, after `make .build-peers/ready`:

    .build-peers/bin/python Tests/Peers/fixtures_losses.py

The logits are whole numbers from 0 to 255, multiplied by a scale, with ties among them.
"""

import json
import pathlib

import keras
import numpy
import tensorflow

FIXTURE = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures" / "losses.json"
COUNT, CLASSES, SCALE = 25, 6, 0.03125


def smoothed(logits, labels, smoothing):
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    targets = tensorflow.one_hot(labels, CLASSES, dtype="float64")
    variable = tensorflow.Variable(logits, dtype="float64")
    with tensorflow.GradientTape() as tape:
        value = loss(targets, variable)
    gradient = tape.gradient(value, variable).numpy().sum(axis=0)
    return {"label_smoothing": smoothing, "loss": float(value), "gradient": gradient.tolist()}


def top(logits, labels, k):
    metric = keras.metrics.SparseTopKCategoricalAccuracy(k=k)
    metric.update_state(labels, keras.ops.softmax(logits.astype("float32")))
    return {"k": k, "accuracy": float(metric.result())}


def main():
    keras.config.set_floatx("float64")
    random = numpy.random.default_rng(3)
    whole = random.choice([0, 32, 64, 65, 100, 160, 255], (COUNT, CLASSES))
    labels = random.integers(0, CLASSES, COUNT)
    logits = whole * SCALE
    fixture = {
        "keras": keras.__version__,
        "scale": SCALE,
        "logits": whole.tolist(),
        "labels": labels.tolist(),
        "smoothed": [smoothed(logits, labels, smoothing) for smoothing in (0.0, 0.1, 0.35, 1.0)],
        "top_k": [top(logits, labels, k) for k in (1, 2, 3, 5, 6)],
    }
    FIXTURE.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
