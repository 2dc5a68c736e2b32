"""Optimizers: Keras's names and arguments."""

from __future__ import annotations

from ctypes import c_double
from typing import TYPE_CHECKING

from ._library import call, number

if TYPE_CHECKING:
    from .models import Sequential

__all__ = ["Adam"]


class Adam:
    """The Adam optimizer (Kingma and Ba, 2015).

    Once a model is compiled with it, `learning_rate` is that of the model and may be changed at any time.
    """

    def __init__(
        self, learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7
    ):
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self._learning_rate = learning_rate
        self._model: Sequential | None = None

    @property
    def learning_rate(self) -> float:
        """The step size."""
        if self._model is None:
            return self._learning_rate
        return number("be_model_learning_rate", self._model._handle, kind=c_double)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if self._model is None:
            self._learning_rate = rate
        else:
            call("be_model_set_learning_rate", self._model._handle, float(rate))

    def settings(self) -> dict[str, float]:
        """What the library is told, by Keras's names."""
        return {
            "learning_rate": self.learning_rate, "beta_1": self.beta_1, "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
