"""The columns of the table of runs, each declared once; free of Qt."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from netviz.engine.protocol.run_rows import RunRow
from netviz.number_text import duration_text, loss_text, percent_text, signed_text


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    key
        Its name in the code, and that of the attribute of `RunRow` that it shows.
    heading, meaning
        What stands over it, and the sentence that explains it.
    width_px
        How wide it is; 0 for the one that takes what room there is.
    text
        What it says of a run.
    is_figure
        Whether it stands right, and is sorted as a number.
    has_best
        Whether its best figure is marked.
    difference
        What it says of a run beside the one that is pinned as the base; None for the same.
    from_px
        Width of the tab from which it is shown by itself; 0 always, and cannot be hidden.
    """

    key: str
    heading: str
    meaning: str
    width_px: int
    text: Callable[[RunRow], str]
    is_figure: bool = False
    has_best: bool = False
    from_px: int = 0
    difference: Callable[[RunRow, RunRow], str] | None = None

    def beside(self, row: RunRow, base: RunRow | None) -> str:
        """Return what it says of a run: the difference from the base where one is pinned."""
        if base is None or row is base or self.difference is None:
            return self.text(row)
        return self.difference(row, base)


def _loss(loss: float) -> str:
    return loss_text(loss) if loss == loss else "–"


def _more_steps(row: RunRow, base: RunRow) -> str:
    return f"{row.steps - base.steps:+,}".replace("-", "−") if row.steps != base.steps else "0"


def _less_loss(key: str) -> Callable[[RunRow, RunRow], str]:
    """Return what writes by how much a loss differs: ``+0.012``."""

    def written(row: RunRow, base: RunRow) -> str:
        if row.config.loss != base.config.loss:
            return "–"  # losses of two functions cannot be compared
        difference = getattr(row, key) - getattr(base, key)
        if not math.isfinite(difference):
            return "–"
        is_plain = 0.0005 <= abs(difference) < 100
        return f"{difference:+.3f}".replace("-", "−") if is_plain else signed_text(difference)

    return written


def _more_points(key: str) -> Callable[[RunRow, RunRow], str]:
    """Return what writes by how many percentage points an accuracy differs: ``+1.2 pts``."""

    def written(row: RunRow, base: RunRow) -> str:
        points = 100 * (getattr(row, key) - getattr(base, key))
        text = f"{points:+.1f} pts".replace("-", "−")
        return text if math.isfinite(points) else "–"

    return written


COLUMNS = (
    Column(
        "name",
        "Run",
        "Named by what differs from the run that was left for it. F2, or a double click, renames.",
        120,
        lambda row: row.name,
    ),
    Column(
        "parted",
        "Began at",
        "The run that it parted from, and at which step; or that it was added from disk.",
        132,
        lambda row: row.parted,
        from_px=860,
    ),
    Column(
        "settings",
        "What differs",
        "Settings that are not those of the run at hand, or of the one that is pinned as base.",
        0,
        lambda row: row.settings,
    ),
    Column(
        "steps",
        "Steps",
        "Batches trained.",
        88,
        lambda row: f"{row.steps:,}",
        True,
        from_px=1,
        difference=_more_steps,
    ),
    Column(
        "seconds",
        "Time",
        "Training time of its epochs, evaluation and pauses not counted.",
        76,
        lambda row: duration_text(row.seconds) if row.seconds else "–",
        True,
        from_px=940,
    ),
    Column(
        "train_loss",
        "Train loss",
        "The lowest training loss after an epoch; the lowest of all runs is bold.",
        98,
        lambda row: _loss(row.train_loss),
        True,
        True,
        from_px=1060,
        difference=_less_loss("train_loss"),
    ),
    Column(
        "train_accuracy",
        "Train acc.",
        "The highest training accuracy after an epoch; the highest of all runs is bold.",
        98,
        lambda row: percent_text(row.train_accuracy),
        True,
        True,
        from_px=1140,
        difference=_more_points("train_accuracy"),
    ),
    Column(
        "test_loss",
        "Test loss",
        "The lowest test loss after an epoch; the lowest of all runs is bold.",
        92,
        lambda row: _loss(row.test_loss),
        True,
        True,
        from_px=1,
        difference=_less_loss("test_loss"),
    ),
    Column(
        "test_accuracy",
        "Test acc.",
        "The highest test accuracy after an epoch; the highest of all runs is bold.",
        94,
        lambda row: percent_text(row.test_accuracy),
        True,
        True,
        from_px=1,
        difference=_more_points("test_accuracy"),
    ),
    Column(
        "state",
        "State",
        "What the run at hand is doing; how the others were left.",
        82,
        lambda row: row.state,
        from_px=690,
    ),
    Column("go", "", "", 62, lambda row: "" if row.is_at_hand else "Go on"),
    # On the screen it stands first; see `RunHeader`.
    Column("eye", "", "", 34, lambda row: ""),
)


def place_of(key: str) -> int:
    """Return the number of a column."""
    return next(place for place, column in enumerate(COLUMNS) if column.key == key)


def cells_of(row: RunRow) -> tuple[str, ...]:
    """Return the texts of a run's columns."""
    return tuple(column.text(row) for column in COLUMNS)
