"""Models of layers in a graph or a stack, trained and used as in Keras."""

from __future__ import annotations

import copy
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from ctypes import byref, c_double, c_int32, c_uint64
from types import FrameType
from typing import Any, Literal, Self, cast, overload

import numpy as np

from . import _library
from . import layers as _layers
from ._graph import Graph, KerasTensor, created, describe, is_chain
from ._images import Images, as_labels, as_pixels
from ._left_out import ANY, left_out
from ._library import (
    Array, Error, Owner, ProgressCallback, Stopped, call, floats, named_arrays, number, settings, whole_number
)
from ._terminal import can_show, show
from .callbacks import Callback, History, ProgressBar, TerminateOnNaN
from .communicator import Communicator
from .layers import Input, Layer, values_of
from .losses import SparseCategoricalCrossentropy
from .optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from .preprocessing import Flow
from .record import Record
from .weights import Weights, class_names

__all__ = ["Model", "Sequential", "load_model"]


class Model:
    """A graph of layers, trained and used as in Keras.

        images = bigeggs.Input((32, 32, 3))
        x = bigeggs.layers.Rescaling(1 / 255)(images)
        x = bigeggs.layers.Conv2D(32, 3, padding="same", activation="relu")(x)
        shortcut = x
        x = bigeggs.layers.Conv2D(32, 3, padding="same")(x)
        x = bigeggs.layers.BatchNormalization()(x)
        x = bigeggs.layers.Add()([x, shortcut])
        x = bigeggs.layers.ReLU()(x)
        x = bigeggs.layers.Flatten()(x)
        x = bigeggs.layers.Dense(10, activation="softmax")(x)
        model = bigeggs.Model(images, x, seed=7)
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        history = model.fit(x_train, y_train, validation_data=(x_test, y_test), batch_size=128, epochs=5)

    The model has the layers between `inputs`, one `Input`, and `outputs`, one value. Layers that do not fit together
    raise an error that names them. A layer belongs to one model: weights cannot be shared.

    The library reads contiguous arrays of uint8 and float32 in place. `seed` is the seed of the weights, and of
    shuffling, dropout and augmentation.
    `precision` is that of the activations: "float32", "bfloat16", or "auto" for the faster one. `threads` is by default
    OMP_NUM_THREADS, or the number of processors that the process may use. `convolution` is "automatic", or "direct",
    which never uses Winograd's algorithm.

    `copy.copy`, `copy.deepcopy` and `pickle` make an independent model with the same layers, weights, compilation and
    optimizer state. The copy continues as this model would, also in another process.
    """

    _owner: Owner | None

    def __init__(
        self, inputs: KerasTensor | Sequence[KerasTensor], outputs: KerasTensor | Sequence[KerasTensor], *,
        name: str = "functional", seed: int = 0, precision: str = "float32", threads: int | None = None,
        convolution: str = "automatic", **others: object,
    ):
        left_out("Model", others, trainable=True)
        self._begin(name, seed=seed, precision=precision, threads=threads, convolution=convolution)
        given, wanted = _one("input", inputs), _one("output", outputs)
        if not isinstance(given, Input):
            raise ValueError(f"inputs is {given!r}: give an Input")
        graph = Graph(given, wanted)
        for label, layer in graph.layers.items():
            if layer._model is not None:
                raise Error(
                    f"{label} belongs to another model: weights cannot be shared, so make new layers for this one")
        self._owner = graph.build(**self._options)
        graph.describe_shapes(self._owner)
        for label, layer in graph.layers.items():
            layer.name, layer._model = label, self

    def _begin(self, name: str, **options: Any) -> None:
        """Sets up a model without layers; `options` are those of the library's model."""
        self.name = name
        self._options = options
        self._owner = None
        self._compilation: tuple[Optimizer, str] | None = None
        self._output_shape: tuple[int, ...] | None = None
        self.history: History | None = None
        #: The name of each class, in the order of the labels; None if not set.
        self.class_names: list[str] | None = None

    @classmethod
    def _empty(cls, **options: Any) -> Self:
        """Makes a model that gets its layers from a file."""
        self = cls.__new__(cls)
        self._begin("functional", **options)
        return self

    @classmethod
    def load(
        cls, path: str | os.PathLike[str], *, seed: int = 0, precision: str = "float32",
        threads: int | None = None, convolution: str = "automatic",
    ) -> Self:
        """Reads a model from a file that `save` wrote; the model must be compiled before further training.

        `Model.load` returns a `Sequential` if each layer reads the one before it, whatever class was saved.
        `Sequential.load` raises `Error` for any other graph.
        """
        options: dict[str, Any] = {
            "seed": seed, "precision": precision, "threads": threads, "convolution": convolution
        }
        owner = Owner.made("be_model_load", os.fsencode(path), settings(**options))
        is_stack = is_chain(describe(owner.handle))
        if issubclass(cls, Sequential) and not is_stack:
            raise Error(f"{os.fspath(path)} is a graph of layers, not a stack: load it with bigeggs.models.load_model")
        kind = Sequential if cls is Model and is_stack else cls
        self = kind._empty(**options)
        self._owner = owner
        self.class_names = class_names(path)
        return cast(Self, self)

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__ | {"history": copy.copy(self.history)}
        if self._owner is not None:
            snapshot = Owner.made("be_model_snapshot", self._owner.handle).array("be_snapshot_bytes")
            state["_owner"] = snapshot.tobytes()
        if self._compilation is not None:
            optimizer, loss = self._compilation
            state["_compilation"] = (copy.copy(optimizer), loss)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._owner is not None:
            snapshot = np.frombuffer(state["_owner"], np.uint8)
            self._owner = Owner.made("be_model_restore", byref(Array.of(snapshot)))
        if self._compilation is not None:
            self._compilation[0]._model, self._compilation[0]._is_at_work = self, self._owner is not None
        if self.history is not None:
            self.history.model = self

    # ---- Making --------------------------------------------------------------------------------

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Does nothing: the model has its shape from its `Input`."""

    @property
    def _handle(self) -> int:
        assert self._owner is not None
        return self._owner.handle

    def _built_for(self, x: np.ndarray) -> int:
        """Returns the handle; a `Sequential` without an input shape is first built for the shape of `x`."""
        return self._handle

    @property
    def _knows_its_input(self) -> bool:
        return True

    def _description(self) -> Record:
        return describe(self._handle)

    @property
    def layers(self) -> list[Layer]:
        """The layers, with their names and weights.

        `Input`, and a `Rescaling` that became a setting of the model, are left out.
        """
        made = []
        for described in self._description()["layers"]:
            kind: type[Layer] = getattr(_layers, described["class_name"])
            layer = kind._described(dict(described["config"]))
            layer._model = self
            made.append(layer)
        return made

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Returns the layer with a name, such as "conv2d_1", or at an index."""
        made = self.layers
        if index is not None:
            return made[index]
        for layer in made:
            if layer.name == name:
                return layer
        raise ValueError(f"there is no layer {name!r}: there are {', '.join(str(layer.name) for layer in made)}")

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """`(None, height, width, channels)` or `(None, features)`."""
        return (None, *self._description()["input"].astype(int).tolist())

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """`(None, classes)` for a classifier."""
        return (None, *self._description()["output"].astype(int).tolist())

    def count_params(self) -> int:
        """Returns the number of the model's parameters, moving statistics included."""
        return int(self._description()["parameters"])

    def summary(self, line_length: int | None = None, positions: object = None, print_fn: Any = None) -> None:
        """Prints the layers, their output shapes and parameter counts; column widths fit the rows.

        Unless the layers form a stack, the column "Connected to" has the layers that each one reads, and "input" for
        the model's input.
        """
        write = show if print_fn is None else print_fn
        described = self._description()
        rows: list[tuple[str, ...]] = [
            (f"{layer['name']} ({layer['class_name']})", str((None, *layer["output"].astype(int).tolist())),
             f"{layer['parameters']:,}", ", ".join(layer["inputs"]))
            for layer in described["layers"]
        ]
        rows.insert(0, ("Layer (type)", "Output shape", "Parameters", "Connected to"))
        if is_chain(described):
            rows = [row[:3] for row in rows]
        widths = [max(map(len, column)) for column in zip(*rows)]
        for index, row in enumerate(rows):
            cells = [f"{cell:{'>' if column == 2 else '<'}{widths[column]}}" for column, cell in enumerate(row)]
            write("  ".join(cells).rstrip())
            if index == 0:
                write(("─" if can_show("─") else "-") * (sum(widths) + 2 * len(widths) - 2))
        total, trainable = described["parameters"], described["trainable"]
        write(f"{total:,} parameters, {trainable:,} of them trainable")

    # ---- Training ------------------------------------------------------------------------------

    def compile(
        self, optimizer: str | Optimizer = "adam",
        loss: str | SparseCategoricalCrossentropy | None = "sparse_categorical_crossentropy",
        metrics: str | Sequence[str] | None = None, **others: object,
    ) -> None:
        """Chooses the optimizer and the loss; the accuracy is always measured.

        An optimizer belongs to one model: `copy.copy` makes another optimizer with the same settings.
        """
        left_out(
            "compile", others, loss_weights=None, weighted_metrics=(None, ()), run_eagerly=ANY,
            steps_per_execution=ANY, jit_compile=ANY, auto_scale_loss=ANY,
        )
        if isinstance(optimizer, str):
            named: dict[str, type[Adam | AdamW | RMSprop | SGD]] = {
                "adam": Adam, "adamw": AdamW, "rmsprop": RMSprop, "sgd": SGD
            }
            if optimizer.lower() not in named:
                raise ValueError(f"there is no optimizer {optimizer!r}: there are {', '.join(named)}")
            optimizer = named[optimizer.lower()]()
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{optimizer!r} is not an optimizer: use one of bigeggs.optimizers")
        if optimizer._model not in (None, self):
            raise ValueError(
                f"this {type(optimizer).__name__} belongs to another model: give each model an optimizer of its own; "
                "copy.copy makes one with the same settings"
            )
        for metric in [metrics] if isinstance(metrics, str) else metrics or ():
            if metric not in ("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy"):
                raise ValueError(f"there is no metric {metric!r}: there is 'accuracy'")
        name = getattr(loss, "name", loss) or "sparse_categorical_crossentropy"
        if not isinstance(name, str):
            raise TypeError(f"{loss!r} is not a loss: use one of bigeggs.losses, or its name")
        previous, self._compilation = self._compilation, (optimizer, name)
        if self._knows_its_input:
            try:
                self._compile(self._handle)
            except Exception:
                self._compilation = previous
                raise
        optimizer._model = self
        if previous is not None and previous[0] is not optimizer:
            previous[0]._model, previous[0]._is_at_work = None, False

    def _compile(self, handle: int) -> None:
        assert self._compilation is not None
        optimizer, loss = self._compilation
        chosen = settings(**optimizer.settings())
        call("be_model_compile", handle, type(optimizer).__name__.encode(), chosen, loss.encode())
        optimizer._is_at_work = True

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer that the model was compiled with, if any."""
        return self._compilation[0] if self._compilation else None

    @property
    def trainable(self) -> bool:
        """Always True; each layer has a `trainable` of its own."""
        return True

    @trainable.setter
    def trainable(self, value: bool) -> None:
        left_out(type(self).__name__, {"trainable": value}, trainable=True)

    @property
    def metrics_names(self) -> list[str]:
        """The names of the values that `evaluate` returns."""
        return ["loss", "accuracy"]

    @property
    def stop_training(self) -> bool:
        """Whether the training ends after its current epoch; callbacks set it."""
        return bool(number("be_model_stop_training", self._handle, kind=c_int32))

    @stop_training.setter
    def stop_training(self, stop: bool) -> None:
        call("be_model_set_stop_training", self._handle, bool(stop))

    def fit(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1,
        verbose: int | str = "auto", callbacks: Callback | Sequence[Callback] | None = None,
        validation_split: float = 0.0, validation_data: Any = None, shuffle: bool = True,
        class_weight: None = None, sample_weight: None = None, initial_epoch: int | None = None,
        steps_per_epoch: int | None = None, validation_steps: int | None = None,
        validation_batch_size: int | None = None, validation_freq: int = 1,
        communicator: Communicator | None = None, local_statistics: bool = False, fixed_parts: int | None = None,
        **others: object,
    ) -> History:
        """Trains the model.

        `x` is uint8 or float32, `[count, height, width, channels]` or `[count, features]`, or a flow from
        `ImageDataGenerator.flow`. `y` is whole numbers, `[count]` or `[count, 1]`, or with the loss
        "categorical_crossentropy" also one-hot vectors. `batch_size` is by default 32, or that of the flow.

        After each epoch the model is evaluated on `validation_data`, or on the share `validation_split` at the end of
        the images. `validation_data` is images and labels, or a flow that transforms nothing. `epochs` is the number of
        epochs, including the first `initial_epoch` epochs, which count as done. `steps_per_epoch` is the number of
        steps in an epoch. `verbose` 0 prints nothing, 1 a progress bar, 2 a line per epoch.

        Each call continues the random draws of the call before it: four calls with one epoch are the same training as
        one call with four epochs. Another model with the same seed has the same orders, transformations and dropout
        masks. With an `initial_epoch`, even 0, orders and transformations are those of the epochs from that number on,
        whatever was trained before.

        With `communicator=bigeggs.world()` the processes of a launcher train together, each on its share of every
        batch. With `local_statistics`, batch normalization then uses the statistics of each process's share. Only
        process 0 calls callbacks and prints. `fixed_parts`, a power of two, divides every batch into that many parts.
        Every number of processes that divides `fixed_parts`, 1 included, then gives the same bits. `fixed_parts` must
        be given before the model runs; the model keeps it.

        Other Python threads can run during a training. Ctrl-C, or an exception in a callback, ends the training after
        the current step, and `fit` raises the exception; the model then has the weights of that step.

        Returns the metrics of each epoch.
        """
        left_out(
            "fit", others | {
                "class_weight": class_weight, "sample_weight": sample_weight, "validation_freq": validation_freq,
            }, class_weight=None, sample_weight=None, validation_freq=1, workers=ANY, max_queue_size=ANY,
            use_multiprocessing=ANY,
        )
        generator = None
        if isinstance(x, Flow):
            _without_labels(y)
            generator, shuffle = x.generator, x.shuffle
            batch_size = x.batch_size if batch_size is None else batch_size
            x, y = x.x, x.y
        x = as_pixels(x)
        handle = self._built_for(x)
        images = Images(x, self._labels(y))
        validation = self._validation(validation_data, validation_steps, validation_batch_size or batch_size or 32)
        told = _told(callbacks)
        described = settings(
            batch_size=batch_size, epochs=epochs, shuffle=bool(shuffle), initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch, validation_split=validation_split,
            terminate_on_nan=any(isinstance(callback, TerminateOnNaN) for callback in told),
            communicator=_name(communicator), local_statistics=bool(local_statistics),
            fixed_parts=fixed_parts,
        )
        history = History()
        # The bar comes before other callbacks, so that their lines appear below it.
        told = [history, *([ProgressBar(live=verbose != 2)] if verbose else []), *told]
        relay = _Relay(told, verbose)
        # Callbacks, the history included, run in process 0 alone; the other processes read the library's record.
        measured = c_uint64() if communicator is not None and communicator.rank > 0 else None
        with _taking_part(told, self), _Interrupts() as interrupts:
            relay.interrupts = interrupts
            try:
                call(
                    "be_model_fit", handle, images.handle, validation.handle if validation else 0,
                    generator._owner.handle if generator else 0, described, relay.function, None,
                    None if measured is None else byref(measured),
                )
            except Stopped:
                if relay.error is not None:
                    raise relay.error from None
        if measured is not None:
            history._take(Record(Owner(measured.value)), initial_epoch or 0)
            self.history = history
        return history

    def _labels(self, y: Any) -> np.ndarray | None:
        """Converts labels for the model's loss to those that the library reads."""
        one_hot = self._compilation is not None and self._compilation[1] == "categorical_crossentropy"
        return None if y is None else as_labels(y, one_hot)

    def _validation(self, data: Any, steps: int | None, batch_size: int) -> Images | None:
        if data is None:
            return None
        rescale = None
        if isinstance(data, Flow):
            if not data.generator._changes_nothing:
                raise Error(
                    "validation_data is a flow that transforms its images: give one of a generator that only rescales, "
                    "or images and labels"
                )
            rescale, batch_size, data = data.generator.rescale, data.batch_size, (data.x, data.y)
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise Error("validation_data is not a pair: give images and labels, without weights, or a flow")
        x, y = as_pixels(data[0]), self._labels(data[1])
        if steps is not None:
            count = whole_number("validation_steps", steps) * whole_number("batch_size", batch_size)
            x, y = x[:count], None if y is None else y[:count]
        return Images(x, y, rescale=rescale)

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: None = None, class_weight: None = None, return_dict: bool = False
    ) -> list[float] | dict[str, float]:
        """Runs a training step on all images as one batch; returns `[loss, accuracy]` from before the update."""
        weights = {"sample_weight": sample_weight, "class_weight": class_weight}
        left_out("train_on_batch", weights, sample_weight=None, class_weight=None)
        x = as_pixels(x)
        handle, images = self._built_for(x), Images(x, self._labels(y))
        loss, accuracy = c_double(), c_double()
        call("be_model_train_on_batch", handle, images.handle, byref(loss), byref(accuracy))
        return _measured(loss.value, accuracy.value, return_dict)

    # ---- Using ---------------------------------------------------------------------------------

    @overload
    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: int | str = "auto",
        sample_weight: None = None, steps: int | None = None, callbacks: None = None,
        return_dict: Literal[False] = False, communicator: Communicator | None = None, **others: object,
    ) -> list[float]: ...

    @overload
    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: int | str = "auto",
        sample_weight: None = None, steps: int | None = None, callbacks: None = None, *, return_dict: Literal[True],
        communicator: Communicator | None = None, **others: object,
    ) -> dict[str, float]: ...

    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: int | str = "auto",
        sample_weight: None = None, steps: int | None = None, callbacks: None = None, return_dict: bool = False,
        communicator: Communicator | None = None, **others: object,
    ) -> list[float] | dict[str, float]:
        """Returns `[loss, accuracy]` in inference mode, or with `return_dict` both by name.

        `x` is images, with labels `y`, or a flow, of which one pass is used. With `steps` only that number of batches
        is used. `verbose` 1 or 2 prints loss and accuracy in a line. With `communicator=bigeggs.world()` the processes
        of a launcher share the work, and all return the result.
        """
        given = {"sample_weight": sample_weight, "callbacks": callbacks or None}
        left_out(
            "evaluate", others | given, sample_weight=None, callbacks=None, workers=ANY, max_queue_size=ANY,
            use_multiprocessing=ANY,
        )
        totals, count, loss, accuracy = [0.0, 0.0], 0, c_double(), c_double()
        for pixels, labels, size, first in self._batches(x, y, batch_size, steps):
            handle, images = self._built_for(pixels), Images(pixels, labels, first_index=first)
            described = settings(batch_size=size, communicator=_name(communicator))
            call("be_model_evaluate", handle, images.handle, described, byref(loss), byref(accuracy))
            for index, value in enumerate((loss.value, accuracy.value)):
                totals[index] += value * len(images)
            count += len(images)
        totals = [total / count for total in totals]
        if verbose in (1, 2):
            show(f"{count} images  loss {totals[0]:.4g}  accuracy {totals[1]:.4g}")
        return _measured(*totals, return_dict)

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: int | str = "auto", steps: int | None = None,
        callbacks: None = None, communicator: Communicator | None = None, **others: object,
    ) -> np.ndarray:
        """Returns the output for every image: float32, `[count, classes]`; each row adds up to 1 after a softmax.

        `x` is images, or a flow, of which one pass is used. With `steps` only that number of batches is used. With
        `communicator=bigeggs.world()` the processes of a launcher share the work, and all return the whole output.
        """
        left_out(
            "predict", others | {"callbacks": callbacks or None}, callbacks=None, workers=ANY, max_queue_size=ANY,
            use_multiprocessing=ANY,
        )
        outputs = []
        for pixels, _, size, first in self._batches(x, None, batch_size, steps):
            handle, images = self._built_for(pixels), Images(pixels, first_index=first)
            output = np.empty((len(images), *self._output), dtype=np.float32)
            described = settings(batch_size=size, communicator=_name(communicator))
            call("be_model_predict", handle, images.handle, described, floats(output), output.size)
            outputs.append(output)
        return outputs[0] if len(outputs) == 1 else np.concatenate(outputs)

    def _batches(
        self, x: Any, y: Any, batch_size: int | None, steps: int | None
    ) -> Iterator[tuple[np.ndarray, np.ndarray | None, int, int]]:
        """Yields images, labels, the batch size and the first image's index.

        An array is divided into parts of one or more batches. A flow gives single batches, each with the index 0.
        """
        if isinstance(x, Flow):
            _without_labels(y)
            count = len(x) if steps is None else min(whole_number("steps", steps), len(x))
            for index in range(max(count, 1)):
                given = x[index]
                pixels, labels = given if isinstance(given, tuple) else (given, None)
                yield pixels, self._labels(labels), len(pixels), 0
            return
        pixels, labels = as_pixels(x), self._labels(y)
        size = whole_number("batch_size", (128 if steps is None else 32) if batch_size is None else batch_size)
        if labels is not None and len(labels) != len(pixels):
            # This raises the error for unequal lengths: a part of the images and its labels could have equal lengths.
            Images(pixels, labels)
        if steps is not None:
            count = max(whole_number("steps", steps), 0) * size
            pixels, labels = pixels[:count], None if labels is None else labels[:count]
        for part in _parts(len(pixels), size):
            yield pixels[part], None if labels is None else labels[part], size, part.start

    def predict_on_batch(self, x: Any) -> np.ndarray:
        """Returns the output for all images as one batch."""
        pixels = as_pixels(x)
        return self.predict(pixels, batch_size=max(len(pixels), 1))

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: None = None, return_dict: bool = False
    ) -> list[float] | dict[str, float]:
        """Returns `[loss, accuracy]` of all images as one batch, in inference mode."""
        pixels = as_pixels(x)
        measured = self.evaluate(pixels, y, max(len(pixels), 1), 0, sample_weight)
        return _measured(*measured, return_dict)

    def __call__(self, x: Any, training: bool | None = None) -> np.ndarray:
        """Does the same as `predict_on_batch`."""
        if isinstance(x, KerasTensor):
            raise Error("a model cannot be a layer of a graph: call new layers of the same kinds")
        left_out("the call of a model", {"training": training}, training=(False, None))
        return self.predict_on_batch(x)

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
        """Returns a copy of all weights as they are now, in Keras's order."""
        return list(self.weights.values())

    def set_weights(self, weights: Mapping[str, np.ndarray] | Sequence[np.ndarray]) -> None:
        """Replaces weights: all of them in Keras's order, or some by name."""
        if not isinstance(weights, Mapping):
            names = self.weights.names
            if len(names) != len(weights):
                raise ValueError(f"{len(weights)} weights are given, but the model has {len(names)}")
            weights = dict(zip(names, weights))
        call("be_model_set_weights", self._handle, *named_arrays(weights))

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True, **others: object) -> None:
        """Writes layers, weights and `class_names` to a safetensors file for `load_model`; any file name will do."""
        left_out("save", others | {"overwrite": overwrite}, overwrite=True, zipped=ANY, save_format=ANY)
        call(
            "be_model_save", self._handle, os.fsencode(filepath), settings(class_names=self._class_names()))

    save_weights = save

    def _class_names(self) -> list[str] | None:
        return None if self.class_names is None else list(self.class_names)

    def load_weights(self, filepath: str | os.PathLike[str], **others: object) -> None:
        """Reads the weights from a safetensors file; if they do not fit, the model is unchanged."""
        left_out("load_weights", others, skip_mismatch=False, by_name=False)
        call("be_model_load_weights", self._handle, os.fsencode(filepath))

    def export(
        self, filepath: str | os.PathLike[str], format: str = "onnx", *, class_names: Sequence[str] | None = None
    ) -> None:
        """Writes the layers and the weights to an ONNX file, which other programs run.

        The graph's input is `images`, float32 `[batch, height, width, channels]`, or `vectors`, float32
        `[batch, features]`. It takes the values that this model takes, because the graph includes `Rescaling`. The
        graph's output is `probabilities`, or `output` without a softmax. The file's metadata has `class_names`, one for
        each output, by default those of the model.
        """
        if format != "onnx":
            raise ValueError(f"there is no format {format!r}: there is 'onnx'")
        names = self._class_names() if class_names is None else list(class_names)
        call("be_model_export_onnx", self._handle, os.fsencode(filepath), settings(class_names=names))


