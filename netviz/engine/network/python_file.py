"""Own networks: an `nn.Module` from a Python file, tested before it is trained.

Reading such a file runs it, with all that it does; a file from a stranger is a program from a
stranger.
"""

import contextlib
import ctypes
import inspect
import io
import linecache
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from netviz.engine.errors import ModelError
from netviz.engine.network import other_generators
from netviz.engine.network.layer_plan import Shape
from netviz.engine.network.modes import modes_kept

TIME_LIMIT_S = 10.0
"""A file that takes longer is assumed to loop for ever."""

MODULE_NAME = "netviz_own_network"
"""What the module that such a file makes is called."""

_AGAIN_S = 0.2
_TRIAL_IMAGES = 2


class _TimeUpError(BaseException):
    """Raised in a file that does not finish; its ``except Exception`` does not catch this."""


def load_model(reference: str, image_shape: Shape, classes: int) -> nn.Module:
    """Make the network that `reference` names, and check that it turns images into logits.

    The initial weights come from torch's global generator, which the import of the file and
    the test batch leave as it was; Python's and numpy's start from torch's seed.

    Parameters
    ----------
    reference
        ``FILE.py:NAME``, where the name stands for a class, a function that returns a module,
        or a module. It is passed those of ``classes``, ``num_classes``,
        ``in_channels`` and ``image_shape`` that it takes.

    Raises
    ------
    ModelError
        When the file cannot be read or run, does not finish, or its network does not fit; with
        the line in the file where there is one.
    """
    file, _, name = reference.rpartition(":")
    path = Path(file).expanduser()
    seeded = other_generators.kept(torch.initial_seed())
    with seeded, _environment_restored(path), _time_limit(path):
        with _random_state_kept(), _errors_explained(path, "importing it"):
            module = _run(path)
        made = _named(module, name, path)
        with _errors_explained(path, f"making {name}"):
            model = _make(made, image_shape, classes)
        if not isinstance(model, nn.Module):
            raise ModelError(f"{path.name}: {name} is {_a(model)}, and no nn.Module.", _hint(path))
        with _random_state_kept():
            with _errors_explained(path, f"{name} on a batch of {_TRIAL_IMAGES} images"):
                output = _trial_output(model, _TRIAL_IMAGES, image_shape)
                sparse = _with_sparse_gradient(model, image_shape)
            # As a drawing comes.
            with _errors_explained(path, f"{name} in evaluation on one image"):
                _trial_output(model, 1, image_shape)
    _check(model, output, classes, f"{path.name}: {name}", _hint(path))
    if sparse:
        raise ModelError(
            f"{path.name}: the gradient of {sparse} in {name} is sparse, and NetViz trains, shows "
            "and saves dense ones.",
            f"Write sparse=False for this layer in {path}: it learns the same.",
        )
    return model


def spoken_name(reference: str) -> str:
    """Return what a message calls the network that `reference` names."""
    file, _, name = reference.rpartition(":")
    return f"{Path(file).name}: {name}"


def _run(path: Path) -> ModuleType:
    """Run the file in a module of its own."""
    try:
        source = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(f"{path} cannot be read: {reason}.", "Choose another file.") from error
    code: CodeType = compile(source, str(path), "exec", dont_inherit=True)
    linecache.checkcache(str(path))
    module = ModuleType(MODULE_NAME)
    module.__file__ = str(path)
    # Where dataclasses, typing and pickle look for the module of what is in it.
    sys.modules[MODULE_NAME] = module
    # No hidden global of ours: the file sees what a script of its own would see.
    exec(code, module.__dict__)
    return module


def _named(module: ModuleType, name: str, path: Path) -> Any:
    found = getattr(module, name, None)
    if callable(found):
        return found
    own = [
        key
        for key, value in vars(module).items()
        if isinstance(value, nn.Module)
        or (
            isinstance(value, type)
            and issubclass(value, nn.Module)
            and value.__module__ == MODULE_NAME
        )
    ]
    there = f"Its networks: {', '.join(own)}." if own else "There is no nn.Module in it."
    if found is None:
        raise ModelError(f"There is no {name} in {path.name}.", there)
    raise ModelError(f"{path.name}: {name} is {_a(found)}, and no nn.Module.", there)


def _make(made: Any, image_shape: Shape, classes: int) -> Any:
    """Call a class or a function with the known arguments that it takes; a module is returned."""
    if isinstance(made, nn.Module):
        return made
    known = {
        "classes": classes,
        "num_classes": classes,
        "in_channels": image_shape[0],
        "image_shape": image_shape,
    }
    try:
        wanted = inspect.signature(made).parameters
    except ValueError:
        wanted = {}  # type: ignore[assignment]  # built-in classes may have no signature
    return made(**{key: value for key, value in known.items() if key in wanted})


def _trial_output(model: nn.Module, images: int, image_shape: Shape) -> Any:
    """Pass a batch of so many black images through `model` in evaluation mode."""
    # Not inference mode: lazy layers make their weights here, which must be able to learn.
    with modes_kept(model), torch.no_grad():
        model.eval()
        return model(torch.zeros(images, *image_shape))


