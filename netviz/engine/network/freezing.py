"""Freezes layers: their weights stay as they are while the others learn."""

from collections.abc import Collection

from torch import nn

from netviz.engine.errors import ConfigError


def freezable(model: nn.Module) -> tuple[str, ...]:
    """Return the names of the layers that have weights of their own, in order."""
    return tuple(
        name for name, module in model.named_modules() if list(module.parameters(recurse=False))
    )


def check_frozen(model: nn.Module, names: Collection[str]) -> None:
    """Raise `ConfigError` when there is no such layer, or when nothing would be left to train."""
    layers = freezable(model)
    for name in names:
        if name not in layers:
            raise ConfigError(
                f"frozen: the network has no layer {name} with weights.",
                f"Its layers: {', '.join(layers)}.",
            )
    if layers and set(layers) <= set(names):
        raise ConfigError("frozen: every layer would be frozen.", "Leave one free to learn.")


def held_still(model: nn.Module) -> frozenset[str]:
    """Return the names of the parameters that a network, as it was made, does not train itself."""
    parameters = model.named_parameters(remove_duplicate=False)
    return frozenset(name for name, each in parameters if not each.requires_grad)


def freeze(model: nn.Module, names: Collection[str], held: Collection[str] = frozenset()) -> None:
    """Freeze the layers with these names, and unfreeze all others but for the parameters `held`.

    A frozen layer is also held in evaluation mode, so that the running means of a batch norm
    do not move either.

    Raises
    ------
    ConfigError
        When there is no such layer, or when nothing would be left to train; nothing is changed.
    """
    check_frozen(model, names)
    for name in freezable(model):
        layer = model.get_submodule(name)
        is_frozen = name in names
        layer.train(not is_frozen)
        for own_name, parameter in layer.named_parameters(recurse=False):
            parameter.requires_grad_(not is_frozen and f"{name}.{own_name}".lstrip(".") not in held)
            if is_frozen:
                parameter.grad = None