class Sequential(Model):
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

    Without an `Input`, or an `input_shape` of the first layer, the input shape is that of the first images that the
    model gets. All else is as in `Model`.
    """

    #: The input shape that the library's model was built for.
    _built_shape: tuple[int | None, ...] | None = None

    def __init__(
        self, layers: Iterable[Layer | Input] | None = None, *, name: str = "sequential", seed: int = 0,
        precision: str = "float32", threads: int | None = None, convolution: str = "automatic", **others: object,
    ):
        left_out("Sequential", others, trainable=True)
        self._begin(name, seed=seed, precision=precision, threads=threads, convolution=convolution)
        self._layers: list[Layer | Input] = []
        for layer in layers or ():
            self.add(layer)

    @classmethod
    def _empty(cls, **options: Any) -> Self:
        return cls(**options)

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_layers": list(self._layers)}

    def add(self, layer: Layer | Input) -> None:
        """Appends a layer."""
        if not isinstance(layer, (Layer, Input)):
            raise TypeError(f"{layer!r} is not a layer: use one of bigeggs.layers")
        if isinstance(layer, Input) and any(isinstance(below, Layer) for below in self._layers):
            raise ValueError(f"{type(layer).__name__} must come before all other layers")
        if not self._layers and (shape := getattr(layer, "input_shape", None)) is not None:
            self._layers.append(Input(shape))
        if self._owner is not None and isinstance(layer, Layer):
            if self._built_shape is not None:
                _check_axes([*(below for below in self._layers if isinstance(below, Layer)), layer], self._built_shape)
            layer._add_to(self._owner)
            layer._is_stacked = True
        self._layers.append(layer)

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Fixes the shape of the input, `[None, height, width, channels]` as in Keras, unless the model has one."""
        if self._owner is not None:
            return
        if input_shape is None:
            input_shape = next((layer.shape for layer in self._layers if isinstance(layer, Input)), None)
        if input_shape is None:
            raise ValueError("the model does not know its input yet: begin it with bigeggs.layers.Input")
        layers = [layer for layer in self._layers if isinstance(layer, Layer)]
        _check_axes(layers, input_shape)
        # As in `Graph`, factors of the input become a setting of the model, except that of the last layer.
        rescale = 1.0
        while len(layers) > 1 and (factor := layers[0]._factor) is not None:
            rescale *= factor
            layers = layers[1:]
        owner = created(input_shape, rescale, self._options)
        for layer in layers:
            layer._add_to(owner)
        for layer in layers:
            layer._is_stacked = True
        self._owner, self._built_shape = owner, tuple(input_shape)
        if self._compilation:
            self._compile(owner.handle)

    @property
    def _handle(self) -> int:
        if self._owner is None:
            self.build()
        return super()._handle

    def _built_for(self, x: np.ndarray) -> int:
        if not self._knows_its_input:
            self.build(np.shape(x))
        return self._handle

    @property
    def _knows_its_input(self) -> bool:
        return self._owner is not None or any(isinstance(layer, Input) for layer in self._layers)


