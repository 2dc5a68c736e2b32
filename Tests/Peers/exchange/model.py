"""The report's network with trained weights, and images for it."""

import os
import pathlib

# Uses the data set that is there, or the stand-in: nothing is downloaded.
os.environ.setdefault("BIGEGGS_OFFLINE", "1")

import bigeggs
from bigeggs_network import network

ROOT = pathlib.Path(__file__).parents[3]
IMAGES = 1000


def images():
    """The first test images, bytes `[1000, 32, 32, 3]`, and the data set."""
    data = bigeggs.Dataset.open("auto")
    return data.images("test")[:IMAGES], data


def trained(data):
    """Our network with the weights of the committed report; if there are none, after a short training."""
    model = network(seed=7)
    weights = ROOT / "report/weights/augmented.safetensors"
    if weights.exists():
        model.load_weights(weights)
        return model, f"{weights.relative_to(ROOT)}"
    model.compile()
    model.fit(data.images("train")[:2560], data.labels("train")[:2560], batch_size=128, epochs=2, verbose=0)
    return model, "a training of 40 steps"
