"""Tensors by name as the bytes of a safetensors file, whatever memory they share."""

from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save
from torch import Tensor, nn

from netviz.engine.errors import ModelError, StorageError


def tensors_bytes(tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """Return the content of a safetensors file that holds each tensor under its own name.

    The format knows no memory that is shared, as tied weights share it: each name gets the values,
    and putting them back into a network that ties its weights gives the same network.

    Raises
    ------
    StorageError
        When a tensor is of a kind that the format lacks, such as a sparse one.
    """
    whole: dict[str, Tensor] = {}
    taken: set[int] = set()
    try:
        for name, tensor in tensors.items():
            part = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
            if part.untyped_storage().data_ptr() in taken:
                part = part.clone()
            taken.add(part.untyped_storage().data_ptr())
            whole[name] = part
        return save(whole, metadata)
    except (SafetensorError, RuntimeError, ValueError, KeyError, NotImplementedError) as error:
        raise StorageError(f"The run's tensors cannot be written to a file ({error}).") from error


def refuse_unsaveable(model: nn.Module) -> None:
    """Raise `ModelError` for a network that no file could hold, before an hour is spent on it."""
    for name, value in model.state_dict().items():
        if problem := _problem(value):
            raise ModelError(
                f"{name} in the network's state {problem}: it can be neither saved nor restored.",
                "Make it a plain dense tensor (.to_dense(), .clone()), or, if it need not be "
                "saved, register it with persistent=False.",
            )


def _problem(value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"is a {type(value).__name__}"
    kind = f"is of the kind {value.dtype}, {value.layout}".replace("torch.", "")
    if value.layout is not torch.strided or value.device.type == "meta":
        return f"{kind}, {value.device.type}"
    if any(size > 1 and not step for size, step in zip(value.shape, value.stride(), strict=True)):
        return "repeats its numbers in memory, as expand() makes it"
    try:
        tensors_bytes({"": value.detach().flatten()[:0]})
    except StorageError:
        return kind
    return ""
