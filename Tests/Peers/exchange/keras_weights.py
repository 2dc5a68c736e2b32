"""Exchanges weights with Keras by their names: the second part of `make exchange`.

safetensors.numpy reads and writes the files on Keras's side.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import pathlib
import sys
import tempfile

import bigeggs_network
import keras
import numpy
from safetensors.numpy import load_file, save_file

from exchange.model import images, trained
from keras_network import network
from parity.ledger import Ledger

WHY = "1e-4, ten times what sums of 2,048 float32 in another order come to"


def name(variable):
    """Returns a variable's name in the file, which lacks the model's name."""
    return variable.path.split("/", 1)[1]


def main():
    ledger, (pixels, data) = Ledger(), images()
    model, origin = trained(data)
    print(f"Keras {keras.__version__}, the report's network after {origin}, {data.name}", file=sys.stderr, flush=True)
    keras.utils.set_random_seed(5)
    theirs = keras.Sequential([network(), keras.layers.Softmax()])
    inner = theirs.layers[0]
    x = pixels.astype("float32") / 255

    def predictions():
        return theirs.predict(x, batch_size=128, verbose=0)

    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "weights.safetensors"
        model.save_weights(path)
        found = load_file(path)
        ledger.same("names and order of the weights are Keras's", model.weights.names, list(map(name, inner.weights)))
        inner.set_weights([found[name(variable)] for variable in inner.weights])
        ledger.record("Keras with our weights: probabilities of 1,000 test images",
                      numpy.abs(predictions() - model.predict(pixels)).max(), 1e-4, WHY)

        random = numpy.random.default_rng(3)
        for variable in inner.weights:
            if name(variable).endswith(("gamma", "moving_variance")):
                variable.assign(random.uniform(0.5, 1.5, variable.shape))
            elif name(variable).endswith(("bias", "beta", "moving_mean")):
                variable.assign(random.normal(0, 0.2, variable.shape))
        save_file({name(variable): variable.numpy() for variable in inner.weights}, path)
        ours = bigeggs_network.network(seed=99)
        ours.load_weights(path)
        ledger.record("we with Keras's weights: probabilities of 1,000 test images",
                      numpy.abs(predictions() - ours.predict(pixels)).max(), 1e-4, WHY)
    ledger.print_new(explain=False)
    return bool(ledger.failed)


if __name__ == "__main__":
    sys.exit(main())
