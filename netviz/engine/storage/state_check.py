"""Whether a saved state is one that a trainer can go on from; checked before it is put there.

torch checks some of it only while it computes, when the run has already taken its place.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.optimizers import build_optimizer
from netviz.engine.training.trainer import Snapshot, Trainer

_PROBE_SHAPE = (3, 2)
_FORMS_OF_STEP = ("fused", "foreach")
"""What of an optimizer's group is state; the rest are the settings of the run."""


def check_types(state: Mapping[str, Any]) -> None:
    """Check that the parts of a decoded state are tensors where tensors belong.

    Raises
    ------
    ValueError
        When one is not.
    """
    for part in ("model", "gradients", "generators"):
        _require_tensors(part, state[part])
    if state["start"] is not None:
        _require_tensors("start", state["start"])
    kinds = {"steps": torch.int64, "losses": torch.float32, "learning_rates": torch.float64}
    for name, kind in kinds.items():
        _require_list(name, state[name], kind)
    for name in ("cpu", "augmenter"):
        _require_list(f"generators/{name}", state["generators"].get(name), torch.uint8)
    sampler = state["sampler"]
    _require(isinstance(sampler, dict), "sampler is no dict")
    _require_list("sampler/generator", sampler.get("generator"), torch.uint8)
    _require_list("sampler/order", sampler.get("order"), torch.int64)
    _require(type(sampler.get("position")) is int, "sampler/position is no whole number")


def fitting_optimizer(snapshot: Snapshot, trainer: Trainer) -> dict[str, Any]:
    """Return the saved state of the optimizer, with the settings that it was trained with.

    Raises
    ------
    ValueError
        When it is not a state that this optimizer has for this network.
    """
    config, parameters = snapshot.config_in_effect, list(trainer.model.parameters())
    groups = build_optimizer(config, parameters).state_dict()["param_groups"]
    saved = snapshot.optimizer
    _require(saved.keys() == {"state", "param_groups"}, "the optimizer's state is incomplete")
    _require(_is_like(saved["param_groups"], groups), "the optimizer's groups are others")
    for group, there in zip(groups, saved["param_groups"], strict=True):
        for name in _FORMS_OF_STEP:
            if name in group and name in there:
                _require(there[name] in (None, True, False), f"the optimizer's {name} is no switch")
                group[name] = there[name]
        _require(not (group.get("fused") and group.get("foreach")), "the optimizer is two at once")
    _require(isinstance(saved["state"], dict), "the optimizer's state is no dict")
    wanted = _state_of_one(config)
    for index, state in saved["state"].items():
        is_one = type(index) is int and 0 <= index < len(parameters)
        _require(is_one, f"the network has no weights {index}")
        _check_one(state, parameters[index], wanted, config)
    return {"state": saved["state"], "param_groups": groups}


def check_weights(snapshot: Snapshot, model: nn.Module) -> None:
    """Check that weights, buffers and gradients are those of `model`; raises `ValueError`."""
    _require_same("the weights", snapshot.model, model.state_dict(), all_of_them=True)
    parameters = dict(model.named_parameters())
    _require_same("the gradients", snapshot.gradients, parameters, all_of_them=False)


def _require_same(
    what: str, saved: Mapping[str, Tensor], wanted: Mapping[str, Tensor], *, all_of_them: bool
) -> None:
    missing = wanted.keys() - saved.keys() if all_of_them else set()
    others = sorted(missing | (saved.keys() - wanted.keys()))
    _require(not others, f"{what} are of another network: {', '.join(others[:3])}")
    for name, value in saved.items():
        like = wanted[name]
        _require(
            value.shape == like.shape and value.dtype == like.dtype,
            f"{name} is {tuple(value.shape)} {value.dtype}, not {tuple(like.shape)} {like.dtype}",
        )


def _state_of_one(config: RunConfig) -> dict[str, Tensor]:
    """Return what the optimizer remembers of a weight of `_PROBE_SHAPE` after a step."""
    weight = nn.Parameter(torch.zeros(_PROBE_SHAPE))
    weight.grad = torch.zeros(_PROBE_SHAPE)
    optimizer = build_optimizer(config, [weight])
    optimizer.step()
    return dict(optimizer.state[weight])


def _late_buffers(config: RunConfig) -> set[str]:
    """Return what it may remember beside that, of settings that it had before."""
    return {"momentum_buffer", *OPTIMIZERS[config.optimizer].late_buffers.values()}


def _check_one(state: Any, weight: Tensor, wanted: Mapping[str, Tensor], config: RunConfig) -> None:
    _require(isinstance(state, dict), "what the optimizer remembers of a weight is no dict")
    if not state:
        return
    names = state.keys()
    fits = wanted.keys() <= names <= wanted.keys() | _late_buffers(config)
    _require(fits, f"the optimizer remembers {', '.join(map(str, names))}")
    for name, value in state.items():
        is_scalar = name in wanted and wanted[name].dim() == 0
        if value is None and config.optimizer == "sgd":  # of a weight without a momentum yet
            continue
        if is_scalar and type(value) in (int, float):  # as older versions of torch count steps
            continue
        shape = () if is_scalar else weight.shape
        _require(
            isinstance(value, Tensor) and value.shape == shape and value.is_floating_point(),
            f"the optimizer's {name} does not fit its weight",
        )


def _is_like(saved: Any, groups: list[dict[str, Any]]) -> bool:
    return (
        isinstance(saved, list)
        and len(saved) == len(groups)
        and all(isinstance(each, dict) for each in saved)
        and all(
            there.get("params") == group["params"]
            for there, group in zip(saved, groups, strict=True)
        )
    )


def _require_tensors(part: str, values: Any) -> None:
    _require(
        isinstance(values, dict)
        and all(
            isinstance(name, str) and isinstance(value, Tensor) for name, value in values.items()
        ),
        f"{part} holds something that is no tensor",
    )


def _require_list(name: str, value: Any, kind: torch.dtype) -> None:
    is_one = isinstance(value, Tensor) and value.dim() == 1 and value.dtype == kind
    _require(is_one, f"{name} is no list of {kind}".replace("torch.", ""))


def _require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise ValueError(otherwise)
