"""Compares the decisions of EarlyStopping, ReduceLROnPlateau and ModelCheckpoint with Keras's, on random metrics."""

import pathlib
import tempfile

import bigeggs
import fixtures_callbacks as peer
import numpy


def _model():
    """Returns a small model, in whose weights `_set` stores the number of the epoch."""
    model = bigeggs.Sequential([bigeggs.layers.Input((1,)), bigeggs.layers.Dense(2, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def _set(model, epoch):
    model.set_weights([numpy.full((1, 2), epoch, "float32"), numpy.zeros(2, "float32")])


def _train(callback, model, values):
    """Calls a callback in Keras's order, with `values` as the metric of the epochs.

    Returns the learning rate after each epoch that ran.
    """
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        _set(model, epoch)
        callback.on_epoch_end(epoch, {"metric": value})
        rates.append(model.optimizer.learning_rate)
        if model.stop_training:
            break
    callback.on_train_end()
    return rates


def early_stopping(ledger, random, cases):
    """Compares EarlyStopping's last epoch, best epoch, and the epoch whose weights the model has in the end."""
    model = _model()
    keys = ("min_delta", "patience", "mode", "baseline", "restore_best_weights", "start_from_epoch")
    for _ in range(cases):
        case = peer.early_stopping(random)
        settings = {key: case[key] for key in keys}
        model.stop_training = False
        callback = bigeggs.callbacks.EarlyStopping(monitor="metric", **settings)
        _set(model, -1)
        epochs = len(_train(callback, model, case["values"]))
        label = f"{settings} {case['values']}"
        ledger.same("EarlyStopping, epochs that ran", epochs, case["epochs"], label)
        stopped = callback.stopped_epoch if model.stop_training else None
        ledger.same("EarlyStopping, epoch that stopped", stopped, case["stopped"], label)
        ledger.same("EarlyStopping, best epoch", callback.best_epoch, case["best"], label)
        restored = int(model.get_weights()[0][0, 0])
        ledger.same("EarlyStopping, epoch whose weights are there in the end", restored, case["weights_of"], label)


def reduce_on_plateau(ledger, random, cases):
    """Compares the learning rate that ReduceLROnPlateau sets after every epoch."""
    model = _model()
    keys = ("factor", "patience", "mode", "min_delta", "cooldown", "min_lr")
    for _ in range(cases):
        case = peer.reduce_on_plateau(random)
        settings = {key: case[key] for key in keys}
        model.stop_training = False
        model.optimizer.learning_rate = 1e-3
        callback = bigeggs.callbacks.ReduceLROnPlateau(monitor="metric", **settings)
        rates = _train(callback, model, case["values"])
        ledger.compare(
            "ReduceLROnPlateau, learning rate after each epoch", rates, case["rates"], 0.0,
            "both compute the same products in float64", f"{settings} {case['values']}")


def model_checkpoint(ledger, random, cases):
    """Compares the epochs after which ModelCheckpoint saves a file, and checks the weights in the last file."""
    model = _model()
    keys = ("save_best_only", "mode", "initial_value_threshold")
    with tempfile.TemporaryDirectory() as directory:
        for number in range(cases):
            case = peer.model_checkpoint(random)
            settings = {key: case[key] for key in keys}
            model.stop_training = False
            callback = bigeggs.callbacks.ModelCheckpoint(
                f"{directory}/{number}-{{epoch:03d}}.safetensors", monitor="metric", **settings)
            _train(callback, model, case["values"])
            label = f"{settings} {case['values']}"
            files = sorted(pathlib.Path(directory).glob(f"{number}-*.safetensors"))
            saved = [int(path.stem.split("-")[1]) - 1 for path in files]
            ledger.same("ModelCheckpoint, epochs saved", saved, case["saved"], label)
            if files:
                model.load_weights(files[-1])
                ledger.same("ModelCheckpoint, epoch in the last file", int(model.get_weights()[0][0, 0]), saved[-1],
                            label)
