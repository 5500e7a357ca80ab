"""Listens to a copy of the run while it makes a step, and keeps what passes by."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.hooks import RemovableHandle

from netviz.engine.protocol.loop.step_traced import WeightPlace, WeightTraced
from netviz.engine.training.trainer import Trainer


class Listener:
    """Keeps what a step computes on its way; it changes nothing.

    Parameters
    ----------
    copy
        What makes the step.
    place
        The weight to follow; None to follow that of the largest gradient in the last tensor of
        weights.

    Attributes
    ----------
    images
        What the network was given by the last batch, ``float32 [N, C, H, W]``.
    norms
        Norm of each parameter's gradient after ``backward``, by the parameter's name.
    change, changed
        How far the weight was moved that was moved the most, and which it is.
    weight
        The one that is followed, once the weights have been moved.
    """

    def __init__(self, copy: Trainer, place: WeightPlace | None) -> None:
        self._copy, self._model = copy, copy.model
        self._place = place if place and _is_there(copy.model, place) else None
        self._hooks: list[RemovableHandle] = []
        self._sums: dict[str, Tensor] = {}
        self._before: dict[str, Tensor] = {}
        self._state: Mapping[str, float] = {}
        self._gradient: float | None = None
        self.images = torch.empty(0)
        self.norms: dict[str, Tensor] = {}
        self.change, self.changed = 0.0, WeightPlace("", ())
        self.weight: WeightTraced | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen meanwhile, and to nobody else's steps."""
        self._hooks = [
            self._model.register_forward_pre_hook(self._keep_images, prepend=True),
            # Of all optimizers: another choice of the user's makes a new one within the step.
            register_optimizer_step_pre_hook(self._look_before),
            register_optimizer_step_post_hook(self._look_after),
        ]
        try:
            yield
        finally:
            for hook in self._hooks:
                hook.remove()

    def _keep_images(self, _: nn.Module, inputs: tuple[Any, ...]) -> None:
        self.images = inputs[0].detach().clone()
        self.norms = {}
        # Now and not before: the step begins by freezing what the settings say.
        for name, parameter in self._model.named_parameters():
            if parameter.requires_grad:
                keep = partial(self._keep_gradient, name)
                hook = parameter.register_post_accumulate_grad_hook(keep)  # type: ignore[no-untyped-call]
                self._hooks.append(hook)

    def _keep_gradient(self, name: str, parameter: Tensor) -> None:
        gradient = parameter.grad
        if gradient is not None:
            self.norms[name] = gradient.detach().norm()
            if self._place is None or self._place.parameter == name:
                self._sums[name] = gradient.detach().clone()  # clipping changes it in place

    def _look_before(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        named = dict(self._model.named_parameters())
        self._before = {name: each.detach().clone() for name, each in named.items()}
        place = self._place = self._place or _steepest(named)
        parameter = named[place.parameter]
        gradient = parameter.grad
        self._gradient = None if gradient is None else float(gradient[place.index])
        self._state = _state_of(optimizer, parameter, place)

    def _look_after(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        named = dict(self._model.named_parameters())
        for name, parameter in named.items():
            moved = (parameter.detach() - self._before[name]).abs()
            flat = int(moved.argmax())
            largest = float(moved.flatten()[flat])
            if not self.changed.parameter or not largest <= self.change:
                self.change, self.changed = largest, _place(name, flat, parameter.shape)
        place = self._place
        assert place is not None
        summed = self._sums.get(place.parameter)
        self.weight = WeightTraced(
            place,
            float(self._before[place.parameter][place.index]),
            float(named[place.parameter].detach()[place.index]),
            None if summed is None else float(summed[place.index]),
            self._gradient,
            self._state,
            _state_of(optimizer, named[place.parameter], place),
        )


def gradient_norm(model: nn.Module) -> float | None:
    """Return the norm of all gradients that a network has; None where it has none."""
    norms = [each.grad.norm() for each in model.parameters() if each.grad is not None]
    return total(norms) if norms else None


def total(norms: list[Tensor]) -> float:
    """Return the norm of the whole from those of its parts."""
    return float(torch.stack([norm.double().cpu() for norm in norms]).norm()) if norms else 0.0


def _is_there(model: nn.Module, place: WeightPlace) -> bool:
    parameter = dict(model.named_parameters()).get(place.parameter)
    return (
        parameter is not None
        and len(place.index) == parameter.ndim
        and all(0 <= at < size for at, size in zip(place.index, parameter.shape, strict=True))
    )


def _steepest(named: Mapping[str, Tensor]) -> WeightPlace:
    """Return the place of the largest gradient in the last matrix of weights that has one."""
    having = [(name, each) for name, each in named.items() if each.grad is not None]
    wide = [(name, each) for name, each in having if each.ndim > 1]
    name, parameter = (wide or having or list(named.items()))[-1]
    gradient = parameter if parameter.grad is None else parameter.grad
    return _place(name, int(gradient.abs().argmax()), parameter.shape)


def _place(name: str, flat: int, shape: torch.Size) -> WeightPlace:
    index = []
    for size in reversed(shape):
        flat, at = divmod(flat, size)
        index.append(at)
    return WeightPlace(name, tuple(reversed(index)))


def _state_of(optimizer: Optimizer, parameter: Tensor, place: WeightPlace) -> dict[str, float]:
    """Return the optimizer's figures of one weight."""
    found = {}
    for name, value in optimizer.state.get(parameter, {}).items():
        if isinstance(value, Tensor):
            found[name] = float(value[place.index] if value.shape == parameter.shape else value)
        elif isinstance(value, int | float):
            found[name] = float(value)
    return found
