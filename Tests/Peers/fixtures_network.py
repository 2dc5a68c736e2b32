"""Makes Tests/BigEggsTests/Fixtures/network.json: loss and gradients of the report's network in Keras, in float64.

It also has the probabilities before and after this forward pass in training mode, which changes the moving statistics.

Run from the root of the repository, after `make .build-peers/ready`:

    .build-peers/bin/python Tests/Peers/fixtures_network.py

The network has no dropout, because Keras draws other masks. Its initial weights are ours, computed here
again: Philox4x32-10 and Glorot's rule as in Sources/BigEggs/Engine/{Philox,Initializer}.swift. Images and
labels come from a formula, so the fixture holds only Keras's results.
"""

import pathlib

import fixture_file
import keras
import numpy
import tensorflow

from keras_network import network

FIXTURE = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures" / "network.json"
SEED, IMAGES, INITIALIZATION = 7, 12, 1


def philox(counter, key):
    """Returns the words `[4, n]` that Philox4x32-10 (Salmon et al., SC 2011) makes of counters `[4, n]` and two words.

    `key` has these two words.
    """
    mask = numpy.uint64(0xFFFFFFFF)
    counter = [word.astype("uint64") for word in counter]
    key = [numpy.uint64(word) for word in key]
    for _ in range(10):
        first, second = counter[0] * numpy.uint64(0xD2511F53), counter[2] * numpy.uint64(0xCD9E8D57)
        counter = [
            (second >> numpy.uint64(32)) ^ counter[1] ^ key[0],
            second & mask,
            (first >> numpy.uint64(32)) ^ counter[3] ^ key[1],
            first & mask,
        ]
        key = [(key[0] + numpy.uint64(0x9E3779B9)) & mask, (key[1] + numpy.uint64(0xBB67AE85)) & mask]
    return numpy.stack(counter)


def glorot(shape, number):
    """Returns the initial values of trainable tensor number `number`, uniform in ±√(6 / (fan in + fan out))."""
    area = int(numpy.prod(shape[:-2]))
    limit = numpy.sqrt(numpy.float32(6) / numpy.float32(area * (shape[-2] + shape[-1])))
    count = int(numpy.prod(shape))
    item = numpy.arange((count + 3) // 4, dtype="uint64")
    same = numpy.ones_like(item)
    counter = [item, 0 * same, number * same, INITIALIZATION * same]
    words = philox(counter, (SEED & 0xFFFFFFFF, SEED >> 32)).T.reshape(-1)[:count]
    uniform = (words >> numpy.uint64(8)).astype("float32") * numpy.float32(2.0**-24)
    return ((uniform * 2 - 1) * limit).reshape(shape)


def scrambled(count):
    """Returns a 32-bit hash of each number from 0 to `count` - 1."""
    return numpy.arange(count, dtype="uint64") * numpy.uint64(2654435761) % numpy.uint64(2**32)


def pixels():
    """Returns images of stripes, whose slope and width vary from image to image, with noise; values are 0 to 252."""
    shape = (IMAGES, 32, 32, 3)
    image, row, column, channel = numpy.indices(shape)
    stripes = row * (image % 4 + 1) + column * (image % 3 * 2 + 1) + 37 * image * channel
    noise = scrambled(numpy.prod(shape)).reshape(shape) >> numpy.uint64(13) & numpy.uint64(63)
    return (stripes % 64 * 3 + noise.astype("int64")).astype("float32")


def main():
    keras.config.set_floatx("float64")
    model = network(dropout=False)
    for number, variable in enumerate(model.trainable_variables):
        if variable.name == "kernel":
            variable.assign(glorot(variable.shape, number))

    images = (pixels() * numpy.float32(1 / 255)).astype("float64")
    labels = numpy.arange(IMAGES) * 7 % 10

    before = keras.ops.softmax(model(images, training=False))
    with tensorflow.GradientTape() as tape:
        logits = model(images, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        loss = keras.ops.mean(losses)
    gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    after = keras.ops.softmax(model(images, training=False))

    tensors = []
    for variable, gradient in zip(model.trainable_variables, gradients):
        gradient = keras.ops.convert_to_numpy(gradient).reshape(-1)
        signs = numpy.where(scrambled(gradient.size) >> numpy.uint64(16) & numpy.uint64(1), 1.0, -1.0)
        tensors.append(
            {
                "name": variable.path.removeprefix("sequential/"),
                "norm": float(numpy.linalg.norm(gradient)),
                "projection": float(gradient @ signs),
            })
    fixture = {
        "keras": keras.__version__,
        "seed": SEED,
        "images": IMAGES,
        "parameters": {
            "all": model.count_params(),
            "trainable": sum(int(numpy.prod(variable.shape)) for variable in model.trainable_variables),
        },
        "loss": float(loss),
        "gradients": tensors,
        "probabilities": {
            "before": numpy.asarray(before).reshape(-1).tolist(),
            "after": numpy.asarray(after).reshape(-1).tolist(),
        },
    }
    fixture_file.write(FIXTURE, fixture)


if __name__ == "__main__":
    main()
