"""Makes Tests/BigEggsTests/Fixtures/model_checkpoint.json and logger.csv: when and under which names
Keras's ModelCheckpoint saves on random metrics, how Python fills in file names, and what CSVLogger writes.

Run from the root of the repository, after `make .build-peers/ready`:

    .build-peers/bin/python Tests/Peers/fixtures_model_checkpoint.py

The callbacks are Keras's own. The model is a stand-in that records the names under which it is saved.
"""

import json
import pathlib
import tempfile

import keras
import numpy

from fixtures_callbacks import compact, metrics

FIXTURES = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures"
SUFFIX = ".weights.h5"

FORMATS = [
    "{epoch:02d}-{metric:.2f}", "{epoch}", "{epoch:d}", "{epoch:5d}", "{epoch:05d}", "{epoch:.1f}",
    "{metric}", "{metric:f}", "{metric:8.3f}", "{metric:08.3f}", "{metric:.3e}", "{metric:g}",
    "{metric:.2%}", "{metric:9.1%}", "{{{epoch}}}-{{x}}", "{metric:.0f}",
]
VALUES = [0.5, 1.375, -0.125, 12.0, 1e-5, 0.0, 123456.789, 2.5, float("nan")]


class StandIn:
    """The parts of a model that the callback uses."""

    def __init__(self):
        self.saved = []

    def save_weights(self, path, overwrite):
        self.saved.append(path.removesuffix(SUFFIX))


def checkpoint(random):
    steps = int(random.choice([0, 0, 0, 3, 5]))
    best_only = bool(random.random() < 0.7) and not steps
    settings = {
        "save_best_only": best_only,
        "mode": str(random.choice(["min", "max"])),
        "initial_value_threshold": float(random.integers(56, 72)) / 16 if random.random() < 0.3 else None,
    }
    values = metrics(random, int(random.integers(1, 16)))
    name = "{epoch:02d}-{batch:03d}" if steps else "{epoch:02d}-{metric:.2f}"
    callback = keras.callbacks.ModelCheckpoint(
        name + SUFFIX, monitor="metric", save_weights_only=True, save_freq=steps or "epoch", **settings)
    model = StandIn()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        for batch in range(4):
            callback.on_train_batch_end(batch, {"metric": value})
        callback.on_epoch_end(epoch, {"metric": value})
    return {**settings, "save_freq": steps, "name": name, "values": values, "saved": model.saved}


def names():
    return [
        {"template": template, "epoch": epoch, "values": [value], "name": template.format(
            epoch=epoch, metric=value)}
        for template in FORMATS for epoch, value in enumerate(VALUES, 1)
        if not ("metric" not in template and epoch not in (1, 9))
    ]


def csv():
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "log.csv"
        logs = [{"val_loss": 0.5, "loss": 1 / 3, "accuracy": 1e-5, "learning_rate": 1e-3},
                {"loss": float("nan"), "accuracy": 123456789.0, "learning_rate": 1e-10}]
        for append in (False, True):
            callback = keras.callbacks.CSVLogger(str(path), separator=";", append=append)
            callback.on_train_begin()
            for epoch, entry in enumerate(logs):
                callback.on_epoch_end(epoch, entry)
            callback.on_train_end()
        return path.read_bytes()


def main():
    random = numpy.random.default_rng(9)
    fixture = {
        "keras": keras.__version__,
        "decisions": [compact(checkpoint(random)) for _ in range(40)],
        "names": [compact(case) for case in names()],
    }
    text = json.dumps(fixture, separators=(",", ":"))
    (FIXTURES / "model_checkpoint.json").write_text(text + "\n")
    # Python's csv ends lines in CR LF, our CSVLogger in LF.
    (FIXTURES / "logger.csv").write_bytes(csv().replace(b"\r\n", b"\n"))


if __name__ == "__main__":
    main()
