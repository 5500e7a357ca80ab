"""What a network of the user's own keeps outside of its parameters and buffers.

Python attributes, values of its classes and of its file, and random generators: no snapshot and no
file of a run holds them. They are told apart by their content, never copied.
"""

import contextlib
import pickle
import random
import types
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from netviz.engine.network.python_file import MODULE_NAME

Kept = dict[tuple[str, str], str]
"""By what the user calls it, such as ``self.calls``, and the place in it: a text for its content.
"""

_GENERATOR = "generator "
_OF_TORCH = frozenset(vars(nn.Module()))
_DEEPEST = 4
_LONGEST = 200
"""Of longer lists only the two ends are compared, beside the length."""

_LARGEST = 1 << 24
"""Of larger tensors only so many numbers are compared."""

_SIMPLE = (types.NoneType, bool, int, float, complex, str, bytes, np.generic)
_NO_VALUES = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
    types.MethodType,
    property,
    classmethod,
    staticmethod,
    type,
)


def kept_values(model: nn.Module, namespace: Mapping[str, Any]) -> Kept:
    """Return what `model` keeps, and what its file keeps in its classes and global variables.

    Parameters
    ----------
    namespace
        The global variables of the file.
    """
    kept: Kept = {}
    seen = {id(module) for module in model.modules()}
    for owner, name, value in _owned(model, namespace):
        key = f"{owner}.{name}" if owner else name
        with contextlib.suppress(Exception):  # a class of the user's own may not even have a repr
            kept.update({(key, place): text for place, text in _texts(value, "", seen, 0)})
    saved = model.state_dict().keys()
    for name, buffer in model.named_buffers():
        if name not in saved:
            kept[f"self.{name}", ""] = _tensor_text(buffer)
    return kept


def names_of_changed(before: Kept, after: Kept) -> set[str]:
    """Return what has another content now, as the user calls it."""
    places = before.keys() | after.keys()
    return {place[0] for place in places if before.get(place) != after.get(place)}


def drawn_from(before: Kept, after: Kept) -> tuple[str, ...]:
    """Return the random generators that have moved on, as the user calls them."""
    moved = {
        name
        for (name, place), text in after.items()
        if text.startswith(_GENERATOR) and before.get((name, place), text) != text
    }
    return tuple(sorted(moved))


def counters(model: nn.Module) -> dict[str, tuple[nn.Module, str, Any]]:
    """Return the numbers among the attributes of the modules: by name, whose they are, and which.

    A tensor counts as a number if it holds one, and no gradient reaches it.
    """
    return {
        f"{_words(path)}.{name}": (module, name, _number(value))
        for path, module in model.named_modules()
        for name, value in vars(module).items()
        if name not in _OF_TORCH and _number(value) is not None
    }


def _owned(model: nn.Module, namespace: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if name not in _OF_TORCH:
                yield _words(path), name, value
    for name, value in namespace.items():
        if isinstance(value, type) and value.__module__ == MODULE_NAME:
            for inner, each in vars(value).items():
                if not inner.startswith("__"):
                    yield name, inner, each
        elif not name.startswith("__"):
            yield "", name, value


def _words(path: str) -> str:
    return f"self.{path}" if path else "self"


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    is_number = isinstance(value, Tensor) and value.numel() == 1 and not value.requires_grad
    return value.item() if is_number and not isinstance(value, nn.Parameter) else None


def _texts(value: Any, place: str, seen: set[int], depth: int) -> Iterator[tuple[str, str]]:
    """Yield each part of `value` that has a content, with its place in it."""
    if isinstance(value, _NO_VALUES) or depth > _DEEPEST:
        return
    if isinstance(value, _SIMPLE):
        yield place, _shortened(value)
    elif isinstance(value, Tensor):
        yield place, _tensor_text(value)
    elif isinstance(value, np.ndarray):
        yield place, f"array {value.dtype} {value.shape} {_digest(value.tobytes()).hex()}"
    elif (state := _generator_state(value)) is not None:
        yield place, _GENERATOR + _digest(state).hex()
    elif id(value) not in seen:
        yield from _inner_texts(value, place, {*seen, id(value)}, depth + 1)


def _inner_texts(value: Any, place: str, seen: set[int], depth: int) -> Iterator[tuple[str, str]]:
    parts: list[tuple[Any, Any]]
    if isinstance(value, Mapping):
        items = enumerate(value.items())
        parts = [(key if isinstance(key, _SIMPLE) else at, part) for at, (key, part) in items]
    elif isinstance(value, set | frozenset):
        simple = (repr(part) for part in value if isinstance(part, _SIMPLE))
        parts = list(enumerate(sorted(simple)))
    elif isinstance(value, Sequence):
        parts = list(enumerate(value))
    else:
        parts = list(getattr(value, "__dict__", {}).items())
    yield place, f"{type(value).__name__} of {len(parts)}"
    ends = parts if len(parts) <= _LONGEST else parts[: _LONGEST // 2] + parts[-_LONGEST // 2 :]
    for key, part in ends:
        yield from _texts(part, f"{place}[{key!r:.40}]", seen, depth)


def _generator_state(value: Any) -> bytes | None:
    match value:
        case torch.Generator():
            return bytes(value.get_state().numpy().data)
        case np.random.Generator():
            return repr(value.bit_generator.state).encode()
        case np.random.RandomState():
            return pickle.dumps(value.get_state())
        case random.Random():
            return repr(value.getstate()).encode()
    return None


def _tensor_text(value: Tensor) -> str:
    kind = f"tensor {value.dtype} {tuple(value.shape)}"
    if value.layout is not torch.strided or value.device.type == "meta" or value.is_quantized:
        return kind
    flat = value.detach().resolve_conj().resolve_neg().flatten()
    part = flat[:: max(1, len(flat) // _LARGEST)].contiguous().cpu()
    return f"{kind} {_digest(bytes(part.view(torch.uint8).numpy().data)).hex()}"


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 1000 else _digest(text.encode()).hex()


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
