"""Callbacks of a training, with Keras's names and arguments."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_double
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ._library import Array, Error, Owner, call, settings
from ._terminal import can_show, is_terminal, show
from .record import Record

if TYPE_CHECKING:
    from .models import Model

__all__ = [
    "CSVLogger", "Callback", "EarlyStopping", "History", "LambdaCallback", "LearningRateScheduler", "ModelCheckpoint",
    "ReduceLROnPlateau", "TerminateOnNaN",
]

Logs = Mapping[str, float] | None


class Callback:
    """Base class of callbacks; subclasses override the methods of the events that they need.

    `self.model` is the model. `logs` has the metrics so far: "loss" and "accuracy", after an epoch also
    "learning_rate" and, with a validation, "val_loss" and "val_accuracy". To end the training after the
    current epoch, set `self.model.stop_training` to True. An exception ends the training at once, and `fit` raises
    the exception. A callback takes part in one training at a time. A copy has no model until its first training.
    """

    model: Model
    params: dict[str, Any]
    #: Whether a training with this callback is running.
    _is_told = False

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("model", "_is_told")}

    def _rate(self) -> float:
        """Returns the model's learning rate."""
        optimizer = self.model.optimizer
        assert optimizer is not None, "a model that is trained is compiled"
        # With a schedule, `learning_rate` is a number too, because the model is compiled.
        return cast(float, optimizer.learning_rate)

    def set_model(self, model: Model) -> None:
        """Sets `self.model`; `fit` calls this before all other methods."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Sets `self.params`: "epochs", "steps" of an epoch, "verbose"; `fit` calls this before the first epoch."""
        self.params = params

    def on_train_begin(self, logs: Logs = None) -> None:
        """Is called before the first epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Is called before an epoch; epochs are counted from 0."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Is called after a step; the steps of an epoch are counted from 0."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Is called after a batch of the validation; these batches are counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Is called after an epoch and its validation; epochs are counted from 0."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Is called after the last epoch, with the metrics of that epoch."""


class History(Callback):
    """The metrics of a training: `history["val_loss"]` is a list with one value per epoch.

    `fit` returns the history. `Model.history` is the same object, also after a training that was interrupted.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.params = {}

    def on_train_begin(self, logs: Logs = None) -> None:
        self.history, self.epoch = {}, []
        self.model.history = self

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def _take(self, measured: Mapping[str, Any], first: int) -> None:
        """Copies the metrics of the epochs from number `first` on from the library's record."""
        self.history = {name: list(measured[name]) for name in measured if name != "seconds"}
        self.epoch = list(range(first, first + len(measured["seconds"])))

    def __repr__(self) -> str:
        return f"<bigeggs.History of {len(self.epoch)} epochs: {', '.join(self.history)}>"


