"""How a run begins: with the seed's own weights, with a file's, or where a saved one was."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from netviz.engine.run.run import EpochTally, Run
from netviz.engine.session.preparation import measure
from netviz.engine.storage.run_file import SavedRun
from netviz.engine.storage.run_folder import open_run
from netviz.engine.storage.weights_files import load_weights
from netviz.engine.training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class StartPoint:
    """What a new run begins with; with nothing given, the weights that its seed makes.

    Attributes
    ----------
    weights, weights_path
        Weights and the file that they were read from.
    saved, folder
        A saved run and where it lay.
    changes
        Options to change where a saved run goes on.
    missing_device
        Device of a saved run that this machine has not; empty if it has.
    """

    weights: dict[str, Tensor] | None = None
    weights_path: Path = Path()
    saved: SavedRun | None = None
    folder: Path = Path()
    changes: Mapping[str, Any] = field(default_factory=dict)
    missing_device: str = ""

    def begin(self, number: int, trainer: Trainer) -> Generator[None, None, tuple[Run, Tensor]]:
        """Make a run of a trainer that was just built.

        Returns
        -------
        tuple[Run, Tensor]
            The run and the logits of all test images; as the generator's value.

        Raises
        ------
        StorageError
            When what was read does not fit the trainer's network or data.
        """
        if self.saved is not None:
            return (yield from self._open(self.saved, number, trainer))
        if self.weights is not None:
            load_weights(trainer.model, self.weights, self.weights_path)
        untrained, test_logits = yield from measure(trainer, EpochTally())
        origin = str(self.weights_path) if self.weights is not None else ""
        return Run(number, trainer, untrained, self.weights, origin), test_logits

    def _open(
        self, saved: SavedRun, number: int, trainer: Trainer
    ) -> Generator[None, None, tuple[Run, Tensor]]:
        torch.set_num_threads(saved.threads)
        if saved.start is not None:
            load_weights(trainer.model, saved.start, self.folder)
        run = open_run(saved, number, trainer)
        _, test_logits = yield from measure(trainer, EpochTally())
        return run, test_logits