def _with_sparse_gradient(model: nn.Module, image_shape: Shape) -> str:
    """Return the first parameter whose gradient is sparse; empty where all are dense.

    Fused optimizers, accumulation, the views and the run's files take dense gradients only.
    """
    weights = {name: each for name, each in model.named_parameters() if each.requires_grad}
    try:
        with modes_kept(model), torch.enable_grad():
            model.eval()
            output = model(torch.zeros(_TRIAL_IMAGES, *image_shape))
            gradients = torch.autograd.grad(output.sum(), list(weights.values()), allow_unused=True)
    except Exception:  # noqa: BLE001 - what learns only in training mode is told while it trains
        return ""
    pairs = zip(weights, gradients, strict=True)
    return next((name for name, each in pairs if each is not None and each.is_sparse), "")


def _check(model: nn.Module, output: Any, classes: int, what: str, hint: str) -> None:
    expected = (_TRIAL_IMAGES, classes)
    if not isinstance(output, Tensor):
        raise ModelError(f"{what} returns {_a(output)}, not a tensor.", hint)
    if tuple(output.shape) != expected:
        raise ModelError(
            f"{what} turns {_TRIAL_IMAGES} images into the shape {_shape(output.shape)}; expected "
            f"{_shape(expected)}, one logit for each of the {classes} classes.",
            hint,
        )
    if output.dtype != torch.float32:
        raise ModelError(f"{what} returns {output.dtype}; expected torch.float32.", hint)
    if not any(True for _ in model.parameters()):
        raise ModelError(f"{what} has no parameters, so there is nothing to train.", hint)


@contextlib.contextmanager
def _errors_explained(path: Path, doing: str) -> Iterator[None]:
    """Turn any error of the file into a `ModelError` that names the line."""
    try:
        yield
    except ModelError:
        raise
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.filename == str(path) else ""
        raise ModelError(f"{path.name}{line}: {error.msg}.", _hint(path)) from error
    except (Exception, SystemExit) as error:
        line = f", line {number}" if (number := _line(error, path)) else ""
        text = " ".join(str(error).split())
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
        text = text if len(text) <= 300 else f"{text[:297]}..."
        raise ModelError(f"{path.name}{line}, {doing}: {text}", _hint(path)) from error


def _line(error: BaseException, path: Path) -> int | None:
    """Return the innermost line of the file that the error went through."""
    found, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == str(path):
            found = step.tb_lineno
        step = step.tb_next
    return found


@contextlib.contextmanager
def _random_state_kept() -> Iterator[None]:
    state = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(state)


@contextlib.contextmanager
def _environment_restored(path: Path) -> Iterator[None]:
    """Restore torch's defaults and the import path; what the file prints goes to stderr."""
    dtype, gradients = torch.get_default_dtype(), torch.is_grad_enabled()
    folder = str(path.resolve().parent)
    sys.path.append(folder)
    # What a file prints must not fall among the lines that a program reads.
    output = contextlib.redirect_stdout(sys.stderr or io.StringIO())
    try:
        with output:
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(gradients)
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)


@contextlib.contextmanager
def _time_limit(path: Path) -> Iterator[None]:
    """Raise an exception in this thread, even in a loop, when `TIME_LIMIT_S` are over."""
    thread, ended, lock = threading.get_ident(), threading.Event(), threading.Lock()
    limit_s = TIME_LIMIT_S

    def watch() -> None:
        wait_s = limit_s
        # Repeatedly, since the file may catch the exception.
        while not ended.wait(wait_s):
            with lock:
                if not ended.is_set():
                    _raise_in(thread, _TimeUpError)
            wait_s = _AGAIN_S

    watcher = threading.Thread(target=watch, name="netviz-time-limit", daemon=True)
    watcher.start()
    try:
        try:
            yield
        finally:
            _end(ended, lock)
    except _TimeUpError:
        raise ModelError(
            f"{path.name} did not finish within {limit_s:g} s, so it was given up.", _hint(path)
        ) from None
    finally:
        ended.set()
        watcher.join()


def _end(ended: threading.Event, lock: threading.Lock) -> None:
    """Set `ended`; an exception that was on its way comes here, where it says nothing new.

    It is not taken back with `PyThreadState_SetAsyncExc` and no exception: Python 3.11 would look
    for one at every call from then on, and for ever where the calls are traced.
    """
    while True:
        with contextlib.suppress(_TimeUpError):
            with lock:
                ended.set()
            return


def _raise_in(thread: int, kind: type[BaseException]) -> None:
    """Raise `kind` in another thread at its next Python instruction."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))


def _hint(path: Path) -> str:
    return f"Correct {path} and try again."


def _a(value: object) -> str:
    return f"a {type(value).__name__}"


def _shape(shape: Any) -> str:
    return f"[{', '.join(map(str, shape))}]"