class _LibraryCallback(Callback):
    """A callback that the library implements."""

    #: The callback's name in the library.
    _kind: str

    def __init__(self, verbose: int = 0, **arguments: object):
        self._arguments, self.verbose = arguments, verbose
        self._owner = self._made()
        for name, value in arguments.items():
            setattr(self, name, value)

    def _made(self) -> Owner:
        return Owner.made("be_callback_create", self._kind.encode(), settings(**self._arguments))

    def __getstate__(self) -> dict[str, Any]:
        snapshot = Owner.made("be_callback_snapshot", self._owner.handle).array("be_snapshot_bytes")
        return super().__getstate__() | {"_owner": snapshot.tobytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._owner = self._made()
        snapshot = np.frombuffer(state["_owner"], np.uint8)
        call("be_callback_restore", self._owner.handle, byref(Array.of(snapshot)))

    def on_train_begin(self, logs: Logs = None) -> None:
        call("be_callback_on_train_begin", self._owner.handle, self.model._handle)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._tell("be_callback_on_epoch_end", epoch, logs)

    def on_train_end(self, logs: Logs = None) -> None:
        call("be_callback_on_train_end", self._owner.handle, self.model._handle)

    def _tell(self, function: str, number: int, logs: Logs) -> None:
        logs = logs or {}
        names = (c_char_p * len(logs))(*(name.encode() for name in logs))
        values = (c_double * len(logs))(*logs.values())
        call(function, self._owner.handle, self.model._handle, number, len(logs), names, values)

    def _describe(self) -> Record:
        return Record(Owner.made("be_callback_describe", self._owner.handle))


class EarlyStopping(_LibraryCallback):
    """Ends a training when a metric has stopped improving.

    It waits for `patience` epochs without an improvement of more than `min_delta`. With
    `restore_best_weights` the model gets the weights of the best epoch at the end.
    """

    _kind = "EarlyStopping"

    def __init__(
        self, monitor: str = "val_loss", min_delta: float = 0, patience: int = 0, verbose: int = 0, mode: str = "auto",
        baseline: float | None = None, restore_best_weights: bool = False, start_from_epoch: int = 0,
    ):
        super().__init__(
            verbose, monitor=monitor, min_delta=min_delta, patience=patience, mode=mode, baseline=baseline,
            restore_best_weights=restore_best_weights, start_from_epoch=start_from_epoch,
        )

    def on_train_end(self, logs: Logs = None) -> None:
        super().on_train_end(logs)
        if self.verbose and self.stopped_epoch:
            show(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.verbose and self._arguments["restore_best_weights"]:
            show(f"Restored the weights of the best epoch: {self.best_epoch + 1}.")

    @property
    def stopped_epoch(self) -> int:
        """The epoch, from 0, after which this callback ended the training; as in Keras, 0 if it did not."""
        return int(self._describe()["stopped_epoch"] or 0)

    @property
    def best_epoch(self) -> int:
        """The epoch, from 0, with the best value."""
        return int(self._describe()["best_epoch"])

    @property
    def best(self) -> float | None:
        """The best value."""
        best: float | None = self._describe()["best"]
        return best


class ReduceLROnPlateau(_LibraryCallback):
    """Multiplies the learning rate by `factor` when a metric has not improved for `patience` epochs."""

    _kind = "ReduceLROnPlateau"

    def __init__(
        self, monitor: str = "val_loss", factor: float = 0.1, patience: int = 10, verbose: int = 0, mode: str = "auto",
        min_delta: float = 1e-4, cooldown: int = 0, min_lr: float = 0.0,
    ):
        super().__init__(
            verbose, monitor=monitor, factor=factor, patience=patience, mode=mode, min_delta=min_delta,
            cooldown=cooldown, min_lr=min_lr,
        )

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        before = self._rate()
        super().on_epoch_end(epoch, logs)
        if self.verbose and (rate := self._rate()) != before:
            show(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate:.6g}.")


class ModelCheckpoint(_LibraryCallback):
    """Saves the model after every epoch, or only after those that improve the metric.

    `filepath` may name the epoch, from 1, and the metrics: "{epoch:02d}-{val_loss:.2f}.safetensors". The files are
    those of `Model.save` without class names. With `save_weights_only` they have the weights alone. With a number n as
    `save_freq` the files are written after every n steps.
    """

    _kind = "ModelCheckpoint"

    def __init__(
        self, filepath: str | os.PathLike[str], monitor: str = "val_loss", verbose: int = 0,
        save_best_only: bool = False, save_weights_only: bool = False, mode: str = "auto",
        save_freq: str | int = "epoch", initial_value_threshold: float | None = None,
    ):
        super().__init__(
            verbose, filepath=os.fspath(filepath), monitor=monitor, save_best_only=save_best_only,
            save_weights_only=save_weights_only, mode=mode, save_freq=save_freq,
            initial_value_threshold=initial_value_threshold,
        )

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch
        call("be_callback_on_epoch_begin", self._owner.handle, self.model._handle, epoch)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self._arguments["save_freq"] != "epoch":
            with self._announced(self._epoch):
                self._tell("be_callback_on_batch_end", batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        with self._announced(epoch):
            super().on_epoch_end(epoch, logs)

    @contextmanager
    def _announced(self, epoch: int) -> Iterator[None]:
        if not self.verbose:
            yield
            return
        before = len(self._describe()["saved"])
        yield
        described = self._describe()
        saved: list[str] = list(described["saved"])
        if len(saved) > before:
            show(f"Epoch {epoch + 1}: saved the model to {saved[-1]}")
        elif self._arguments["save_best_only"] and self._arguments["save_freq"] == "epoch":
            show(f"Epoch {epoch + 1}: {self._arguments['monitor']} did not improve from {described['best']:.5g}")


class CSVLogger(_LibraryCallback):
    """Writes the metrics of every epoch to a file, one line per epoch."""

    _kind = "CSVLogger"

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False):
        super().__init__(filename=os.fspath(filename), separator=separator, append=append)


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch to `schedule(epoch)` or `schedule(epoch, learning_rate)`.

    Epochs are counted from 0. `learning_rate` is the rate before.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0):
        self.schedule, self.verbose = schedule, verbose

    def on_train_begin(self, logs: Logs = None) -> None:
        if self.model._description()["follows_schedule"]:
            raise Error(
                "LearningRateScheduler cannot set the learning rate, which follows a schedule: give the optimizer a "
                "number, or leave the callback out"
            )

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        optimizer = self.model.optimizer
        assert optimizer is not None, "a model that is trained is compiled"
        rate = self.schedule(epoch, self._rate()) if self._takes_two else self.schedule(epoch)
        if not isinstance(rate, (int, float, np.integer, np.floating)):
            raise TypeError(f"the schedule returned {rate!r} for epoch {epoch}: return a number")
        optimizer.learning_rate = rate
        if self.verbose:
            show(f"Epoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(rate):.6g}.")

    @property
    def _takes_two(self) -> bool:
        try:
            inspect.signature(self.schedule).bind(0, 0.1)
        except TypeError:
            return False
        return True


class TerminateOnNaN(Callback):
    """Ends the training when the loss is not finite. Without this callback `fit` raises an error then."""


class LambdaCallback(Callback):
    """Calls the functions that it is given for events, such as `on_epoch_end=lambda epoch, logs: …`."""

    def __init__(self, **functions: Callable[..., object] | None):
        for name, function in functions.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                raise TypeError(f"LambdaCallback has no argument {name!r}")
            if function is not None:
                setattr(self, name, function)


class ProgressBar(Callback):
    """Shows a training's progress: on a terminal in a line that is redrawn, elsewhere in one line per epoch."""

    def __init__(self, live: bool = True):
        self._live = live and is_terminal()
        self._drawn = 0.0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch, self._began = epoch, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        now = time.monotonic()
        if now - self._drawn < 0.1 or not self._live:
            return
        self._drawn, done = now, batch + 1
        left = (now - self._began) / done * (self.params["steps"] - done)
        show("\r" + self._line(done, f"{left:.0f}s left", logs or {}) + "\x1b[K", end="")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        line = self._line(self.params["steps"], f"{time.monotonic() - self._began:.0f}s", logs or {})
        show(f"\r{line}\x1b[K" if self._live else line)

    def _line(self, done: int, duration: str, logs: Mapping[str, float]) -> str:
        steps, epochs = self.params["steps"], self.params["epochs"]
        full, empty = "━─" if can_show("━─") else "=-"
        bar = (full * (20 * done // steps)).ljust(20, empty)
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in logs.items())
        return f"Epoch {self._epoch + 1}/{epochs}  {done:>{len(str(steps))}}/{steps} {bar}  {duration}  {metrics}"
