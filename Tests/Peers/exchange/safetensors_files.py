"""Exchanges files of weights with the safetensors package."""

import bigeggs
import bigeggs_network
import numpy
import safetensors
from safetensors.numpy import load_file, save_file


def both_ways(ledger, directory, model):
    """Checks that safetensors.numpy reads our weights, and that we read those that it writes."""
    path = directory / "ours.safetensors"
    model.save(path)
    found, ours = load_file(path), dict(model.weights)
    ledger.same("safetensors finds our names", sorted(found), sorted(ours))
    for name, weight in ours.items():
        ledger.same("safetensors finds our shapes and values", same(found[name], weight), True, name)
    with safetensors.safe_open(path, "numpy") as file:
        ledger.same("safetensors finds our layers in the metadata", list(file.metadata()), ["bigeggs_model"])

    random = numpy.random.default_rng(11)
    given = {name: numpy.abs(random.normal(size=weight.shape)).astype("float32") for name, weight in ours.items()}
    for metadata in (None, {"format": "np", "note": "é"}):
        save_file(given, directory / "theirs.safetensors", metadata)
        fresh = bigeggs_network.network(seed=99)
        fresh.load_weights(directory / "theirs.safetensors")
        for name, weight in fresh.weights.items():
            ledger.same("we find what safetensors wrote", same(weight, given[name]), True, name)
        for name, weight in bigeggs.Weights.open(directory / "theirs.safetensors").items():
            ledger.same("bigeggs.Weights finds it too", same(weight, given[name]), True, name)


def same(left, right):
    """Returns whether two arrays are the same, bit for bit."""
    return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