def load_model(filepath: str | os.PathLike[str], **others: object) -> Model:
    """Reads a model from a file that `save` wrote; does the same as `Model.load`."""
    left_out("load_model", others, custom_objects=None, compile=ANY, safe_mode=ANY)
    return Model.load(filepath)


def _check_axes(layers: Sequence[Layer], input_shape: Sequence[int | None]) -> None:
    """Raises `Error` for a layer in a stack whose axis is not the last one of its output."""
    if any(layer._axis != -1 for layer in layers):
        # The library adds no layers to a model that it has described, so this describes a model of its own.
        owner = created(input_shape, 1, {})
        for layer in layers:
            layer._add_to(owner)
        for layer, row in zip(layers, describe(owner.handle)["layers"]):
            layer._check_axis(row["name"], len(row["output"]))


def _one(what: str, given: KerasTensor | Sequence[KerasTensor]) -> KerasTensor:
    """Returns the only value of a model's inputs or outputs; `what` is "input" or "output"."""
    values = values_of(given, f"{what}s is")
    if len(values) != 1:
        given_values = ", ".join(map(repr, values)) or "none"
        raise ValueError(f"a model has one {what}, and {what}s has {len(values)}: {given_values}")
    return values[0]


def _without_labels(y: Any) -> None:
    if y is not None:
        raise ValueError("y is given with a flow, which has its own labels: leave y out")


