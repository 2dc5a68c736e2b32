"""Callbacks of a training: Keras's names and arguments."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from ctypes import c_char_p, c_double
from typing import TYPE_CHECKING, Any, TextIO, cast

from ._library import Owner, call, settings
from .record import Record

if TYPE_CHECKING:
    from .models import Sequential

__all__ = [
    "CSVLogger", "Callback", "EarlyStopping", "History", "LearningRateScheduler", "ModelCheckpoint",
    "ReduceLROnPlateau",
]


class Callback:
    """Told of what happens in a training; subclasses override what they want to hear of.

    `self.model` is the model. `logs` has the metrics so far: "loss" and "accuracy", after an epoch also
    "learning_rate" and, with a validation, "val_loss" and "val_accuracy". To end the training after the
    current epoch set `self.model.stop_training`; an exception ends it at once, and reaches the caller of
    `fit`.
    """

    model: Sequential
    params: dict[str, Any]

    def set_model(self, model: Sequential) -> None:
        """Called by `fit`, before anything else."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Called by `fit`: "epochs", "steps" and "verbose"."""
        self.params = params

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Before an epoch, counted from 0."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """After a step, counted from 0."""

    def on_test_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """After a batch of the validation, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """After an epoch and its validation."""

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """After the last epoch."""


class History(Callback):
    """What a training measured: `history["val_loss"]` is a list with one value an epoch.

    `fit` returns it; the model has it as `history`, also after a training that was interrupted.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.params = {}

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self.history, self.epoch = {}, []
        self.model.history = self

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        return f"<bigeggs.History of {len(self.epoch)} epochs: {', '.join(self.history)}>"


class _LibraryCallback(Callback):
    """A callback that the library itself has."""

    def __init__(self, **arguments: object):
        self._owner = Owner.made("be_callback_create", type(self).__name__.encode(), settings(**arguments))
        for name, value in arguments.items():
            setattr(self, name, value)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        call("be_callback_on_train_begin", self._owner.handle, self.model._handle)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        logs = logs or {}
        names = (c_char_p * len(logs))(*(name.encode() for name in logs))
        values = (c_double * len(logs))(*logs.values())
        call("be_callback_on_epoch_end", self._owner.handle, self.model._handle, epoch, len(logs), names, values)

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        call("be_callback_on_train_end", self._owner.handle, self.model._handle)

    def _describe(self) -> Record:
        return Record(Owner.made("be_callback_describe", self._owner.handle))


class EarlyStopping(_LibraryCallback):
    """Ends a training when a metric has stopped improving.

    `patience` epochs without an improvement of more than `min_delta` are borne; with
    `restore_best_weights` the model gets the weights of the best epoch in the end.
    """

    def __init__(
        self, monitor: str = "val_loss", min_delta: float = 0, patience: int = 0, mode: str = "auto",
        baseline: float | None = None, restore_best_weights: bool = False, start_from_epoch: int = 0,
    ):
        super().__init__(
            monitor=monitor, min_delta=min_delta, patience=patience, mode=mode, baseline=baseline,
            restore_best_weights=restore_best_weights, start_from_epoch=start_from_epoch,
        )

    @property
    def stopped_epoch(self) -> int:
        """The epoch, from 0, after which the training was ended; 0, as in Keras, if it was not."""
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

    def __init__(
        self, monitor: str = "val_loss", factor: float = 0.1, patience: int = 10, mode: str = "auto",
        min_delta: float = 1e-4, cooldown: int = 0, min_lr: float = 0.0,
    ):
        super().__init__(
            monitor=monitor, factor=factor, patience=patience, mode=mode, min_delta=min_delta,
            cooldown=cooldown, min_lr=min_lr,
        )


class ModelCheckpoint(_LibraryCallback):
    """Saves the weights after every epoch, or the best epoch's only.

    `filepath` may name the epoch and the metrics: "{epoch:02d}-{val_loss:.2f}.safetensors".
    """

    def __init__(
        self, filepath: str | os.PathLike[str], monitor: str = "val_loss", save_best_only: bool = False,
        mode: str = "auto", initial_value_threshold: float | None = None,
    ):
        super().__init__(
            filepath=os.fspath(filepath), monitor=monitor, save_best_only=save_best_only, mode=mode,
            initial_value_threshold=initial_value_threshold,
        )


class CSVLogger(_LibraryCallback):
    """Writes the metrics of every epoch to a file, a line an epoch."""

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False):
        super().__init__(filename=os.fspath(filename), separator=separator, append=append)


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch to `schedule(epoch, learning_rate)`."""

    def __init__(self, schedule: Callable[[int, float], float]):
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        optimizer = self.model.optimizer
        assert optimizer is not None, "a model that is trained is compiled"
        # After compile a schedule's rate is a number too.
        optimizer.learning_rate = self.schedule(epoch, cast(float, optimizer.learning_rate))


class ProgressBar(Callback):
    """Shows a training as it goes: on a terminal a line that moves, elsewhere one line an epoch."""

    def __init__(self, live: bool = True):
        self._stream: TextIO = sys.stdout
        self._live = live and self._stream.isatty()
        self._drawn = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch, self._began = epoch, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        now = time.monotonic()
        if now - self._drawn < 0.1 or not self._live:
            return
        self._drawn, done = now, batch + 1
        left = (now - self._began) / done * (self.params["steps"] - done)
        self._write("\r" + self._line(done, f"{left:.0f}s left", logs or {}) + "\x1b[K")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        line = self._line(self.params["steps"], f"{time.monotonic() - self._began:.0f}s", logs or {})
        self._write(("\r" + line + "\x1b[K\n") if self._live else line + "\n")

    def _line(self, done: int, duration: str, logs: Mapping[str, float]) -> str:
        steps, epochs = self.params["steps"], self.params["epochs"]
        bar = "━" * (20 * done // steps)
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in logs.items())
        return f"Epoch {self._epoch + 1}/{epochs}  {done:>{len(str(steps))}}/{steps} {bar:─<20}  {duration}  {metrics}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
