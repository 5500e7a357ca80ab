"""What a plot over the steps of a run has to know of a metric; free of Qt."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.downsampling import extreme_indices
from netviz.engine.curves.ticks import Range, Ticks
from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import round_stride
from netviz.ui.plots.run_record import RunRecord

if TYPE_CHECKING:
    from netviz.ui.plots.ghost import GhostTrack

_POINT_PX = 3
"""Pixels for which one point of a wide line is enough."""

_FEWEST = 2
_CLOSEST = 0.75
"""Distance of two dots, as a part of the room that each has on average, that is no crowd."""

Points = tuple[NDArray[np.float64], NDArray[np.float64]]
Table = tuple[Sequence[str], Iterable[Sequence[Any]]]


@dataclass(frozen=True)
class Reading:
    """One figure of a plot's header.

    Attributes
    ----------
    name
        Word before the figure.
    token
        Colour of its mark in the theme.
    symbol
        Shape of its mark, as in the plot: ``o`` a circle, ``d`` a diamond.
    tooltip
        One sentence that says what the figure is.
    """

    name: str
    token: str
    symbol: str
    tooltip: str


class Figures(NamedTuple):
    """What a plot's header says of one moment.

    Attributes
    ----------
    values
        The figures by their names; one that is missing is not known.
    note
        The words after them.
    old
        Names of the figures that were measured before this moment.
    """

    values: dict[str, str]
    note: str = ""
    old: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """One line of the readout: a name, a value, and the colour token of the name."""

    name: str
    value: str
    token: str = "muted"


@dataclass(frozen=True)
class CurveStyle:
    """How a curve looks.

    Attributes
    ----------
    token, opacity
        Colour in the theme.
    width
        Width of the line in pixels; a width of 1 is drawn without antialiasing.
    symbol
        Shape of a dot on each point, as pyqtgraph names it; empty for none.
    is_filled
        Whether the curve is an outline that is filled and not drawn.
    dash
        Which pattern the line has: 0 none, 1 dashes, 2 dots.
    """

    token: str
    width: float = 1
    opacity: float = 1.0
    symbol: str = ""
    is_filled: bool = False
    dash: int = 0


@dataclass(frozen=True)
class View:
    """What a plot shows of a run.

    Attributes
    ----------
    last_step
        Last step shown, which lags behind the run while the view is held.
    measurements
        The measurements until then.
    log_y
        Whether the vertical axis is logarithmic.
    record
        The whole run.
    ghosts
        The other runs that are drawn beside it.
    """

    last_step: int
    measurements: list[Measurement]
    log_y: bool
    record: RunRecord
    ghosts: "tuple[GhostTrack, ...]" = ()


@dataclass(frozen=True)
class BestTest:
    """The epoch with the best test loss, and what came after it.

    Attributes
    ----------
    epoch, step
        When.
    loss
        The test loss.
    overfits_until
        Last step of the stretch after it in which the run overfits; None where it does not.
    """

    epoch: int
    step: int
    loss: float
    overfits_until: int | None = None


class Metric(ABC):
    """A metric of a run: what is drawn and what is said of it.

    Attributes
    ----------
    name, file_stem
        Title of the plot and of its files.
    readings, widest_reading
        The figures of the header and the widest text that one usually has.
    empty_text
        What the plot says before the first step.
    log_tooltip
        One sentence about what a logarithmic axis does here; empty where there is none.
    clipped
        The curve whose points may leave the range, and are marked at the edge then; may be empty.
    has_change_labels
        Whether the lines of changes are labelled.
    styles
        The curves by their names, from the lowest to the uppermost.
    """

    name: ClassVar[str]
    file_stem: ClassVar[str]
    readings: ClassVar[tuple[Reading, ...]]
    widest_reading: ClassVar[str]
    empty_text: ClassVar[str]
    log_tooltip: ClassVar[str] = ""
    clipped: ClassVar[str] = ""
    has_change_labels: ClassVar[bool] = True
    styles: ClassVar[Mapping[str, CurveStyle]]

    @abstractmethod
    def add_progress(self, progress: Progress) -> None:
        """Take the steps of a report, which continue those known."""

    @abstractmethod
    def add_measurement(self, measurement: Measurement) -> None:
        """Take the measurement of an epoch."""

    @abstractmethod
    def clear(self) -> None:
        """Forget the run."""

    @abstractmethod
    def y_ticks(self, view: View) -> Callable[[float, float], Ticks]:
        """Return the function that places ticks in a range of the vertical axis."""

    @abstractmethod
    def y_range(self, view: View, present: Range | None) -> Range:
        """Return `present` if all values are inside it, otherwise a range with round ends."""

    @abstractmethod
    def scale(self, view: View) -> Hashable:
        """Return what the range depends on beside the values; another scale has another range."""

    @abstractmethod
    def curves(self, view: View, steps: Range, columns: int) -> dict[str, Points]:
        """Return the curves that change with every step.

        Parameters
        ----------
        view
            What is shown.
        steps
            First and last step in sight.
        columns
            How many points at most are of use.
        """

    @abstractmethod
    def measured_curves(self, view: View, steps: Range, columns: int) -> dict[str, Points]:
        """Return the curves that change with `view.measurements` only; see `curves`."""

    def dots(self, view: View, steps: Range, most: float) -> dict[str, Points]:
        """Return the points of `measured_curves` that are marked by a dot.

        Parameters
        ----------
        view
            What is shown.
        steps
            First and last step in sight.
        most
            How many dots find room side by side.
        """
        return {}

    @abstractmethod
    def ghost_scale(self, view: View) -> Hashable:
        """Return what the curve of a ghost depends on beside the range and its length."""

    @abstractmethod
    def ghost_length(self, ghost: "GhostTrack") -> int:
        """Return another number as soon as the curve of a ghost has grown."""

    @abstractmethod
    def ghost_curve(self, ghost: "GhostTrack", view: View, steps: Range, columns: int) -> Points:
        """Return the curve of another run; see `curves`."""

    @abstractmethod
    def ghost_value(self, ghost: "GhostTrack", step: float) -> tuple[int, str] | None:
        """Return what the readout says of another run: its step nearest to `step`, and the value.

        None where it was not trained at `step`, or not by itself, or cannot be compared.
        """

    def best(self, view: View) -> BestTest | None:
        """Return the epoch that is marked as the best; None for none."""
        return None

    def log_refusal(self, view: View) -> str:
        """Return why a logarithmic axis would be of no use; empty where it is."""
        return ""

    @abstractmethod
    def figures(self, view: View) -> Figures:
        """Return what the header says of the last step shown."""

    @abstractmethod
    def note(self, view: View, y_range: Range) -> str:
        """Return what is to be said of what lies outside the plot; empty for nothing."""

    @abstractmethod
    def rows_at(self, view: View, step: float) -> tuple[int, list[Row]] | None:
        """Return the step nearest to `step` that has values, and those; None if none has."""

    @abstractmethod
    def table(self, record: RunRecord) -> Table:
        """Return names and rows of the CSV file."""


def shown_indices(
    steps: NDArray[Any], curves: Iterable[NDArray[np.float64]], sight: Range, columns: int
) -> NDArray[np.intp]:
    """Return which of the values of all epochs are drawn: those in sight, or enough of them.

    Parameters
    ----------
    steps
        The step of each epoch, increasing, ``[n]``.
    curves
        Values of the epochs, ``[n]`` each, whose lows and highs are kept.
    sight
        First and last step in sight; one epoch beyond each goes on to the edge.
    columns
        Width of the plot in pixels.
    """
    first = max(0, int(np.searchsorted(steps, sight[0])) - 1)
    stop = int(np.searchsorted(steps, sight[1], "right")) + 1
    chosen = [extreme_indices(values[first:stop], columns // _POINT_PX) for values in curves]
    return first + np.unique(np.concatenate(chosen))


def dotted(measurements: list[Measurement], sight: Range, most: float) -> list[Measurement]:
    """Return the measurements that are marked by a dot: of each, each 2nd, 5th, 10th … epoch.

    The stride is the smallest with which no more than `most` would stand side by side in the
    steps in sight, `sight`. So a dot stays where it is as the run grows, until the stride
    changes. The last measurement has its dot in any case.
    """
    shown = [item for item in measurements if sight[0] <= item.step <= sight[1]]
    if len(shown) < _FEWEST:
        return shown
    room = (sight[1] - sight[0]) / most
    usual = float(np.median(np.diff([item.step for item in shown])))
    every = round_stride(room / max(usual, 1))
    chosen = shown[-1:]
    for item in reversed(shown[:-1]):
        # Epochs of another batch size may lie closer together than those usual here.
        if item.epoch % every == 0 and chosen[-1].step - item.step >= _CLOSEST * room:
            chosen.append(item)
    return chosen[::-1]


def measured_when(measurement: Measurement) -> str:
    """Say when figures were measured that are not of this moment."""
    return f"after epoch {measurement.epoch:,}" if measurement.epoch else "untrained"
