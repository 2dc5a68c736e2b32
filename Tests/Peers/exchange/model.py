"""Makes the report's network with trained weights, and opens images for it."""

import os
import pathlib

# Nothing is downloaded: a data set on this machine is used, or the stand-in.
os.environ.setdefault("BIGEGGS_OFFLINE", "1")

import bigeggs
from bigeggs_network import network

ROOT = pathlib.Path(__file__).parents[3]
IMAGES = 1000


def images():
    """Returns the first test images, bytes `[1000, 32, 32, 3]`, and the data set."""
    data = bigeggs.Dataset.open("auto")
    return data.images("test")[:IMAGES], data


def trained(data):
    """Returns our network and the origin of its weights.

    They are those of the committed report or, if there are none, of a short training.
    """
    model = network(seed=7)
    weights = ROOT / "report/weights/augmented.safetensors"
    if weights.exists():
        model.load_weights(weights)
        return model, f"{weights.relative_to(ROOT)}"
    model.compile()
    model.fit(data.images("train")[:2560], data.labels("train")[:2560], batch_size=128, epochs=2, verbose=0)
    return model, "a training of 40 steps"
