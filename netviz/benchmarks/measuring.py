"""What is measured, how it is compared, and what came out."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from netviz.engine.catalogue import dataset_info, is_present
from netviz.engine.options.run_config import RunConfig


@dataclass(frozen=True)
class Plan:
    """How thoroughly to measure, and on what.

    Attributes
    ----------
    data_dir
        Folder of downloaded data sets; where it holds no MNIST the bundled sample serves.
    quick
        Measure little, only to see whether the benchmarks still run.
    pairs
        How many pairs of alternating measurements make a ratio.
    slice_s
        Seconds of one measurement.
    """

    data_dir: Path | None = None
    quick: bool = False

    @property
    def pairs(self) -> int:
        return 2 if self.quick else 11

    @property
    def slice_s(self) -> float:
        return 0.05 if self.quick else 0.6

    @property
    def share_s(self) -> float:
        """Seconds in which the share of what is done now and then is measured."""
        return 0.1 if self.quick else 1.0

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        there = self.data_dir and is_present(dataset_info("mnist"), self.data_dir)
        return "mnist" if there else "mnist-sample"

    def small(self, batch_size: int = 10) -> RunConfig:
        """Return the settings of the small network: 784-64-64-64-10, Adam."""
        return self._config((64, 64, 64), "adam", 0.001, batch_size)

    def large(self) -> RunConfig:
        """Return the settings of the large network: 784-512-512-10, SGD, batch 64."""
        return self._config((512, 512), "sgd", 0.01, 64)

    def _config(
        self, hidden: tuple[int, ...], optimizer: str, rate: float, batch_size: int
    ) -> RunConfig:
        return RunConfig.parse(
            {
                "dataset": self.dataset,
                "hidden": hidden,
                "optimizer": optimizer,
                "learning_rate": rate,
                "batch_size": batch_size,
                "epochs": 100_000,
                "device": "cpu",
            }
        )


@dataclass(frozen=True)
class Outcome:
    """One row of the table.

    Attributes
    ----------
    what
        What was measured.
    value
        The figure that counts: a median, a percentile or a maximum.
    low, high
        The middle half of the measurements, or their whole range where there are few.
    unit
        Of the figures; ``x`` for a ratio.
    target
        What the figure should be at least or at most.
    at_least
        Whether the target is a lower bound.
    note
        What else there is to know about it.
    """

    what: str
    value: float
    low: float
    high: float
    unit: str
    target: float | None = None
    at_least: bool = True
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def compare(
    what: str,
    first: Callable[[], float],
    second: Callable[[], float],
    plan: Plan,
    target: float,
    note: str = "",
) -> Outcome:
    """Measure two speeds by turns and return the median of their ratios.

    Each measurement is set against the mean of the two around it, so that a machine that
    slowly becomes faster or slower does not favour either.
    """
    first(), second()  # the first time is never like the others
    ratios, speeds = [], []
    before = second()
    for _ in range(plan.pairs):
        speed = first()
        after = second()
        ratios.append(speed / ((before + after) / 2))
        speeds.append((speed, before))
        before = after
    pace = [statistics.median(column) for column in zip(*speeds, strict=True)]
    note = note or f"{pace[0]:,.0f} against {pace[1]:,.0f} samples/s"
    return Outcome(what, statistics.median(ratios), *middle_half(ratios), "x", target, note=note)


def middle_half(values: Sequence[float]) -> tuple[float, float]:
    """Return the first and the third quartile."""
    return percentile(values, 25), percentile(values, 75)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of all do not exceed."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
