"""How far the runs of a race are apart on the same batches, under the plot of the loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton

from netviz.engine.curves.ticks import Ticks
from netviz.number_text import signed_text
from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.plots.differences import Difference, Differences, Points, Recorded, fitting_limit
from netviz.ui.plots.playhead import later_part, paint_later
from netviz.ui.plots.plot_canvas import PlotCanvas

_HEIGHT_PX = 64
_ROOMY_HEIGHT_PX = 84
_TITLE_PX = 18
_FOOT_PX = 8
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class ComparedRun:
    """A run of a race as the strip names and draws it.

    Attributes
    ----------
    line
        Its number within the session.
    letter, name
        What it is called in the race, and what differs: ``A`` and ``lr 0.03``.
    token
        Its colour in the theme.
    is_stopped
        Whether it has diverged or failed; the axis makes no room for it.
    """

    line: int
    letter: str
    name: str
    token: str
    is_stopped: bool = False


@dataclass(frozen=True)
class Comparison:
    """Which runs are compared with which.

    Attributes
    ----------
    runs
        Those on the same batches, the base among them.
    base
        Number of the run that the others are compared with.
    is_chosen
        Whether the user chose it; otherwise it is the run in the window.
    at_hand
        Number of the run in the window.
    after
        The step from which the race began.
    left_out
        Letters of the runs that cannot be compared.
    """

    runs: tuple[ComparedRun, ...]
    base: int
    is_chosen: bool
    at_hand: int
    after: int
    left_out: str = ""


class DifferenceStrip(ThemedWidget):
    """The loss of each run of a race minus that of one of them, over the steps of the canvas.

    Signals
    -------
    hovered
        The mouse is over the step given, a float.
    left
        The mouse has gone.
    base_chosen
        The user wants the others compared with a run: its number, or None for the one in the
        window.

    Attributes
    ----------
    title_button
        Says which run is the base, and opens the menu in which another one is chosen.
    """

    hovered = Signal(float)
    left = Signal()
    base_chosen = Signal(object)

    def __init__(self, theme: Theme, canvas: PlotCanvas) -> None:
        super().__init__(theme)
        self._canvas = canvas
        self._comparison: Comparison | None = None
        self._differences = Differences()
        self._known: Mapping[int, Difference] = {}
        self._curves: dict[int, Points] = {}
        self._limit: float | None = None
        self._end = 0
        self._crosshair: int | None = None
        self._looked_step: int | None = None
        self._is_roomy = False
        self.setMouseTracking(True)
        fill_with_surface(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Difference of the losses on the same batches")
        self.title_button = QToolButton(self)
        self.title_button.setProperty("kind", "title")
        self.title_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.title_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.title_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.title_button.setToolTip("Choose the run that the others are compared with.")
        self._menu = QMenu(self.title_button)
        self._menu.aboutToShow.connect(self._on_menu_about_to_show)
        self.title_button.setMenu(self._menu)
        canvas.view_changed.connect(self._place_title)
        self._restyle()

    # -- what is shown -----------------------------------------------------------------------

    @property
    def comparison(self) -> Comparison | None:
        """Which runs are compared; None where there are no two."""
        return self._comparison

    @property
    def limit(self) -> float:
        """The difference at the upper edge; that at the lower one is its negative."""
        return self._limit or fitting_limit(())

    @property
    def crosshair(self) -> int | None:
        """The step that is marked."""
        return self._crosshair

    def set_comparison(self, comparison: Comparison | None) -> None:
        """Compare these runs, or none."""
        before, self._comparison = self._comparison, comparison
        if before is None or comparison is None or before.at_hand != comparison.at_hand:
            self.forget()
        if comparison is None:
            return
        letters = {run.line: run.letter for run in comparison.runs}
        without = f", without {comparison.left_out}" if comparison.left_out else ""
        base = letters[comparison.base]
        self.title_button.setText(f"Difference from {base} on the same batches{without} ▾")
        self._place_title()
        self.setToolTip(_tooltip(base, comparison.left_out))

    def forget(self) -> None:
        """Forget what was computed: a run went back, or is another one."""
        self._differences.forget()
        self._curves, self._known, self._limit, self._end = {}, {}, None, 0
        self.update()

    def show_runs(self, recorded: Mapping[int, Recorded], half_life: float) -> None:
        """Draw what is known of the runs by now, within the range of the canvas.

        Parameters
        ----------
        recorded
            The runs by their numbers; those that are not compared are passed over.
        half_life
            Of the average, in steps.
        """
        found = self._comparison
        if found is None:
            return
        runs = {run.line: recorded[run.line] for run in found.runs if run.line in recorded}
        differences = self._differences.update(runs, found.base, found.after, half_life)
        # Columns of two pixels are enough for an average.
        columns = round(self._canvas.area.width() / 2)
        sight = self._canvas.x_range
        self._curves = {line: each.points(sight, columns) for line, each in differences.items()}
        well = {run.line for run in found.runs if not run.is_stopped}
        counted = [line for line in self._curves if line in well] or list(self._curves)
        self._limit = fitting_limit((self._curves[line][1] for line in counted), self._limit)
        self._end = runs[found.base].last_step if found.base in runs else 0
        self._known = differences
        self.update()

    def curve(self, line: int) -> Points:
        """Return the steps and the averaged differences of a run as they are drawn."""
        return self._curves[line]

    def values_at(self, step: int) -> dict[str, float]:
        """Return the averaged difference of each run at a step, by its letter."""
        found = self._comparison
        if found is None:
            return {}
        values = {
            run.letter: self._known[run.line].at(step)
            for run in found.runs
            if run.line in self._known
        }
        return {letter: value for letter, value in values.items() if value is not None}

    def show_crosshair(self, step: int | None) -> None:
        """Mark a step, or none."""
        if step != self._crosshair:
            self._crosshair = step
            self.update()

    def look_at(self, step: int | None) -> None:
        """Show what came after a step pale; None for none."""
        if step != self._looked_step:
            self._looked_step = step
            self.update()

    def set_roomy(self, roomy: bool) -> None:
        """Be higher, where the plot has room."""
        if roomy != self._is_roomy:
            self._is_roomy = roomy
            self.updateGeometry()

    # -- the widget --------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(_ROOMY_HEIGHT_PX if self._is_roomy else _HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, axes = event.position().x(), self._axes()
        if axes.area.left() <= x <= axes.area.right():
            self.hovered.emit(axes.x_value(x))
        else:
            self.left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._comparison
        if found is None:
            return
        painter, theme, axes = QPainter(self), self._theme, self._axes()
        painter.fillRect(axes.area, theme.color("grid", 0.5))
        beyond = theme.px(3)
        within = (axes.area.top() - theme.px(8), self.height() + beyond)
        axes.paint_y_ticks(painter, self._ticks(), gap_px=8, within=within)
        painter.setClipRect(axes.area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_zero(painter, axes, found)
        for run in found.runs:
            if run.line in self._curves:
                painter.setPen(QPen(theme.color(run.token), theme.px(1.5)))
                painter.drawLines(_segments(axes, self._curves[run.line]))
        painter.setClipping(False)
        if self._looked_step is not None:
            self._paint_playhead(painter, axes, self._looked_step)
        self._paint_directions(painter, axes)
        if self._crosshair is not None:
            self._paint_crosshair(painter, axes, self._crosshair, found.runs)

    def _paint_zero(self, painter: QPainter, axes: Axes, found: Comparison) -> None:
        """Paint the base: a line where it differs by nothing, as far as it was trained."""
        token = next(run.token for run in found.runs if run.line == found.base)
        painter.setPen(QPen(self._theme.color(token), self._theme.px(1.5)))
        y = crisp(axes.y(0.0))
        end = max(found.after, self._end)
        painter.drawLine(QPointF(axes.x(found.after), y), QPointF(axes.x(end), y))

    def _paint_playhead(self, painter: QPainter, axes: Axes, step: int) -> None:
        part = later_part(axes, step)
        paint_later(painter, self._theme, part)
        low, high = axes.x_range
        if low <= step <= high:
            painter.setPen(QPen(self._theme.color("text"), self._theme.px(1.5)))
            x = crisp(part.left())
            painter.drawLine(QPointF(x, axes.area.top()), QPointF(x, self.height()))

    def _paint_directions(self, painter: QPainter, axes: Axes) -> None:
        """Say which way is better, on a ground on which curves leave the words readable."""
        theme, px = self._theme, self._theme.px
        font = theme.font(11)
        metrics, area = QFontMetricsF(font), axes.area
        painter.setFont(font)
        height = metrics.height()
        for text, top in (
            ("worse", area.top() + px(1)),
            ("better", area.bottom() - height - px(1)),
        ):
            width = metrics.horizontalAdvance(text) + px(8)
            box = QRectF(area.right() - width - px(2), top, width, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("surface", 0.8))
            painter.drawRoundedRect(box, px(4), px(4))
            painter.setPen(theme.color("quiet"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_crosshair(
        self, painter: QPainter, axes: Axes, step: int, runs: Sequence[ComparedRun]
    ) -> None:
        theme, px, area = self._theme, self._theme.px, axes.area
        x = axes.x(step)
        painter.setPen(QPen(theme.color("muted", 0.7), px(1)))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, self.height()))
        values = self.values_at(step)
        painter.setFont(theme.font(12))
        metrics = QFontMetricsF(theme.font(12))
        right, first = area.right(), self.title_button.geometry().right() + px(8)
        for run in reversed([run for run in runs if run.letter in values]):
            value = values[run.letter]
            y = min(max(axes.y(value), area.top()), area.bottom())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(run.token))
            painter.drawEllipse(QPointF(x, y), px(2.5), px(2.5))
            text = f"{run.letter} {signed_text(value)}"
            width = metrics.horizontalAdvance(text)
            if right - width >= first:  # where there is no room the curve says it
                painter.setPen(theme.color(run.token))
                painter.drawText(QRectF(right - width, 0, width, px(_TITLE_PX)), _RIGHT, text)
                right -= width + px(12)

    def _ticks(self) -> Ticks:
        return [(-self.limit, f"−{self.limit:g}"), (0.0, "0"), (self.limit, f"+{self.limit:g}")]

    def _axes(self) -> Axes:
        across, px = self._canvas.area, self._theme.px
        top = px(_TITLE_PX)
        area = QRectF(across.left(), top, across.width(), self.height() - top - px(_FOOT_PX))
        return Axes(self._theme, area, self._canvas.x_range, (-self.limit, self.limit))

    # -- the choice of the base --------------------------------------------------------------

    def _on_menu_about_to_show(self) -> None:
        menu, found = self._menu, self._comparison
        menu.clear()
        if found is None:
            return
        follow = menu.addAction("The run in the window")
        follow.setCheckable(True)
        follow.setChecked(not found.is_chosen)
        follow.triggered.connect(lambda: self.base_chosen.emit(None))
        menu.addSeparator()
        for run in found.runs:
            action = menu.addAction(f"{run.letter}  {run.name}")
            action.setCheckable(True)
            action.setChecked(found.is_chosen and run.line == found.base)
            action.triggered.connect(lambda _, line=run.line: self.base_chosen.emit(line))

    def _place_title(self) -> None:
        if self.title_button.text():
            button, px = self.title_button, self._theme.px
            width = min(button.sizeHint().width(), self.width())
            # The letters stand above the left edge of the curves.
            left = max(0, round(self._canvas.area.left()) - px(4))
            button.setGeometry(left, 0, min(width, self.width() - left), px(_TITLE_PX))
        self.update()

    def _restyle(self) -> None:
        c, px = self._theme.colors, self._theme.px
        self.title_button.setStyleSheet(
            f"QToolButton {{ background: transparent; border: none; padding: 0 {px(4)}px;"
            f" color: {c.text}; font-size: {px(12)}px; font-weight: 500; }}"
            "QToolButton::menu-indicator { image: none; }"
            f"QToolButton:hover, QToolButton:focus {{ background: {c.raised};"
            f" border-radius: {px(4)}px; }}"
        )
        self._place_title()
        self.updateGeometry()


def _segments(axes: Axes, points: Points) -> list[QLineF]:
    """Return a curve line by line, which Qt paints in a twentieth of the time of a polygon."""
    x, y = axes.x(points[0].astype(np.float64)), axes.y(points[1].astype(np.float64))
    # Far beyond the edges a painter cuts lines badly.
    height = axes.area.height()
    y = np.clip(y, axes.area.top() - height, axes.area.bottom() + height)
    corners = [QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
    return [QLineF(*ends) for ends in pairwise(corners)]


def _tooltip(base: str, left_out: str) -> str:
    text = (
        f"The loss of each run minus that of {base} at the same step, which was on the same "
        f"images, averaged as the curves above. Above the line it does worse than {base}, below "
        "it better."
    )
    if left_out:
        text += f" {left_out} cannot be compared: other batches, or another loss."
    return text
