"""Values that layers are called on, and the layers that lie between two of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._library import Error, Owner, settings
from .record import Record

if TYPE_CHECKING:
    from .layers import Layer

_numbers = itertools.count()


class KerasTensor:
    """A value in a graph of layers: what a layer gives where it is called. It has no numbers."""

    def __init__(
        self, layer: Layer | None, inputs: Sequence[KerasTensor], *, shape: tuple[int | None, ...] | None = None,
        rescale: float | None = None,
    ):
        #: None for an input, and for one that is rescaled, which has the input among its `_inputs`.
        self._layer = layer
        #: What the layer was called before a model gave it a name.
        self._name = None if layer is None else layer.name
        self._inputs = tuple(inputs)
        self._rescale = rescale
        #: Greater than that of every value before it.
        self._number = next(_numbers)
        self._shape = shape

    @property
    def shape(self) -> tuple[int | None, ...]:
        """`(None, height, width, channels)` or `(None, features)`.

        It is had by making the layers up to here, so that layers which do not fit together are an `Error`.
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
        made_by = f"Rescaling({self._rescale})" if self._layer is None else repr(self._layer)
        return f"<KerasTensor of {made_by}>"


class Graph:
    """The layers between an input and a value, in the order of their calls.

    A `ValueError` if the value does not come of that input alone, or if a `Rescaling` is not before all layers.
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
        self._values = sorted((value for value in found if value._layer is not None), key=lambda one: one._number)
        self.layers = _named(self._values)
        self._names = dict(zip(self._values, self.layers))
        if not self._values:
            raise ValueError("the model has no layers: its output is an input")
        if given not in found:
            raise ValueError(f"the output, what {self._names[wanted]} gives, does not depend on the input")
        # What layers read of the input, by what it is multiplied by, and the first layer that reads it so.
        readers: dict[float | None, str] = {}
        for value, name in self._names.items():
            for read in value._inputs:
                if read._layer is None:
                    if read._first_input is not given:
                        raise ValueError(f"{name} reads another Input than the model's: a model has one input")
                    readers.setdefault(read._rescale, name)
        if len(readers) > 1:
            ways = [f"{name} reads the input{'' if by is None else f' times {by:.6g}'}" for by, name in readers.items()]
            raise ValueError(f"{', '.join(ways)}: one Rescaling stands before all other layers")
        [self._rescale] = readers

    def build(self, **options: Any) -> Owner:
        """The library's model of these layers. An `Error` names the layer that does not fit."""
        owner = created(self._given.shape, self._rescale, options)
        for value, (name, layer) in zip(self._values, self.layers.items()):
            layer._add_to(owner, name=name, inputs=[self._names.get(read, "input") for read in value._inputs])
        return owner

    def describe_shapes(self, built: Owner) -> None:
        """Gives each value its shape, from the library's model of these layers."""
        rows = {row["name"]: row for row in Record(Owner.made("be_model_describe", built.handle))["layers"]}
        for value, (name, layer) in zip(self._values, self.layers.items()):
            value._shape = (None, *rows[name]["output"].astype(int).tolist())
            last = len(value._shape) - 1
            if layer._axis not in (-1, last):
                raise Error(
                    f"{name} has no axis={layer._axis}: of Keras's there is only the last one here, -1 or {last}")


def created(shape: Sequence[int | None], rescale: float | None, options: Mapping[str, Any]) -> Owner:
    """A model of the library's without layers; the shape begins with the batch."""
    extents = [0 if extent is None else extent for extent in shape[1:]]
    return Owner.made("be_model_create", settings(input=extents, rescale=rescale, **options))


def is_chain(description: Mapping[str, Any]) -> bool:
    """Whether each layer of a description reads the one before it, and nothing else."""
    before: list[str] = []
    for layer in description["layers"]:
        # These read two values or more, of which the description leaves out the model's input.
        if list(layer["inputs"]) != before or layer["kind"] in ("Add", "Concatenate"):
            return False
        before = [layer["name"]]
    return True


def _named(values: Sequence[KerasTensor]) -> dict[str, Layer]:
    """The layers that give values, by their names: their own, or Keras's for the kind, numbered from the second on."""
    named: dict[str, Layer] = {}
    counts: dict[str, int] = {}
    for value in values:
        layer, name = value._layer, value._name
        assert layer is not None
        if name is None:
            # As Keras writes a class's name: BatchNormalization is batch_normalization, and Conv2D is conv2d.
            kind = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", layer._kind)).lower()
            count = counts.get(kind, 0)
            name, counts[kind] = f"{kind}_{count}" if count else kind, count + 1
        if name in named:
            raise ValueError(f"two layers are called {name}: names must differ")
        if name == "input":
            raise ValueError(f"a {type(layer).__name__} is called input, which is the model's input: take another name")
        named[name] = layer
    return named
