"""A stack of layers, trained and used as in Keras."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from ctypes import byref, c_double, c_int32
from types import FrameType
from typing import Any, Literal, overload

import numpy as np

from . import _library
from ._images import Images, as_labels
from ._library import Owner, ProgressCallback, Stopped, call, floats, named_arrays, number, settings
from .callbacks import Callback, History, ProgressBar
from .layers import Input, Layer, Rescaling
from .optimizers import SGD, Adam, AdamW, Optimizer
from .preprocessing import Flow
from .record import Record
from .weights import Weights

__all__ = ["Sequential"]

Data = tuple[np.ndarray, np.ndarray]


class Sequential:
    """A stack of layers, trained and used as in Keras.

        (x_train, y_train), (x_test, y_test) = bigeggs.datasets.cifar10.load_data()
        model = bigeggs.Sequential([
            bigeggs.layers.Rescaling(1 / 255),
            bigeggs.layers.Conv2D(32, 3, padding="same", activation="relu"),
            bigeggs.layers.BatchNormalization(),
            bigeggs.layers.MaxPooling2D(),
            bigeggs.layers.Flatten(),
            bigeggs.layers.Dense(10, activation="softmax"),
        ], seed=7)
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        history = model.fit(x_train, y_train, validation_data=(x_test, y_test), batch_size=128, epochs=5)

    Arrays of uint8 and float32 that are contiguous are read where they are. Without an `Input` the shape is
    that of the first images. `seed` is what weights, shuffling, dropout and augmentation are drawn from,
    `precision` of the activations "float32", "bfloat16" or "auto" for the faster one, `threads` as many as there are unless given,
    `convolution` "automatic" or "direct", which never takes Winograd's algorithm.
    """

    def __init__(
        self, layers: Iterable[Layer | Input | Rescaling] = (), *, seed: int = 0, precision: str = "float32",
        threads: int | None = None, convolution: str = "automatic",
    ):
        self._options: dict[str, Any] = {
            "seed": seed, "precision": precision, "threads": threads, "convolution": convolution
        }
        self._layers: list[Layer | Input | Rescaling] = []
        self._owner: Owner | None = None
        self._compilation: tuple[Optimizer, str] | None = None
        self._output_shape: tuple[int, ...] | None = None
        self.history: History | None = None
        for layer in layers:
            self.add(layer)

    @classmethod
    def report(
        cls, classes: int = 10, input_shape: Sequence[int] = (32, 32, 3), *, rescale: float | None = None,
        seed: int = 0, precision: str = "float32", threads: int | None = None, convolution: str = "automatic",
    ) -> Sequential:
        """The network of the report; `rescale` multiplies its input, 1/255 for bytes."""
        self = cls(seed=seed, precision=precision, threads=threads, convolution=convolution)
        described = settings(classes=classes, input=[int(n) for n in input_shape], rescale=rescale, **self._options)
        self._owner = Owner.made("be_model_create_report", described)
        return self

    @classmethod
    def load(
        cls, path: str | os.PathLike[str], *, seed: int = 0, precision: str = "float32",
        threads: int | None = None, convolution: str = "automatic",
    ) -> Sequential:
        """A model from a file that `save` wrote; it is to be compiled before it is trained on."""
        self = cls(seed=seed, precision=precision, threads=threads, convolution=convolution)
        self._owner = Owner.made("be_model_load", os.fspath(path).encode(), settings(**self._options))
        return self

    # ---- Making --------------------------------------------------------------------------------

    def add(self, layer: Layer | Input | Rescaling) -> None:
        """Puts a layer on top."""
        if not isinstance(layer, (Layer, Input, Rescaling)):
            raise TypeError(f"{layer!r} is no layer: take one of bigeggs.layers")
        if isinstance(layer, (Input, Rescaling)) and any(isinstance(below, Layer) for below in self._layers):
            raise ValueError(f"{type(layer).__name__} stands before all other layers")
        if self._owner is not None and isinstance(layer, Layer):
            call("be_model_add", self._owner.handle, type(layer).__name__.encode(), settings(**layer.settings()))
        self._layers.append(layer)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Fixes the shape of the input, `[None, height, width, channels]` as in Keras."""
        if self._owner is not None:
            return
        rescale = None
        for layer in self._layers:
            if isinstance(layer, Rescaling):
                rescale = layer.scale * (1 if rescale is None else rescale)
        owner = Owner.made(
            "be_model_create", settings(input=[int(n or 0) for n in input_shape[1:]], rescale=rescale, **self._options)
        )
        for layer in self._layers:
            if isinstance(layer, Layer):
                call("be_model_add", owner.handle, type(layer).__name__.encode(), settings(**layer.settings()))
        self._owner = owner
        if self._compilation:
            self._compile(owner.handle)

    @property
    def _handle(self) -> int:
        if self._owner is None:
            shape = next((layer.shape for layer in self._layers if isinstance(layer, Input)), None)
            if shape is None:
                raise ValueError("the model does not know its input yet: begin it with bigeggs.layers.Input")
            self.build([None, *shape])
        assert self._owner is not None
        return self._owner.handle

    def _built_for(self, x: np.ndarray) -> int:
        """The handle, for images that the model may be built from."""
        if self._owner is None and not any(isinstance(layer, Input) for layer in self._layers):
            self.build(np.shape(x))
        return self._handle

    def _description(self) -> Record:
        return Record(Owner.made("be_model_describe", self._handle))

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """`(None, height, width, channels)` or `(None, features)`."""
        return (None, *self._description()["input"].astype(int).tolist())

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """`(None, classes)`, mostly."""
        return (None, *self._description()["output"].astype(int).tolist())

    def count_params(self) -> int:
        """All numbers that the model holds, moving statistics included."""
        return int(self._description()["parameters"])

    def summary(self) -> None:
        """Prints the layers, their output shapes and how many numbers they hold."""
        described = self._description()
        rows = [
            (f"{layer['name']} ({layer['kind']})", str((None, *layer["output"].astype(int).tolist())),
             f"{layer['parameters']:,}")
            for layer in described["layers"]
        ]
        rows.insert(0, ("Layer (type)", "Output shape", "Parameters"))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for index, row in enumerate(rows):
            print(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}")
            if index == 0:
                print("─" * (sum(widths) + 4))
        total, trainable = described["parameters"], described["trainable"]
        print(f"{total:,} parameters, {trainable:,} of them trainable")

    # ---- Training ------------------------------------------------------------------------------

    def compile(
        self, optimizer: str | Optimizer = "adam", loss: str = "sparse_categorical_crossentropy",
        metrics: Sequence[str] | None = None,
    ) -> None:
        """Chooses the optimizer and the loss; the accuracy is always measured."""
        if isinstance(optimizer, str):
            named: dict[str, type[Adam | AdamW | SGD]] = {"adam": Adam, "adamw": AdamW, "sgd": SGD}
            if optimizer.lower() not in named:
                raise ValueError(f"there is no optimizer {optimizer!r}: there are {', '.join(named)}")
            optimizer = named[optimizer.lower()]()
        for metric in metrics or ():
            if metric not in ("accuracy", "acc", "sparse_categorical_accuracy"):
                raise ValueError(f"there is no metric {metric!r}: there is 'accuracy'")
        self._compilation = (optimizer, loss)
        if self._owner is not None or any(isinstance(layer, Input) for layer in self._layers):
            self._compile(self._handle)

    def _compile(self, handle: int) -> None:
        assert self._compilation is not None
        optimizer, loss = self._compilation
        chosen = optimizer.settings()
        call("be_model_compile", handle, type(optimizer).__name__.encode(), settings(**chosen), loss.encode())
        optimizer._model = self

    @property
    def optimizer(self) -> Optimizer | None:
        """What the model was compiled with."""
        return self._compilation[0] if self._compilation else None

    @property
    def stop_training(self) -> bool:
        """Whether a training is to end after its current epoch; for callbacks."""
        return bool(number("be_model_stop_training", self._handle, kind=c_int32))

    @stop_training.setter
    def stop_training(self, stop: bool) -> None:
        call("be_model_set_stop_training", self._handle, bool(stop))

    def fit(
        self, x: np.ndarray | Flow, y: np.ndarray | None = None, batch_size: int | None = None,
        epochs: int = 1, verbose: int | str = "auto", callbacks: Sequence[Callback] = (),
        validation_split: float = 0.0, validation_data: Data | None = None, shuffle: bool = True,
        initial_epoch: int = 0, steps_per_epoch: int | None = None,
    ) -> History:
        """Trains the model.

        `x`: uint8 or float32 `[count, height, width, channels]`, or what `ImageDataGenerator.flow` gives; `y`:
        whole numbers, `[count]` or `[count, 1]`. `validation_data`, or the last `validation_split` of the
        images, are evaluated after each epoch. `epochs` is the number of the last epoch; those before
        `initial_epoch` are taken as done. `steps_per_epoch` makes an epoch of so many steps. `verbose` 0 prints nothing, 1 a progress bar, 2 a line an epoch.

        The interpreter is free for other threads meanwhile. Ctrl-C, and an exception in a callback, end the
        training after the current step and are raised here; the model then has the weights of that step.
        """
        generator, rescale = None, None
        if isinstance(x, Flow):
            flow = x
            generator, rescale, shuffle = flow.generator, flow.generator.rescale, flow.shuffle
            batch_size = flow.batch_size if batch_size is None else batch_size
            x, y = flow.x, flow.y
        if validation_split:
            if not 0 < validation_split < 1:
                raise ValueError(f"validation_split is {validation_split}: give a number between 0 and 1")
            if y is None:
                raise ValueError("there are no labels to split: give y, or a flow that has them")
            kept = int(len(x) * (1 - validation_split))
            if validation_data is None:
                validation_data = (x[kept:], y[kept:])
            x, y = x[:kept], y[:kept]
        handle = self._built_for(x)
        images = Images(x, y, rescale=rescale)
        validation = Images(*validation_data, rescale=rescale) if validation_data is not None else None
        batch_size = 32 if batch_size is None else batch_size
        described = settings(
            batch_size=batch_size, epochs=epochs, shuffle=shuffle, initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
        )

        history = History()
        told: list[Callback] = [history, *callbacks]
        if verbose:
            told.append(ProgressBar(live=verbose != 2))
        relay = _Relay(told)
        size = min(batch_size, len(images))
        parameters = {"epochs": epochs, "steps": steps_per_epoch or -(-len(images) // max(size, 1)), "verbose": verbose}
        for callback in told:
            callback.set_params(parameters)
            callback.set_model(self)
        with _Interrupts() as interrupts:
            relay.interrupts = interrupts
            try:
                call(
                    "be_model_fit", handle, images.handle, validation.handle if validation else 0,
                    generator._owner.handle if generator else 0, described, relay.function, None, None,
                )
            except Stopped:
                if relay.error is not None:
                    raise relay.error from None
        return history

    def train_on_batch(self, x: np.ndarray, y: np.ndarray) -> list[float]:
        """One training step on all images as one batch: `[loss, accuracy]`, before the weights moved."""
        handle, images = self._built_for(x), Images(x, y)
        loss, accuracy = c_double(), c_double()
        call("be_model_train_on_batch", handle, images.handle, byref(loss), byref(accuracy))
        return [loss.value, accuracy.value]

    # ---- Using ---------------------------------------------------------------------------------

    @overload
    def evaluate(
        self, x: np.ndarray, y: np.ndarray, batch_size: int = 128, return_dict: Literal[False] = False
    ) -> list[float]: ...

    @overload
    def evaluate(
        self, x: np.ndarray, y: np.ndarray, batch_size: int = 128, *, return_dict: Literal[True]
    ) -> dict[str, float]: ...

    def evaluate(
        self, x: np.ndarray, y: np.ndarray, batch_size: int = 128, return_dict: bool = False
    ) -> list[float] | dict[str, float]:
        """`[loss, accuracy]` in inference mode, or with `return_dict` both by name."""
        handle, labels, count = self._built_for(x), as_labels(y), len(x)
        if len(labels) != count:
            raise ValueError(f"there are {count} images and {len(labels)} labels")
        totals, loss, accuracy = [0.0, 0.0], c_double(), c_double()
        for part in _parts(count, batch_size):
            images = Images(x[part], labels[part])
            call("be_model_evaluate", handle, images.handle, batch_size, byref(loss), byref(accuracy))
            for index, value in enumerate((loss.value, accuracy.value)):
                totals[index] += value * len(images) / count
        return {"loss": totals[0], "accuracy": totals[1]} if return_dict else totals

    def predict(self, x: np.ndarray, batch_size: int = 128) -> np.ndarray:
        """The output for every image: float32, `[count, classes]`; each row adds up to 1 after a softmax."""
        handle = self._built_for(x)
        result = np.empty((len(x), *self._output), dtype=np.float32)
        for part in _parts(len(x), batch_size):
            images, output = Images(x[part]), result[part]
            call("be_model_predict", handle, images.handle, batch_size, floats(output), output.size)
        return result

    @property
    def _output(self) -> tuple[int, ...]:
        if self._output_shape is None:
            self._output_shape = tuple(self._description()["output"].astype(int).tolist())
        return self._output_shape

    # ---- Weights -------------------------------------------------------------------------------

    @property
    def weights(self) -> Weights:
        """A copy of all weights as they are now, by name, such as "conv2d/kernel"; in Keras's order."""
        return Weights(Owner.made("be_model_weights", self._handle))

    def get_weights(self) -> list[np.ndarray]:
        """A copy of all weights as they are now, in Keras's order."""
        return list(self.weights.values())

    def set_weights(self, weights: Mapping[str, np.ndarray] | Sequence[np.ndarray]) -> None:
        """Replaces weights: all of them in Keras's order, or some by name."""
        if not isinstance(weights, Mapping):
            names = self.weights.names
            if len(names) != len(weights):
                raise ValueError(f"there are {len(weights)} weights, and the model has {len(names)}")
            weights = dict(zip(names, weights))
        call("be_model_set_weights", self._handle, *named_arrays(weights))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the layers and the weights to a safetensors file, for `Sequential.load`."""
        call("be_model_save", self._handle, os.fspath(path).encode())

    save_weights = save

    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Reads the weights from a safetensors file; the model is as it was if they are not its own."""
        call("be_model_load_weights", self._handle, os.fspath(path).encode())

    def export(
        self, filepath: str | os.PathLike[str], format: str = "onnx", *, class_names: Sequence[str] | None = None
    ) -> None:
        """Writes the layers and the weights to an ONNX file, which other programs run.

        Its input is `images`, float32 `[batch, height, width, channels]`, or `vectors`, as this model takes
        them, `Rescaling` included; its output `probabilities`, or `output` without a softmax. `class_names`,
        one for each output, stand in the file's metadata.
        """
        if format != "onnx":
            raise ValueError(f"there is no format {format!r}: there is 'onnx'")
        names = None if class_names is None else list(class_names)
        call("be_model_export_onnx", self._handle, os.fspath(filepath).encode(), settings(class_names=names))


def _parts(count: int, batch_size: int) -> list[slice]:
    """So many whole batches at a time that Ctrl-C, which is heard between two calls, is heard soon.

    Always at least one part, so that the library sees, and refuses, an empty array or a false size.
    """
    size = max(batch_size, batch_size * (2048 // batch_size)) if batch_size > 0 else max(count, 1)
    return [slice(start, start + size) for start in range(0, max(count, 1), size)]


class _Relay:
    """Passes on what a training tells to callbacks, and keeps what they raise."""

    def __init__(self, callbacks: Sequence[Callback]):
        self.callbacks = callbacks
        self.error: BaseException | None = None
        self.interrupts: _Interrupts | None = None
        self.function = ProgressCallback(self._told)

    def _told(self, progress: Any, _context: object) -> int:
        try:
            self._tell(progress.contents)
        except BaseException as error:
            self.error = error
            return 1
        return 1 if self.interrupts is not None and self.interrupts.count else 0

    def _tell(self, progress: _library.Progress) -> None:
        event, epoch, logs = progress.event, progress.epoch, progress.logs()
        for callback in self.callbacks:
            if event == _library.BE_BATCH_END:
                callback.on_train_batch_end(progress.step, logs)
            elif event == _library.BE_TEST_BATCH_END:
                callback.on_test_batch_end(progress.step)
            elif event == _library.BE_EPOCH_END:
                callback.on_epoch_end(epoch, logs)
            elif event == _library.BE_EPOCH_BEGIN:
                callback.on_epoch_begin(epoch)
            elif event == _library.BE_TRAIN_BEGIN:
                callback.on_train_begin()
            else:
                callback.on_train_end()


class _Interrupts:
    """Holds Ctrl-C back during a training: it ends the training, and is raised after that.

    Raised inside the callback of a training, the exception could fall between two lines of ours and be lost.
    """

    def __init__(self) -> None:
        self.count = 0
        self._previous: Callable[[int, FrameType | None], object] | None = None

    def __enter__(self) -> _Interrupts:
        if threading.current_thread() is threading.main_thread():
            previous = signal.getsignal(signal.SIGINT)
            # Whoever ignores Ctrl-C, or has it handled outside Python, goes on doing so.
            if callable(previous):
                self._previous = previous
                signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: object) -> None:
        self.count += 1

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if self._previous is None:
            return
        signal.signal(signal.SIGINT, self._previous)
        if self.count:
            self._previous(signal.SIGINT, sys._getframe())
