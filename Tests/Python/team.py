"""Runs a task of the tests in the processes of a launcher: `team.py OUT TASK [argument …]`.

Process 0, or the only process, writes the result to OUT, an npz file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import bigeggs  # noqa: E402
from bigeggs import layers, testing  # noqa: E402
from bigeggs.optimizers import SGD, Adam  # noqa: E402


def images(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Makes images of 12×12 pixels in four classes that can be told apart; returns them with their labels."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 4, count)
    x = random.normal(100, 40, (count, 12, 12, 3)) + 30 * y[:, None, None, None] * (np.arange(12) % 4 == 1)[:, None]
    return np.clip(x, 0, 255).astype(np.uint8), y


def network(dropout: float = 0.5, batch: int = 32) -> bigeggs.Sequential:
    """Makes a network with every kind of layer for which the division of a batch matters.

    For batches of at most 8 images the network has no batch normalization of vectors. This layer would map two vectors
    to +1 and -1, however close they are, and its gradient would be only rounding errors.
    """
    normalized = [layers.BatchNormalization()] * (batch > 8)
    return bigeggs.Sequential([
        layers.Rescaling(1 / 255),
        layers.Conv2D(20, 3, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.Conv2D(24, 3, padding="same"), layers.MaxPooling2D(), layers.BatchNormalization(),
        layers.Activation("gelu"), layers.LayerNormalization(), layers.SpatialDropout2D(0.1),
        layers.Flatten(), layers.Dense(32, activation="relu", kernel_regularizer="l2"), *normalized,
        layers.Dropout(dropout), layers.GaussianNoise(0.1), layers.Dense(4, activation="softmax"),
    ], seed=5)


class Losses(bigeggs.callbacks.Callback):
    """The loss of each step."""

    def __init__(self) -> None:
        self.sums: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None
        self.sums.append(logs["loss"] * (batch + 1))

    def losses(self) -> np.ndarray:
        """Computes each step's loss from the running means of one epoch."""
        return np.diff(np.array([0, *self.sums]))


