"""Explains a failed allocation by what was too large."""

import contextlib
from collections.abc import Iterator

import torch

from netviz.engine.errors import TrainingError

_REFUSALS = ("can't allocate memory", "not enough memory", "out of memory")
"""What torch's messages say where it has no exception of its own, on the CPU and elsewhere."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that an allocation failed."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(words in text for words in _REFUSALS)


def explain_step(error: Exception, batch_size: int) -> None:
    """Raise an error that names the batch size if a step ran out of memory.

    Raises
    ------
    TrainingError
        In place of `error`; its remedy is a smaller batch size, where there is one.
    """
    if not is_out_of_memory(error):
        return
    smaller = max(1, batch_size // 2)
    images = f"a batch of {batch_size:,} image{'s' if batch_size > 1 else ''}"
    what = f"There is not enough memory for {images}."
    if batch_size == 1:
        raise TrainingError(what, "Choose a smaller network, and reset.") from error
    hint = f"Go back to the last good state with a smaller batch size, such as {smaller:,}."
    raise TrainingError(what, hint, {"batch_size": smaller}) from error


@contextlib.contextmanager
def evaluation_explained(chunk: int) -> Iterator[None]:
    """Raise an error that names the number of images if an evaluation runs out of memory.

    Raises
    ------
    TrainingError
        In place of torch's own error.
    """
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingError(
            f"There is not enough memory to evaluate {chunk:,} images at once.",
            "Choose a smaller network, or close other programs.",
        ) from error


def release(device: torch.device) -> None:
    """Free the memory that the device has cached; call it outside of every `except`."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
