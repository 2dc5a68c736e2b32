"""Makes Tests/BigEggsTests/Fixtures/callbacks.json: what Keras's EarlyStopping and ReduceLROnPlateau decide on random
metrics.

Run from the root of the repository, after `make .build-peers/ready`:

    .build-peers/bin/python Tests/Peers/fixtures_callbacks.py

The callbacks are Keras's own. The model is a stand-in that has what they use: weights (the number of the
epoch), a learning rate and a flag. Metrics are multiples of 1/16. Ties and differences of exactly
`min_delta` therefore occur, and float64 holds the same numbers as float32, in which Keras compares.
"""

import json
import pathlib
import types

import keras
import numpy

FIXTURE = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures" / "callbacks.json"


class StandIn:
    """The parts of a model that a callback uses."""

    def __init__(self, rate):
        self.optimizer = types.SimpleNamespace(learning_rate=numpy.float64(rate))
        self.stop_training = False
        self.weights = [-1]
        self.saved = []

    def get_weights(self):
        return list(self.weights)

    def set_weights(self, weights):
        self.weights = list(weights)

    def save_weights(self, filepath, overwrite):
        self.saved.append(self.weights[0])


def metrics(random, epochs):
    """Draws a metric for each epoch: a random walk, with or without a trend, with ties, plateaus and some NaNs."""
    trend = random.choice([-1, 0, 1])
    steps = random.integers(-3, 4, epochs) + trend
    values = (numpy.cumsum(steps) / 16 + 4).tolist()
    if random.random() < 0.3:
        for epoch in random.integers(0, epochs, random.integers(1, 4)):
            values[epoch] = float("nan")
    if random.random() < 0.05:
        values[0] = float("nan")
    return values


def train(callback, model, values, monitor):
    """Calls a callback in Keras's order, with `values` as the metric `monitor` of the epochs.

    Returns the learning rate after each epoch that ran.
    """
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        model.weights = [epoch]
        callback.on_epoch_end(epoch, {monitor: value})
        rates.append(float(model.optimizer.learning_rate))
        if model.stop_training:
            break
    callback.on_train_end()
    return rates


def early_stopping(random):
    mode = str(random.choice(["min", "max"]))
    settings = {
        "min_delta": float(random.choice([0, 0, 1 / 32, 1 / 16, 1 / 8])),
        "patience": int(random.integers(0, 6)),
        "mode": mode,
        "baseline": float(random.integers(56, 72)) / 16 if random.random() < 0.25 else None,
        "restore_best_weights": bool(random.random() < 0.7),
        "start_from_epoch": int(random.choice([0, 0, 0, 2, 5])),
    }
    values = metrics(random, int(random.integers(1, 25)))
    callback, model = keras.callbacks.EarlyStopping(monitor="metric", **settings), StandIn(1e-3)
    epochs = len(train(callback, model, values, "metric"))
    return {
        **settings,
        "values": values,
        "epochs": epochs,
        "stopped": callback.stopped_epoch if model.stop_training else None,
        "best": callback.best_epoch,
        "weights_of": model.weights[0],
    }


def reduce_on_plateau(random):
    settings = {
        "factor": float(random.choice([0.5, 0.1, 0.25])),
        "patience": int(random.integers(0, 4)),
        "mode": str(random.choice(["min", "max"])),
        "min_delta": float(random.choice([0, 1e-4, 1 / 16, 1 / 8])),
        "cooldown": int(random.choice([0, 0, 1, 3])),
        "min_lr": float(random.choice([0, 0, 2**-12, 1e-4])),
    }
    values = metrics(random, int(random.integers(5, 25)))
    callback, model = keras.callbacks.ReduceLROnPlateau(monitor="metric", **settings), StandIn(1e-3)
    rates = train(callback, model, values, "metric")
    return {**settings, "values": values, "rates": rates}


def model_checkpoint(random):
    settings = {
        "save_best_only": bool(random.random() < 0.8),
        "mode": str(random.choice(["min", "max"])),
        "initial_value_threshold": float(random.integers(56, 72)) / 16 if random.random() < 0.25 else None,
    }
    values = metrics(random, int(random.integers(1, 25)))
    callback = keras.callbacks.ModelCheckpoint(
        "{epoch:03d}.weights.h5", monitor="metric", save_weights_only=True, **settings)
    model = StandIn(1e-3)
    train(callback, model, values, "metric")
    return {**settings, "values": values, "saved": model.saved}


def compact(case):
    """Replaces NaN in a case's values by None, which JSON writes as null: it has no NaN."""
    case["values"] = [None if value != value else value for value in case["values"]]
    return case


def main():
    random = numpy.random.default_rng(7)
    fixture = {
        "keras": keras.__version__,
        "early_stopping": [compact(early_stopping(random)) for _ in range(250)],
        "reduce_lr_on_plateau": [compact(reduce_on_plateau(random)) for _ in range(150)],
    }
    FIXTURE.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
