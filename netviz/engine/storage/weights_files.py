"""Weights in files that plain PyTorch reads too; reading one executes nothing."""

import io
import pickle
import warnings
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from netviz.engine.errors import StorageError
from netviz.engine.storage.tensor_file import tensors_bytes

SUFFIXES = (".safetensors", ".pth", ".pt")
"""How files of weights end; the last two are torch's own."""

_SHOWN = 8


def weights_bytes(model: nn.Module) -> bytes:
    """Return a network's ``state_dict`` as the content of a safetensors file."""
    return tensors_bytes(model.state_dict())


def state_dict_bytes(model: nn.Module) -> bytes:
    """Return a network's ``state_dict`` as the content of a ``.pth`` file."""
    content = io.BytesIO()
    torch.save(
        {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}, content
    )
    return content.getvalue()


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a file of weights, which may come from anybody: nothing in it is executed.

    Raises
    ------
    StorageError
        When the file cannot be read, is broken, or holds anything else than tensors by name.
    """
    is_safetensors = _is_safetensors(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read: {error.strerror or error}.", "Choose another file."
        ) from error
    weights = (_read_safetensors if is_safetensors else _read_pth)(path, content)
    if not weights or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in weights.items()
    ):
        raise StorageError(
            f"{path} holds no weights: tensors by their names are wanted.",
            "In PyTorch, save them with torch.save(model.state_dict(), file).",
        )
    for name, value in weights.items():
        if problem := _form_problem(value):
            raise StorageError(f"{path.name}: {name} {problem[0]}.", problem[1])
    return weights


def load_weights(model: nn.Module, weights: dict[str, Tensor], path: Path) -> None:
    """Put `weights`, read from `path`, into `model`.

    Raises
    ------
    StorageError
        When they are those of another network, layer by layer, or no numbers to start from;
        the model is as it was.
    """
    state = model.state_dict()
    wanted = {name: tuple(tensor.shape) for name, tensor in state.items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    problems = [f"{name} is missing" for name in wanted if name not in found]
    problems += [f"{name} is unknown" for name in found if name not in wanted]
    problems += [
        f"{name} is {_shape(found[name])} and not {_shape(shape)}"
        for name, shape in wanted.items()
        if name in found and found[name] != shape
    ]
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise StorageError(
            f"{path.name} holds the weights of another network: "
            f"{'; '.join(problems[:_SHOWN])}{more}.",
            "Choose the network that they were trained with, then load them again.",
        )
    parameters = {name for name, _ in model.named_parameters()}
    for name, tensor in state.items():
        if problem := _value_problem(weights[name], tensor.dtype, is_weight=name in parameters):
            raise StorageError(
                f"{path.name}: {name} {problem}.", "Choose another file; this one was not loaded."
            )
    model.load_state_dict(weights)


def _form_problem(value: Tensor) -> tuple[str, str] | None:
    """Say what is wrong with how the numbers are kept, and what to do."""
    if value.is_meta:
        return "is on the device meta, which has no numbers", "Save a model that was really made."
    if value.is_quantized:
        return "is quantized", "Save the weights of the network before it was quantized."
    if value.layout != torch.strided:
        return "is a sparse tensor", "Save it with .to_dense()."
    return None


def _value_problem(value: Tensor, wanted: torch.dtype, *, is_weight: bool) -> str:
    """Say why the numbers cannot stand where `wanted` is; empty where they can."""
    if value.is_complex() and not wanted.is_complex:
        return "has complex numbers where real ones are wanted"
    if wanted.is_floating_point and not value.is_floating_point():
        return (
            f"has whole numbers ({str(value.dtype).removeprefix('torch.')}), which are no weights"
        )
    if not wanted.is_floating_point:
        return ""
    numbers = value.to(wanted)
    if numbers.isnan().any():
        return "has values that are not a number (NaN)"
    # A buffer, such as a mask, may well hold an infinity.
    return "has infinite values" if is_weight and numbers.isinf().any() else ""


def _is_safetensors(path: Path) -> bool:
    if path.suffix.lower() not in SUFFIXES:
        raise StorageError(
            f"{path.name} is no file of weights by its name.",
            f"Files of weights end in {', '.join(SUFFIXES)}.",
        )
    return path.suffix.lower() == ".safetensors"


def _read_safetensors(path: Path, content: bytes) -> dict[str, Tensor]:
    try:
        return dict(load(content))
    except (SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise StorageError(
            f"{path} is cut off or no safetensors file ({error}).", "Fetch or save it again."
        ) from error


def _read_pth(path: Path, content: bytes) -> dict[str, Tensor]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old formats; what counts is said below
            weights = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise StorageError(
            f"{path} holds more than tensors, or is broken: it was not run and not loaded.",
            "Save only model.state_dict() in it, or ask for a safetensors file.",
        ) from error
    except Exception as error:
        # torch raises whatever its reader of zip files meets.
        raise StorageError(
            f"{path} is cut off or no PyTorch file ({type(error).__name__}).",
            "Fetch or save it again.",
        ) from error
    return dict(weights) if isinstance(weights, dict) else {}


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"
