"""Collects the batches between two reports, and times training without anything else."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from netviz.engine.training.trainer import Batch

REPORT_INTERVAL_S = 0.06
"""Time between two reports; losses stay on the device until then."""


@dataclass(frozen=True)
class Reading:
    """The batches since the last reading.

    Attributes
    ----------
    losses
        ``float32 [k]``.
    learning_rates
        ``float64 [k]``.
    samples, correct
        Images trained on, and those that the network predicted correctly at that moment.
    seconds
        Training time of these batches.
    """

    losses: NDArray[np.float32]
    learning_rates: NDArray[np.float64]
    samples: int
    correct: int
    seconds: float


class Meter:
    """Collects batches and reads them together, so that the device is rarely waited for."""

    def __init__(self) -> None:
        self._batches: list[Batch] = []
        self._since = perf_counter()

    def __len__(self) -> int:
        return len(self._batches)

    def start(self) -> None:
        """Count time from now on: training begins or goes on."""
        self._since = perf_counter()

    def leave_out(self, seconds: float) -> None:
        """Do not count `seconds` that were spent waiting."""
        self._since += seconds

    def add(self, batch: Batch) -> None:
        """Keep one batch for the next reading."""
        self._batches.append(batch)

    def is_due(self) -> bool:
        """Whether the last reading is long enough ago."""
        return perf_counter() - self._since >= REPORT_INTERVAL_S

    def read(self) -> Reading:
        """Return what was collected and begin anew; waits for the device."""
        batches, self._batches = self._batches, []
        losses = torch.stack([batch.loss for batch in batches]).float().cpu().numpy()
        logits = torch.cat([batch.logits for batch in batches])
        labels = torch.cat([batch.labels for batch in batches])
        correct = int((logits.argmax(dim=1) == labels).sum())
        now = perf_counter()
        seconds, self._since = max(now - self._since, 1e-9), now
        rates = np.array([batch.learning_rate for batch in batches])
        return Reading(losses, rates, len(labels), correct, seconds)

    def drop(self) -> None:
        """Forget what was collected."""
        self._batches.clear()
