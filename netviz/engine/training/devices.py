"""Which processor trains, and on how many cores."""

import os

import torch

from netviz.engine.errors import ConfigError


def choose_device(name: str) -> torch.device:
    """Return the device that the config's `name` asks for.

    Raises
    ------
    ConfigError
        When this machine has no such device.
    """
    there = _available()
    if name == "auto":
        return torch.device(there[0])
    if name not in there:
        raise ConfigError(
            f"device: {name} is not available on this machine.", f"Available: {', '.join(there)}."
        )
    return torch.device(name)


def has_device(name: str) -> bool:
    """Whether this machine can train on what the config's `name` asks for."""
    return name == "auto" or name in _available()


def _available() -> list[str]:
    """Return the devices of this machine, the fastest first."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    return [name for name, is_there in there.items() if is_there]


SMALL_WORK = 20_000_000
"""Multiplications per step below which one core is left to the window.

Measured on two cores, as the speed with two threads over that with one: 0.84 at 4 million, 1.04
at 7, 1.16 at 11, 1.48 at 43, 1.6 at 370.
"""


def usual_threads(work_per_step: int) -> int:
    """Return how many cores one step uses where the user does not say.

    A rule and not a measurement, since the number of threads may decide the last bits of a loss.
    Where it proves slow because others keep the cores busy, that is a change of the run like any
    other, which its record names; see `ThreadWatch`.

    Parameters
    ----------
    work_per_step
        Multiplications of one forward pass over a batch.
    """
    cores = os.cpu_count() or 1
    return 1 if work_per_step < SMALL_WORK else max(1, cores)
