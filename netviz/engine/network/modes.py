"""Training and evaluation mode of a network's modules."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def modes_kept(model: nn.Module) -> Iterator[None]:
    """Give all modules their mode back; those that were made meanwhile are to be trained."""
    modes = {module: module.training for module in model.modules()}
    try:
        yield
    finally:
        for module in model.modules():
            modes.setdefault(module, True)
        for module, mode in modes.items():
            module.training = mode
