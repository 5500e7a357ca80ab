"""What torch shares among all networks of a process: random generators and threads."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from netviz.engine.network import other_generators
from netviz.engine.network.python_file import MODULE_NAME


@dataclass(frozen=True)
class RandomState:
    """The states of torch's random generators, and how many threads it computes with.

    Both are global: preparing a run changes them, and one that is refused must restore them.

    Attributes
    ----------
    threads
        Threads that torch uses.
    cpu, cuda, mps
        States of the generators: of the CPU, of each CUDA device, and of MPS where there is one.
    """

    threads: int
    cpu: Tensor
    cuda: list[Tensor]
    mps: Tensor | None

    @classmethod
    def now(cls, device: torch.device | None = None) -> "RandomState":
        """Copy the present state; of a CPU alone, where that is the `device` that counts.

        To ask for the state of CUDA takes ten times as long, even where there is no such device.
        """
        if device is not None and device.type == "cpu":
            return cls(torch.get_num_threads(), torch.get_rng_state(), [], None)
        cuda = torch.cuda.get_rng_state_all()
        mps = torch.mps.get_rng_state() if torch.backends.mps.is_available() else None
        return cls(torch.get_num_threads(), torch.get_rng_state(), cuda, mps)

    def restore(self) -> None:
        """Make this the present state."""
        torch.set_num_threads(self.threads)
        torch.set_rng_state(self.cpu)
        if self.cuda:
            torch.cuda.set_rng_state_all(self.cuda)
        if self.mps is not None:
            torch.mps.set_rng_state(self.mps)

    def of_a_run(self, generators: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the generators of a snapshot, torch's own as they are in this state."""
        found = {**generators, "cpu": self.cpu}
        if "cuda" in generators:
            found["cuda"] = self.cuda[torch.cuda.current_device()]
        if "mps" in generators and self.mps is not None:
            found["mps"] = self.mps
        return found


@contextmanager
def undisturbed(device: torch.device | None = None) -> Iterator[None]:
    """Leave all random states as they were, and the module of the user's network where it is.

    `device` is the one that is used meanwhile; None for any.
    """
    state, module = RandomState.now(device), sys.modules.get(MODULE_NAME)
    try:
        with other_generators.kept():
            yield
    finally:
        state.restore()
        if module is not None:
            sys.modules[MODULE_NAME] = module
