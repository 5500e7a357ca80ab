"""The tensors of nested values, one after the other in a file that only this process reads.

A safetensors file takes three times as long to write, and knows less of what is in it: here all
but the numbers themselves stays in memory, as it was.
"""

import copy
from io import BufferedReader
from typing import Any, BinaryIO, NamedTuple

import torch
from torch import Tensor

_OF_NUMPY = (torch.float32, torch.uint8, torch.int64, torch.float64)


class Part(NamedTuple):
    """Where in a file the numbers of a tensor are.

    Attributes
    ----------
    start
        Its first byte.
    dtype, shape
        As of the tensor.
    """

    start: int
    dtype: torch.dtype
    shape: torch.Size


def write_parts(value: Any, stream: BinaryIO, like: Any = None) -> Any:
    """Write the tensors in `value`, however deep, and return it with a `Part` for each.

    Parameters
    ----------
    value
        A tensor, or dictionaries, lists and tuples of tensors and anything else.
    like
        What was returned for a similar value; its parts are shared as far as they are the same.

    Raises
    ------
    OSError
        When there is no room.
    RuntimeError
        When a tensor has no plain numbers in memory, as a sparse one.
    """
    match value:
        case Tensor():
            part = Part(stream.tell(), value.dtype, value.shape)
            stream.write(_plain_memory(value))
            return part
        case dict():
            before = like if isinstance(like, dict) else {}
            whole = copy.copy(value)  # torch notes something of a state_dict in an attribute
            for key, item in value.items():
                whole[key] = write_parts(item, stream, before.get(key))
            return like if _is_the_same(whole, like) else whole
        case list() | tuple():
            parts = [write_parts(item, stream) for item in value]
            return parts if isinstance(value, list) else tuple(parts)
    return value


def read_parts(value: Any, stream: BufferedReader) -> Any:
    """Return what `write_parts` was given, the tensors on the CPU and laid out row by row.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    match value:
        case Part():
            tensor = torch.empty(value.shape, dtype=value.dtype)
            memory = _memory(tensor)
            stream.seek(value.start)
            if stream.readinto(memory) != len(memory):
                raise OSError("it is cut off")
            return tensor
        case dict():
            whole = copy.copy(value)
            for key, item in value.items():
                whole[key] = read_parts(item, stream)
            return whole
        case list() | tuple():
            items = [read_parts(item, stream) for item in value]
            return items if isinstance(value, list) else tuple(items)
    return value


def _is_the_same(whole: dict[Any, Any], like: Any) -> bool:
    """Whether nothing differs; only tensors are compared, since equal numbers may differ."""
    return (
        type(whole) is type(like)
        and all(isinstance(part, Part) for part in whole.values())
        and list(whole.items()) == list(like.items())
        and getattr(whole, "__dict__", None) == getattr(like, "__dict__", None)
    )


def _plain_memory(value: Tensor) -> memoryview:
    """Return the numbers of any tensor row by row."""
    is_plain = value.dtype in _OF_NUMPY and value.is_cpu and value.is_contiguous()
    if is_plain and not (value.requires_grad or value.is_neg()):
        return value.numpy().data  # what follows would give the same, but takes ten times as long
    return _memory(value.detach().cpu().resolve_conj().resolve_neg().contiguous())


def _memory(tensor: Tensor) -> memoryview:
    """Return the bytes of a tensor that lies row by row."""
    return tensor.reshape(-1).view(torch.uint8).numpy().data
