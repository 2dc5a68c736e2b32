"""Optimizers, with Keras's names and arguments."""

from __future__ import annotations

from ctypes import c_double
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ._left_out import ANY, left_out
from ._library import call, number

if TYPE_CHECKING:
    from .models import Model

__all__ = ["Adam", "AdamW", "CosineDecay", "Muon", "OneCycle", "PolynomialDecay", "RMSprop", "SGD"]


@dataclass
class CosineDecay:
    """Lowers the rate from `initial_learning_rate` to `alpha` times that rate along a cosine, in `decay_steps`.

    With a `warmup_target`, the rate first goes linearly from `initial_learning_rate` to the target in `warmup_steps`.
    Then it falls to `alpha` times the target in `decay_steps`.
    """

    initial_learning_rate: float
    decay_steps: int
    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: int = 0


@dataclass
class PolynomialDecay:
    """Lowers the rate from `initial_learning_rate` to `end_learning_rate` in `decay_steps`.

    The rate's difference from `end_learning_rate` is proportional to the share of steps left, raised to `power`.
    """

    initial_learning_rate: float
    decay_steps: int
    end_learning_rate: float = 0.0001
    power: float = 1.0


@dataclass
class OneCycle:
    """Raises the rate to `max_learning_rate` and lowers it again, along cosines.

    This is PyTorch's `OneCycleLR`, which Keras lacks. The first rate is the maximum divided by `div_factor`. The last
    rate is the first one divided by `final_div_factor`. The rate rises in the share `pct_start` of `total_steps`.
    """

    max_learning_rate: float
    total_steps: int
    pct_start: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4


Schedule = CosineDecay | PolynomialDecay | OneCycle


class Optimizer:
    """Base class of the optimizers.

    Once a model is compiled with an optimizer and knows its input shape, `learning_rate` is the rate of the model's
    next step. Setting it replaces a schedule. An optimizer belongs to the one model that was compiled with it. A copy
    has the same settings, the present learning rate or the schedule, and no model yet.

    `clipvalue`, `clipnorm` or `global_clipnorm` limits gradients as in Keras. `groups`, which Keras lacks, maps endings
    of parameter names to other optimizers, which update these parameters: `{"/bias": SGD(0.05)}`.
    """

    def __init__(
        self, learning_rate: float | Schedule, others: dict[str, Any], left: dict[str, object],
        **arguments: float | bool | None,
    ):
        limits = {name: others.pop(name, None) for name in ("clipvalue", "clipnorm", "global_clipnorm")}
        self._groups: dict[str, Optimizer] = dict(others.pop("groups", None) or {})
        left_out(
            type(self).__name__, others, name=ANY, use_ema=False, ema_momentum=ANY, ema_overwrite_frequency=None,
            loss_scale_factor=None, gradient_accumulation_steps=None, jit_compile=ANY, **left,
        )
        self._arguments, self._learning_rate = arguments | limits, learning_rate
        self._model: Model | None = None
        # It becomes True when the library compiles the model, for which it needs the input shape.
        self._is_at_work = False

    @property
    def learning_rate(self) -> float | Schedule:
        """The rate of the next step, or the given number or schedule if the model is not compiled yet."""
        if self._model is None or not self._is_at_work:
            return self._learning_rate
        return float(number("be_model_learning_rate", self._model._handle, kind=c_double))

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if self._model is not None and self._is_at_work:
            call("be_model_set_learning_rate", self._model._handle, float(rate))
        self._learning_rate = float(rate)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_learning_rate": self._present_rate, "_model": None, "_is_at_work": False}

    @property
    def _present_rate(self) -> float | Schedule:
        return self._learning_rate if isinstance(self._learning_rate, Schedule) else self.learning_rate

    def settings(self) -> dict[str, object]:
        """Returns the settings for the library, under Keras's names."""
        rate = self._present_rate
        described = _described(rate, asdict(rate)) if isinstance(rate, Schedule) else rate
        groups = [
            {"ending": ending, "optimizer": _described(optimizer, optimizer.settings())}
            for ending, optimizer in self._groups.items()
        ]
        return {"learning_rate": described, **self._arguments} | ({"groups": groups} if groups else {})


def _described(component: object, config: dict[str, object]) -> dict[str, object]:
    return {"class_name": type(component).__name__, "config": config}


class Adam(Optimizer):
    """The Adam optimizer (Kingma and Ba, 2015)."""

    def __init__(
        self, learning_rate: float | Schedule = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-7, *, weight_decay: float | None = None, **others: Any,
    ):
        super().__init__(
            learning_rate, others, {"amsgrad": False}, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon,
            weight_decay=weight_decay,
        )


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    def __init__(
        self, learning_rate: float | Schedule = 0.001, weight_decay: float = 0.004, beta_1: float = 0.9,
        beta_2: float = 0.999, epsilon: float = 1e-7, **others: Any,
    ):
        super().__init__(
            learning_rate, others, {"amsgrad": False}, weight_decay=weight_decay, beta_1=beta_1, beta_2=beta_2,
            epsilon=epsilon,
        )


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if `momentum` is not 0."""

    def __init__(
        self, learning_rate: float | Schedule = 0.01, momentum: float = 0.0, nesterov: bool = False,
        weight_decay: float | None = None, **others: Any,
    ):
        super().__init__(learning_rate, others, {}, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)


class RMSprop(Optimizer):
    """The gradient divided by the root of a moving mean of its square (Hinton, 2012)."""

    def __init__(
        self, learning_rate: float | Schedule = 0.001, rho: float = 0.9, momentum: float = 0.0,
        epsilon: float = 1e-7, centered: bool = False, weight_decay: float | None = None, **others: Any,
    ):
        super().__init__(
            learning_rate, others, {}, rho=rho, momentum=momentum, epsilon=epsilon, centered=centered,
            weight_decay=weight_decay,
        )


class Muon(Optimizer):
    """Momentum with orthogonalized steps, for kernels only (Jordan et al., 2024).

    Other parameters need an optimizer of their own: `groups={"/bias": SGD(0.05), "/gamma": …, "/beta": …}`. The
    update is the authors'; Keras's `Muon` scales it differently.
    """

    def __init__(
        self, learning_rate: float | Schedule = 0.02, momentum: float = 0.95, nesterov: bool = True,
        ns_steps: int = 5, normalize_kernels: bool = False, weight_decay: float | None = None, **others: Any,
    ):
        super().__init__(
            learning_rate, others, {}, momentum=momentum, nesterov=nesterov, ns_steps=ns_steps,
            normalize_kernels=normalize_kernels, weight_decay=weight_decay,
        )
