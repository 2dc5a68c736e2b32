"""The report's network in BigEggs for Python."""

import bigeggs
from bigeggs import layers


def network(classes=10, input_shape=(32, 32, 3), rescale=1 / 255, **options) -> bigeggs.Sequential:
    """Returns the network, from images `[batch, height, width, 3]` to probabilities `[batch, classes]`.

    Its first layer multiplies the pixels by `rescale`. `options` are those of `Sequential`.
    """
    stack = [layers.Input(input_shape), layers.Rescaling(rescale)]
    for filters in (32, 64, 128):
        for _ in range(2):
            stack += [layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.BatchNormalization()]
        stack.append(layers.MaxPooling2D())
    stack.append(layers.Flatten())
    for units in (512, 1024):
        stack += [layers.Dense(units, activation="relu"), layers.BatchNormalization()]
    stack += [layers.Dropout(0.5), layers.Dense(classes, activation="softmax")]
    return bigeggs.Sequential(stack, **options)
