"""A chart: arrays in, the text of an SVG out; panels share their steps and the marks on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike, NDArray

from netviz.engine.curves.downsampling import extreme_indices
from netviz.engine.curves.ticks import Range, Ticks
from netviz.engine.export.report.drawing import Drawing

WIDTH = 720
LEFT, RIGHT = 52, 10
HEAD, FIRST_HEAD = 34, 26
"""Height over each panel for its name and its legend, and over the first one."""
FOOT = 22
"""Height under the last panel for the ticks of the steps."""
MARK_ROW = 22
"""Height over all panels for the numbers of the marks."""
_BADGE = 8
_MOST_LINES = 3
"""Lines of marks that share a number."""
_CHARACTER = 6.2
"""Width of a letter of a label, about."""


@dataclass(frozen=True, eq=False)
class Series:
    """One curve of a panel.

    Attributes
    ----------
    xs, ys
        Its points, ``[n]``, in the order of `xs`; what is not finite is left out.
    look
        Classes of the style sheet, such as ``train raw``.
    name
        What the legend says; empty for a curve that it does not tell of.
    dots
        ``disc`` or ``diamond`` where each point gets one as well.
    label
        What stands at its end, where there is room.
    """

    xs: NDArray[np.number]
    ys: NDArray[np.floating]
    look: str
    name: str = ""
    dots: str = ""
    label: str = ""


@dataclass(frozen=True, eq=False)
class Panel:
    """One of the charts that stand over each other.

    Attributes
    ----------
    name
        What its values are.
    height
        Of its curves, in pixels.
    y_range, y_ticks
        What it reaches over and where it has ticks; exponents of ten where it is logarithmic.
    note
        What is to be said of what lies out of sight.
    """

    name: str
    height: float
    y_range: Range
    y_ticks: Ticks
    series: Sequence[Series]
    is_logarithmic: bool = False
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step: a number that a table explains, and a short label."""

    x: float
    number: int
    label: str


def chart_svg(
    name: str,
    title: str,
    panels: Sequence[Panel],
    x_range: Range,
    x_ticks: Ticks,
    marks: Sequence[Mark] = (),
) -> Markup:
    """Return an SVG of panels over each other.

    Parameters
    ----------
    name
        Word that is used for nothing else in the page.
    title
        What it shows, for those who cannot see it.
    marks
        In the order of their steps.
    """
    top = MARK_ROW if marks else 0
    bottom = top + FIRST_HEAD - HEAD + sum(HEAD + panel.height for panel in panels)
    drawing = Drawing(WIDTH, bottom + FOOT, title, "chart")
    width = WIDTH - LEFT - RIGHT
    places = _Places(x_range, LEFT, width)
    y = float(top)
    for number, panel in enumerate(panels):
        y += HEAD if number else FIRST_HEAD
        _draw_panel(drawing, panel, places, y, f"{name}-{number}")
        y += panel.height
    for value, label in x_ticks:
        x = float(places.of(value))
        drawing.line(x, bottom, x, bottom + 4, "axis")
        is_last = x > WIDTH - RIGHT - 4 * len(label)
        anchor = "end" if is_last else "middle"
        drawing.text(min(x, WIDTH - 2) if is_last else x, bottom + 16, label, "tick", anchor)
    _draw_marks(drawing, marks, places, bottom)
    return drawing.markup()


