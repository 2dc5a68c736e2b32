"""Defines the symbolic values that layers are called on, and the graph of layers between two of these values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._library import Owner, settings
from .record import Record

if TYPE_CHECKING:
    from .layers import Layer

_numbers = itertools.count()


class KerasTensor:
    """A symbolic value in a graph of layers, returned when a layer is called. It holds no numbers."""

    def __init__(
        self, layer: Layer | None, inputs: Sequence[KerasTensor], *, shape: tuple[int | None, ...] | None = None
    ):
        #: The layer that returned this value when it was called; None for an input.
        self._layer = layer
        #: The name that the user gave the layer, even if a model has named the layer since; None if there is none.
        self._name = None if layer is None else layer.name
        self._inputs = tuple(inputs)
        #: Values are numbered in the order in which they were created.
        self._number = next(_numbers)
        self._shape = shape

    @property
    def shape(self) -> tuple[int | None, ...]:
        """`(None, height, width, channels)` or `(None, features)`.

        Reading it builds the layers up to this value; layers that do not fit together raise an `Error`.
        """
        if self._shape is None:
            graph = Graph(self._first_input, self)
            graph.describe_shapes(graph.build())
        assert self._shape is not None
        return self._shape

    @property
    def _first_input(self) -> KerasTensor:
        value = self
        while value._inputs:
            value = value._inputs[0]
        return value

    def __repr__(self) -> str:
        return f"<KerasTensor of {self._layer!r}>"


class Graph:
    """The layers between an input and a value, in the order of their calls.

    A layer such as `Rescaling(1 / 255)` multiplies the input by a factor. If all other layers that read the input read
    it with the same factor, the factor becomes a setting of the model, and the graph leaves out the layers that
    multiply. Raises `ValueError` if the value does not depend on that input alone.
    """

    def __init__(self, given: KerasTensor, wanted: KerasTensor):
        found: set[KerasTensor] = set()
        open_ = [wanted]
        while open_:
            value = open_.pop()
            if value not in found:
                found.add(value)
                open_ += value._inputs
        self._given = given
        values = sorted((value for value in found if value._layer is not None), key=lambda one: one._number)
        if not values:
            raise ValueError("the model has no layers: its output is an input")
        # A value that is the input times a number has this number as its factor; other values have none.
        self._factors = {value: 1.0 for value in found if value._layer is None}
        for value in values:
            before = self._factors.get(value._inputs[0]) if len(value._inputs) == 1 else None
            factor = None if value._layer is None or value is wanted else value._layer._factor
            if before is not None and factor is not None:
                self._factors[value] = factor * before
        readers = [value for value in values if value not in self._factors]
        factors = {self._factors[read] for value in readers for read in value._inputs if read in self._factors}
        if len(factors) > 1:
            readers, factors = values, {1.0}
            self._factors = {value: 1.0 for value in found if value._layer is None}
        self._rescale = max(factors, default=1.0)
        self._values = readers
        self.layers = _named(self._values)
        self._names = dict(zip(self._values, self.layers))
        if given not in found:
            raise ValueError(f"the output, {self._names[wanted]}, does not depend on the input")
        for value, name in self._names.items():
            for read in value._inputs:
                if read in self._factors and read._first_input is not given:
                    raise ValueError(f"{name} reads an Input other than the model's: a model has one input")

    def build(self, **options: Any) -> Owner:
        """Makes the library's model of these layers. An `Error` names a layer that does not fit."""
        owner = created(self._given.shape, self._rescale, options)
        for value, (name, layer) in zip(self._values, self.layers.items()):
            layer._add_to(owner, name=name, inputs=[self._names.get(read, "input") for read in value._inputs])
        return owner

    def describe_shapes(self, built: Owner) -> None:
        """Gives each value its shape, from the library's model of these layers."""
        rows = {row["name"]: row for row in describe(built.handle)["layers"]}
        for value, (name, layer) in zip(self._values, self.layers.items()):
            value._shape = (None, *rows[name]["output"].astype(int).tolist())
            layer._check_axis(name, len(value._shape) - 1)


def describe(model: int) -> Record:
    """Returns the library's description of the model with this handle."""
    return Record(Owner.made("be_model_describe", model))


def created(shape: Sequence[int | None], rescale: float, options: Mapping[str, Any]) -> Owner:
    """Makes a library model without layers.

    `shape` begins with the batch axis. The model multiplies its input by `rescale`.
    """
    extents = [0 if extent is None else extent for extent in shape[1:]]
    return Owner.made("be_model_create", settings(
        input=extents, rescale=None if rescale == 1 else rescale, **options))


def is_chain(description: Mapping[str, Any]) -> bool:
    """Tells whether each layer of a description reads the one before it, and nothing else."""
    before = ["input"]
    for layer in description["layers"]:
        if list(layer["inputs"]) != before:
            return False
        before = [layer["name"]]
    return True


def snake_case(kind: str) -> str:
    """Converts a class's name to Keras's snake case: BatchNormalization to batch_normalization, Conv2D to conv2d."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()


def _named(values: Sequence[KerasTensor]) -> dict[str, Layer]:
    """Returns the layers of values by name. A layer without a name gets Keras's default: conv2d, conv2d_1 and so on."""
    named: dict[str, Layer] = {}
    counts: dict[str, int] = {}
    for value in values:
        layer, name = value._layer, value._name
        assert layer is not None
        if name is None:
            kind = snake_case(layer._kind)
            count = counts.get(kind, 0)
            name, counts[kind] = f"{kind}_{count}" if count else kind, count + 1
        if name in named:
            raise ValueError(f"two layers are called {name}: names must differ")
        if name == "input":
            raise ValueError(f"a {type(layer).__name__} is called input, which is the model's input: take another name")
        named[name] = layer
    return named