def _measured(loss: float, accuracy: float, by_name: bool) -> Any:
    return {"loss": loss, "accuracy": accuracy} if by_name else [loss, accuracy]


def _told(callbacks: Callback | Sequence[Callback] | None) -> list[Callback]:
    told = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or ())
    for callback in told:
        if not isinstance(callback, Callback):
            raise TypeError(f"{callback!r} is not a callback: use one of bigeggs.callbacks, or a subclass of Callback")
    return told


@contextmanager
def _taking_part(callbacks: Sequence[Callback], model: Model) -> Iterator[None]:
    """Assigns callbacks to a model during its training; raises `ValueError` if a callback is in another training."""
    for callback in callbacks:
        if callback._is_told:
            raise ValueError(
                f"this {type(callback).__name__} takes part in another running training: give each training its own")
    try:
        for callback in callbacks:
            callback._is_told = True
            callback.set_model(model)
        yield
    finally:
        for callback in callbacks:
            callback._is_told = False


def _name(communicator: Communicator | None) -> str | None:
    """Returns the communicator's name in settings; None for this process alone."""
    return None if communicator is None else "world"


def _parts(count: int, batch_size: int) -> list[slice]:
    """Divides `count` images into slices of whole batches, of at most 2048 images unless a batch is larger.

    Ctrl-C takes effect between two calls of the library, and each call has one slice. There is at least one slice, so
    that the library raises the error for an empty array or a wrong size.
    """
    size = max(batch_size, batch_size * (2048 // batch_size)) if batch_size > 0 else max(count, 1)
    return [slice(start, start + size) for start in range(0, max(count, 1), size)]


class _Relay:
    """Passes a training's events to callbacks, and keeps the exception if a callback raises one."""

    def __init__(self, callbacks: Sequence[Callback], verbose: int | str):
        self.callbacks, self.verbose = callbacks, verbose
        self.last: dict[str, float] = {}
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
        if event == _library.BE_EPOCH_END:
            self.last = logs
        for callback in self.callbacks:
            if event == _library.BE_BATCH_END:
                callback.on_train_batch_end(progress.step, logs)
            elif event == _library.BE_TEST_BATCH_END:
                callback.on_test_batch_end(progress.step, logs)
            elif event == _library.BE_EPOCH_END:
                callback.on_epoch_end(epoch, logs)
            elif event == _library.BE_EPOCH_BEGIN:
                callback.on_epoch_begin(epoch, logs)
            elif event == _library.BE_TRAIN_BEGIN:
                callback.set_params({"epochs": progress.epochs, "steps": progress.steps, "verbose": self.verbose})
                callback.on_train_begin(logs)
            else:
                callback.on_train_end(self.last)


class _Interrupts:
    """Defers the exception of a Ctrl-C until the training has ended; Ctrl-C ends the training after the current step.

    Otherwise Python could raise the exception at any place in the function that the library calls, also outside its
    `try`, and ctypes would lose it.
    """

    def __init__(self) -> None:
        self.count = 0
        self._previous: Callable[[int, FrameType | None], object] | None = None

    def __enter__(self) -> _Interrupts:
        if threading.current_thread() is threading.main_thread():
            previous = signal.getsignal(signal.SIGINT)
            # A program that ignores Ctrl-C, or handles it outside Python, keeps doing so.
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