def gradients(world: bigeggs.Communicator, count: str) -> dict[str, np.ndarray]:
    """Returns the gradients of one step on `count` images, from SGD's first velocity, which is minus the gradient."""
    x, y = images(int(count))
    model = network(batch=len(x))
    model.compile(optimizer=SGD(1.0, momentum=0.9), loss="sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=len(x), epochs=1, shuffle=False, verbose=0, communicator=world)
    return {name.replace("/", "."): -value for name, value in testing.optimizer_state(model)[1].items()}


def training(world: bigeggs.Communicator, steps: str) -> dict[str, np.ndarray]:
    """Trains an epoch of `steps` batches of 32 transformed images, the last batch smaller; evaluates and predicts."""
    x, y = images(32 * int(steps) - 9)
    generator = bigeggs.ImageDataGenerator(rotation_range=10, horizontal_flip=True)
    model = network(dropout=0.2)
    model.compile(optimizer=Adam(1e-3), loss="sparse_categorical_crossentropy")
    losses = Losses()
    history = model.fit(
        generator.flow(x, y, batch_size=32), validation_data=images(203, 2), epochs=1, verbose=0, callbacks=[losses],
        communicator=world,
    )
    assert list(history.history) and len(history.epoch) == 1
    results = {
        "losses": losses.losses(), "val_loss": np.array(history.history["val_loss"]),
        "predictions": model.predict(images(64, 3)[0]), "shared": model.predict(images(64, 3)[0], communicator=world),
        "evaluation": np.array(model.evaluate(*images(77, 4), verbose=0)),
        "shared evaluation": np.array(model.evaluate(*images(77, 4), batch_size=20, verbose=0, communicator=world)),
    }
    further = model.fit(x, y, initial_epoch=4, epochs=5, verbose=0, communicator=world)
    assert further.epoch == [4], "numbered from the first epoch of this call"
    return results


def branched(precision: str) -> bigeggs.Model:
    """Makes a network with every kind of pass whose computation depends on the number of samples.

    Such a pass sums over a batch, or has a oneDNN primitive for a number of samples.
    """
    seen = layers.Input((12, 12, 3))
    stem = layers.Conv2D(16, 2, kernel_trainable=False)(layers.Rescaling(1 / 255)(seen))
    wide = layers.Conv2D(32, 3, padding="same", use_bias=False)(layers.Activation("gelu")(stem))
    wide = layers.Activation("relu")(layers.BatchNormalization()(layers.MaxPooling2D()(wide)))
    deep = layers.SeparableConv2D(32, 3, padding="same")(wide)
    deep = layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same", activation="relu")(deep))
    joined = layers.LayerNormalization()(layers.Add()([wide, deep]))
    pooled = layers.Conv2D(32, 3, padding="same", activation="relu")(joined)
    small = layers.AveragePooling2D(2)(layers.MaxPooling2D(2, strides=1)(layers.Dropout(0.1)(pooled)))
    tiny = layers.Conv2D(32, 3, padding="same")(small)
    vector = layers.BatchNormalization()(layers.Dense(40, activation="relu")(layers.Flatten()(tiny)))
    out = layers.Dense(4, activation="softmax")(layers.Dropout(0.3)(vector))
    return bigeggs.Model(seen, out, seed=5, precision=precision)


def exact(world: bigeggs.Communicator, parts: str, precision: str) -> dict[str, np.ndarray]:
    """Runs two trainings with `parts` fixed parts, each with validation.

    In the second training the last batch has fewer images than there are parts.
    """
    model = branched(precision)
    model.compile(optimizer=Adam(1e-3), loss="sparse_categorical_crossentropy")
    generator = bigeggs.ImageDataGenerator(rotation_range=10, horizontal_flip=True)
    history = [
        model.fit(
            generator.flow(*images(count), batch_size=30), validation_data=images(103, 2), epochs=2, verbose=0,
            communicator=world, fixed_parts=int(parts) or None,
        ).history
        for count in (199, 125)
    ]
    kept = {name: np.array([run[name] for run in history]) for name in ("loss", "val_loss")}
    moments = testing.optimizer_state(model)[1]
    return kept | {name.replace("/", "."): value for name, value in moments.items()} | {
        f"weight {number}": weight for number, weight in enumerate(model.get_weights())
    }


def callbacks(world: bigeggs.Communicator) -> dict[str, np.ndarray]:
    """Checks that a callback's changes in process 0 apply to all: learning rate, weights, end of the training."""
    x, y = images(96)
    model = network()
    model.compile(optimizer=SGD(0.1), loss="sparse_categorical_crossentropy")
    told: list[int] = []

    class Changes(bigeggs.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            told.append(epoch)
            model.optimizer.learning_rate = 0.05
            model.set_weights([np.full_like(weight, 0.5) for weight in model.get_weights()])
            if epoch == 1:
                model.stop_training = True

    model.fit(x, y, batch_size=32, epochs=5, verbose=0, callbacks=[Changes()], communicator=world)
    assert told == ([0, 1] if world.rank == 0 else [])
    assert all(np.all(weight == 0.5) for weight in model.get_weights())
    rate = float(model.optimizer.learning_rate)
    assert rate == np.float32(0.05) or rate == 0.05, rate
    return {"told": np.array(told)}


def error(world: bigeggs.Communicator) -> dict[str, np.ndarray]:
    """Raises an exception in process 0's callback, which must end all processes."""
    x, y = images(96)
    model = network()
    model.compile(optimizer=SGD(0.1), loss="sparse_categorical_crossentropy")

    class Fails(bigeggs.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            raise ValueError("the disk is on fire")

    model.fit(x, y, batch_size=32, epochs=5, verbose=0, callbacks=[Fails()], communicator=world)
    return {}


def error_in_one(world: bigeggs.Communicator, rank: str) -> dict[str, np.ndarray]:
    """Raises an exception in one process while the others are training."""
    if world.rank == int(rank):
        raise ValueError(f"process {rank} alone")
    return training(world, "1000")


if __name__ == "__main__":
    out, task, *arguments = sys.argv[1:]
    world = bigeggs.world()
    result = globals()[task](world, *arguments)
    if world.rank == 0:
        np.savez(out, size=world.size, **result)
