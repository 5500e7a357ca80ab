"""The other runs on a plot: their curves, labels, values, and what a click on one offers."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtWidgets import QMenu

from netviz.engine.curves.ticks import Range
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.plots.ghost import Ghost, GhostTrack
from netviz.ui.plots.ghost_labels import GhostLabels, nearest_curve
from netviz.ui.plots.metric import CurveStyle, Metric, Points, Row, View
from netviz.ui.plots.plot_canvas import PlotCanvas

_NEAR_PX = 6
_FOLLOWED_PX = 4
"""A label follows the end of its curve by steps of so much: to find free places takes long."""
_MOST_ROWS = 5


class Ghosts(QObject):
    """Draws runs beside the run at hand, and says which of them the user wants.

    Signals
    -------
    changed
        Other runs are to be drawn.
    restyled
        The same runs look otherwise, or have other words.
    grown
        There is more of one of them.
    go_requested
        The user wants to go on with a run: its number.
    hide_requested
        The user wants a run not to be drawn: its number.

    Attributes
    ----------
    labels
        What is written at their ends.
    """

    changed = Signal()
    restyled = Signal()
    grown = Signal()
    go_requested = Signal(int)
    hide_requested = Signal(int)

    def __init__(self, theme: Theme, canvas: PlotCanvas, metric: Metric) -> None:
        super().__init__(canvas)
        self._theme, self._canvas, self._metric = theme, canvas, metric
        self._tracks: dict[int, GhostTrack] = {}
        self._is_visible = True
        self._pointed: int | None = None
        self._is_offering = False
        self._drawn: dict[int, Hashable] = {}
        self._arranged: Hashable = None
        self._ends = np.empty((0, 2))  # of the curves when their labels were placed, in pixels
        self.labels = GhostLabels(theme)
        self.labels.setZValue(12)
        canvas.scene().addItem(self.labels)
        self._avoided = [name for name, style in metric.styles.items() if style.width > 1]
        canvas.scene().sigMouseClicked.connect(self._on_scene_clicked)
        canvas.moved.connect(self._on_canvas_moved)
        canvas.left.connect(self._on_canvas_left)

    # -- what is drawn -----------------------------------------------------------------------

    @property
    def all(self) -> tuple[Ghost, ...]:
        """The runs that there are to be drawn."""
        return tuple(track.ghost for track in self._tracks.values())

    @property
    def shown(self) -> tuple[GhostTrack, ...]:
        """Those that are drawn: all or none."""
        return tuple(self._tracks.values()) if self._is_visible else ()

    @property
    def tracks(self) -> Mapping[int, GhostTrack]:
        """What is known of the runs, drawn or not, by their numbers."""
        return self._tracks

    @property
    def is_visible(self) -> bool:
        """Whether they are drawn."""
        return self._is_visible

    def set_visible(self, visible: bool) -> None:
        """Draw them, or none of them."""
        if visible != self._is_visible:
            self._is_visible = visible
            self._tell()

    def set_ghosts(self, ghosts: Sequence[Ghost], loss: str) -> None:
        """Draw these runs, the first one behind the others.

        Parameters
        ----------
        loss
            The loss function of the run at hand.
        """
        before, now = self._tracks, dict[int, GhostTrack]()
        words = [ghost.label for ghost in self.all]
        for ghost in ghosts:
            track = before.get(ghost.line)
            is_new = track is None or track.loss != loss or not track.take(ghost)
            now[ghost.line] = GhostTrack(ghost, loss) if is_new or track is None else track
        self._tracks = now
        if [*before.values()] != [*now.values()]:
            self._tell()
        elif words != [ghost.label for ghost in ghosts]:
            self.restyled.emit()

    def catch_up(
        self,
        line: int,
        steps: NDArray[np.int64],
        losses: NDArray[np.float32],
        measurements: Sequence[Measurement] = (),
    ) -> None:
        """Draw what a run has come to since; what is drawn already is passed over.

        Parameters
        ----------
        steps, losses
            Numbers of steps, increasing, and their losses, ``[k]`` each.
        measurements
            Of its epochs, oldest first.
        """
        track = self._tracks.get(line)
        if track is None:
            return
        first = int(np.searchsorted(steps, track.last_step, side="right"))
        if first < len(steps):
            track.append(steps[first:], losses[first:])
        for measurement in measurements:
            if not track.measurements or measurement.step > track.measurements[-1].step:
                track.add_measurement(measurement)
        self.grown.emit()

    def curve(self, line: int) -> Points:
        """Return the curve of a run as it is drawn, in units of the axes."""
        return self._canvas.beside.points(line)

    def _tell(self) -> None:
        self._drawn, self._arranged = {}, None
        self.changed.emit()

    # -- drawing -----------------------------------------------------------------------------

    def draw(self, view: View, axes: Axes, y_range: Range) -> None:
        """Draw what is not drawn yet; costs next to nothing where nothing is new."""
        lines = self._canvas.beside
        lines.set_styles({each.ghost.line: self._style(each.ghost) for each in view.ghosts})
        columns = round(axes.area.width())
        looks = axes.x_range, y_range, columns, self._metric.ghost_scale(view)
        now: dict[int, Hashable] = {
            each.ghost.line: (looks, each.loss, self._metric.ghost_length(each))
            for each in view.ghosts
        }
        for ghost in view.ghosts:
            line = ghost.ghost.line
            if now[line] != self._drawn.get(line):
                curve = self._metric.ghost_curve(ghost, view, axes.x_range, columns)
                lines.set_points(line, *curve)
        self._drawn = now
        self._place_labels(view, axes, looks)

    def _style(self, ghost: Ghost) -> CurveStyle:
        if ghost.line != self._pointed:
            return CurveStyle(ghost.token, ghost.width)
        return CurveStyle("muted" if ghost.token == "ghost" else ghost.token, ghost.width + 1)

    def forget_places(self) -> None:
        """Place the labels anew: letters have another size."""
        self._arranged = None

    def _place_labels(self, view: View, axes: Axes, looks: Hashable) -> None:
        """Place the labels anew where something else is drawn, or a curve has left its label."""
        canvas = self._canvas
        taken = [*canvas.markers.label_boxes, *canvas.best.label_boxes]
        present = [_pixels(canvas.curves[name].points, axes) for name in self._avoided]
        boxes = tuple(box.getRect() for box in taken)
        words = tuple((each.ghost.line, each.loss, each.ghost.label) for each in view.ghosts)
        arranged = looks, boxes, words, axes.area.getRect()
        points = [_end(self.curve(each.ghost.line)) for each in view.ghosts]
        ends = np.array(points).reshape(-1, 2)
        ends = np.column_stack((axes.x(ends[:, 0]), axes.y(ends[:, 1])))
        if (
            arranged == self._arranged
            and _are_near(ends, self._ends, self._theme.px(_FOLLOWED_PX))
            and not self.labels.is_crossed_by(present)
        ):
            return
        self._arranged, self._ends = arranged, ends
        wanted = [
            (each.ghost.line, each.ghost.label, _ink(each.ghost), curve)
            for each, (_, curve) in zip(view.ghosts, self._curves(view.ghosts, axes), strict=True)
        ]
        self.labels.arrange(wanted[::-1], axes, taken, present)  # the one in front matters most

    def _curves(self, tracks: Sequence[GhostTrack], axes: Axes) -> list[tuple[int, Points]]:
        """Return number and curve of each run, in pixels."""
        lines = [each.ghost.line for each in tracks]
        return [(line, _pixels(self.curve(line), axes)) for line in lines]

    # -- values ------------------------------------------------------------------------------

    def values_at(
        self, view: View, hovered: float, found: tuple[int, list[Row]] | None
    ) -> tuple[int, list[Row]] | None:
        """Add to what is `found` of the run at hand at a step what the others have there.

        Beyond the last step of the run at hand theirs are all there is.
        """
        if not view.ghosts:
            return found
        if found is None or hovered > view.last_step:
            ends = min(hovered, max(ghost.last_step for ghost in view.ghosts))
            readings = [self._metric.ghost_value(ghost, ends) for ghost in view.ghosts]
            steps = [reading[0] for reading in readings if reading]
            if steps:
                step = min(steps, key=lambda step: abs(step - ends))
                found = step, [Row("step", f"{step:,}")]
        return found and (found[0], [*found[1], *self._rows(view, found[0])])

    def _rows(self, view: View, step: int) -> list[Row]:
        rows = []
        for ghost in view.ghosts:
            if reading := self._metric.ghost_value(ghost, step):
                when = "" if reading[0] == step else f" at {reading[0]:,}"
                rows.append(Row(ghost.ghost.label, reading[1] + when, _ink(ghost.ghost)))
        more = len(rows) - _MOST_ROWS
        return [*rows[:_MOST_ROWS], Row(f"and {more} more", "")] if more > 0 else rows

    # -- the mouse ---------------------------------------------------------------------------

    def line_at(self, place: QPointF) -> int | None:
        """Return the number of the run whose label or curve is at a place of the canvas."""
        axes = self._canvas.axes
        if not self.shown or not axes.area.contains(place):
            return None
        line = self.labels.at(place)
        if line is not None:
            return line
        return nearest_curve(self._curves(self.shown, axes), place, self._theme.px(_NEAR_PX))

    def point_at(self, line: int | None) -> None:
        """Let a run stand out that a click would be about, or none."""
        if line == self._pointed:
            return
        self._pointed = line
        if line is None:
            self._canvas.viewport().unsetCursor()
        else:
            self._canvas.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.restyled.emit()

    def offer(self, line: int, place: QPoint) -> None:
        """Offer what can be done with a run, at a global place."""
        menu = QMenu(self._canvas)
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_actions(menu, line)
        menu.aboutToHide.connect(self._on_menu_about_to_hide)
        self.point_at(line)
        self._is_offering = True  # it stands out until the menu is gone, though the mouse leaves
        menu.popup(place)

    def add_actions(self, menu: QMenu, line: int) -> None:
        """Add to a menu what can be done with a run."""
        go = menu.addAction(f"Go on with {self._tracks[line].ghost.name}")
        go.setToolTip("Go on where it was left; the run at hand is kept in its place.")
        go.triggered.connect(lambda: self.go_requested.emit(line))
        hide = menu.addAction("Hide")
        hide.setToolTip("Take it out of the plots; its eye in the tab Runs shows it again.")
        hide.triggered.connect(lambda: self.hide_requested.emit(line))

    def _on_scene_clicked(self, event: Any) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or event.double():
            return
        place = QPointF(event.scenePos())
        line = self.line_at(place)
        if line is not None:
            event.accept()
            self.offer(line, self._canvas.mapToGlobal(place.toPoint()))

    def _on_menu_about_to_hide(self) -> None:
        self._is_offering = False
        self.point_at(None)

    def _on_canvas_left(self) -> None:
        if not self._is_offering:
            self.point_at(None)

    def _on_canvas_moved(self, place: QPointF) -> None:
        self.point_at(self.line_at(place))


def _ink(ghost: Ghost) -> str:
    """Return the colour of what is written of a run: grey letters have to be readable."""
    return "quiet" if ghost.token == "ghost" else ghost.token


def _end(curve: Points) -> tuple[float, float]:
    return (float(curve[0][-1]), float(curve[1][-1])) if len(curve[0]) else (np.nan, np.nan)


def _are_near(ends: NDArray[Any], before: NDArray[Any], reach: float) -> bool:
    """Return whether no end of a curve, ``[n, 2]``, is farther from its place than `reach`."""
    apart = np.abs(ends - before)
    return bool(((apart <= reach) | (np.isnan(ends) & np.isnan(before))).all())


def _pixels(points: Points, axes: Axes) -> Points:
    return axes.x(points[0]), axes.y(points[1])
