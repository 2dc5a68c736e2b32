"""The report's network in Keras."""

import keras


def network(dropout: bool = True, rescale: float | None = None, dtype: str | None = None) -> keras.Sequential:
    """Returns the network, from images `[batch, 32, 32, 3]` to logits `[batch, 10]`.

    If `rescale` is given, the first layer multiplies the pixels by it. `dtype` is that of the images.
    """
    layers = [keras.Input((32, 32, 3), dtype=dtype)]
    if rescale is not None:
        layers.append(keras.layers.Rescaling(rescale))
    for filters in (32, 64, 128):
        for _ in range(2):
            layers.append(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
            layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.MaxPooling2D())
    layers.append(keras.layers.Flatten())
    for units in (512, 1024):
        layers.append(keras.layers.Dense(units, activation="relu"))
        layers.append(keras.layers.BatchNormalization())
    if dropout:
        layers.append(keras.layers.Dropout(0.5))
    # Under mixed precision the logits and their loss stay in float32, as in Keras's guide.
    layers.append(keras.layers.Dense(10, dtype="float32" if "mixed" in keras.config.dtype_policy().name else None))
    return keras.Sequential(layers)