class _Places:
    """Where values lie in the width of a chart."""

    def __init__(self, x_range: Range, left: float, width: float) -> None:
        self._low, self._left = x_range[0], left
        self._scale = width / (x_range[1] - x_range[0])

    def of(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the pixels of `values`."""
        return self._left + (np.asarray(values, np.float64) - self._low) * self._scale


def _draw_panel(drawing: Drawing, panel: Panel, places: _Places, top: float, name: str) -> None:
    width = WIDTH - LEFT - RIGHT
    low, high = panel.y_range
    bottom = top + panel.height

    def height_of(values: ArrayLike) -> NDArray[np.float64]:
        share = (np.asarray(values, np.float64) - low) / (high - low)
        # Far out of sight is as good as very far, which no number of an SVG could hold.
        return bottom - np.clip(share, -5, 5) * panel.height

    for value, label in panel.y_ticks:
        y = float(height_of(value))
        drawing.line(LEFT, y, WIDTH - RIGHT, y, "grid")
        drawing.text(LEFT - 8, y + 3.5, label, "tick", "end")
    drawing.line(LEFT, bottom, WIDTH - RIGHT, bottom, "axis")
    drawing.text(0, top - 14, panel.name, "name")
    drawing.text(_CHARACTER * len(panel.name) + 22, top - 14, panel.note, "legend")
    drawing.begin_clip(name, LEFT - 4, top - 6, width + 8, panel.height + 10)
    for series in panel.series:
        xs, ys = thinned(series.xs, series.ys, width)
        values = _exponents(ys) if panel.is_logarithmic else ys
        drawing.curve(places.of(xs), height_of(values), series.look)
        if series.dots:
            seen = np.isfinite(values)
            points = places.of(xs[seen]).tolist(), height_of(values[seen]).tolist()
            drawing.dots(*points, f"{series.look} dot", diamond=series.dots == "diamond")
    drawing.end_clip()
    _draw_labels(drawing, panel.series, places, height_of)
    _draw_legend(drawing, panel.series, top - 14)


def _draw_labels(
    drawing: Drawing,
    series: Sequence[Series],
    places: _Places,
    height_of: Callable[[ArrayLike], NDArray[np.float64]],
) -> None:
    """Write the label of each curve at its end, above or below it, where none is yet."""
    taken: list[tuple[float, float, float]] = []
    for each in series:
        if not each.label or not len(each.xs):
            continue
        length = _CHARACTER * len(each.label)
        right = max(float(places.of(each.xs[-1])) + 4, LEFT + length)
        end = float(height_of(each.ys[-1]))
        for y in (end - 8, end + 16):
            free = all(
                abs(y - other) > 11 or right - length > last or first > right
                for first, last, other in taken
            )
            if free:
                drawing.text(right, y, each.label, f"end {each.look}", "end")
                taken.append((right - length, right, y))
                break


def _draw_legend(drawing: Drawing, series: Sequence[Series], y: float) -> None:
    x = float(WIDTH - RIGHT - 12)  # beside a mark at the last step
    for each in reversed([each for each in series if each.name]):
        drawing.text(x, y, each.name, "legend", "end")
        x -= _CHARACTER * len(each.name) + 8
        drawing.line(x - 14, y - 4, x, y - 4, f"curve {each.look}")
        if each.dots:
            drawing.dots([x - 7], [y - 4], f"{each.look} dot", diamond=each.dots == "diamond")
        x -= 32


def _draw_marks(drawing: Drawing, marks: Sequence[Mark], places: _Places, bottom: float) -> None:
    """Draw a line for each mark, and its number; those that lie too close share one."""
    groups: list[list[Mark]] = []
    begins = -np.inf
    for mark in marks:
        x = float(places.of(mark.x))
        if x - begins < 3 * _BADGE and groups:
            groups[-1].append(mark)
        else:
            groups.append([mark])
            begins = x
    for group in groups:
        # Of many that lie close only the ends, which shade less of the curves.
        for mark in group if len(group) <= _MOST_LINES else (group[0], group[-1]):
            x = float(places.of(mark.x))
            drawing.line(x, MARK_ROW - 4, x, bottom, "mark")
    xs = [float(places.of(group[0].x)) for group in groups]
    for group, x, after in zip(groups, xs, [*xs[1:], float(WIDTH)], strict=False):
        first, last = group[0].number, group[-1].number
        text = str(first) if first == last else f"{first}–{last}"
        half = max(_BADGE, _CHARACTER * len(text) / 2 + 4)
        x = min(x, WIDTH - half)
        drawing.box(x - half, 2, 2 * half, 2 * _BADGE, "badge", radius=_BADGE)
        drawing.text(x, 2 + _BADGE + 3.5, text, "number", "middle")
        label = group[0].label
        if first == last and x + half + 5 + _CHARACTER * len(label) < after - _BADGE - 4:
            drawing.text(x + half + 5, 2 + _BADGE + 3.5, label, "label")


def thinned(
    xs: NDArray[np.number], ys: NDArray[np.floating], columns: int
) -> tuple[NDArray[np.number], NDArray[np.floating]]:
    """Return the lowest and the highest point of each column of pixels, few enough to be drawn."""
    finite = np.isfinite(ys)
    if not finite.all():
        xs, ys = xs[finite], ys[finite]
    kept = extreme_indices(ys, 2 * columns)
    return xs[kept], ys[kept]


def _exponents(values: NDArray[np.floating]) -> NDArray[np.float64]:
    positive = np.where(values > 0, values, np.nan).astype(np.float64)
    exponents: NDArray[np.float64] = np.log10(positive)
    return exponents
