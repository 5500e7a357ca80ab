"""The track under the loss, along which the playhead is dragged to an earlier step."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QActionGroup,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton

from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.plots.plot_canvas import PlotCanvas

_HEIGHT_PX = 21
_TRACK_PX = 4
_HANDLE_PX = (8, 16)
SECONDS = (5, 10, 20, 40)
"""How long it may take to play the whole run."""
_USUAL_S = 20
_TIP = (
    "Drag to see the whole window as it was at an earlier step; training is not disturbed. "
    "Shift+Left and Shift+Right go from one kept step to the next, Esc comes back to now."
)
_NO_TIP = "Nothing is trained yet: there is no earlier step to look at."


class PlayheadStrip(ThemedWidget):
    """A track as long as the run with the playhead on it, and a button that lets it move.

    It follows the present until it is dragged.

    Signals
    -------
    step_asked
        The user dragged it to a step: its number, or None at the end of the run.
    walked
        The user wants the kept step before (-1) or after (1) the one that is looked at.
    play_clicked
        It shall move by itself, or stop.

    Attributes
    ----------
    play_button, speed_button
        Let it move, and choose how fast.
    is_dragged
        Whether the user holds it.
    """

    step_asked = Signal(object)
    walked = Signal(int)
    play_clicked = Signal()

    def __init__(self, theme: Theme, canvas: PlotCanvas) -> None:
        super().__init__(theme)
        self._canvas = canvas
        self._end = 0
        self._step: int | None = None
        self._kept: tuple[int, ...] = ()
        self._is_playing = self._is_left_out = self.is_dragged = False
        fill_with_surface(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Playhead")
        self.play_button, self.speed_button = QToolButton(self), QToolButton(self)
        self._build_buttons()
        canvas.view_changed.connect(self._on_canvas_view_changed)
        self._restyle()
        self._show_state()

    def _build_buttons(self) -> None:
        names = {self.play_button: "Play the run", self.speed_button: "How fast to play"}
        for button, name in names.items():
            button.setProperty("kind", "quiet")
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play_button.clicked.connect(self.play_clicked)
        self.speed_button.setToolTip("How long it takes to play the run.")
        menu = QMenu(self.speed_button)
        group = QActionGroup(menu)
        for seconds in SECONDS:
            action = menu.addAction(f"The whole run in {seconds} seconds")
            action.setCheckable(True)
            action.setChecked(seconds == _USUAL_S)
            action.setData(seconds)
            group.addAction(action)
        self.speed_button.setMenu(menu)
        self.speed_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    @property
    def seconds(self) -> int:
        """How long it takes to play the whole run."""
        chosen = [a.data() for a in self.speed_button.menu().actions() if a.isChecked()]
        return int(chosen[0])

    @property
    def step(self) -> int | None:
        """The step that it stands at; None where it follows the present."""
        return self._step

    @property
    def handle(self) -> QPointF:
        """The middle of what is dragged, in pixels of this widget."""
        return QPointF(self._x(self._end if self._step is None else self._step), self._middle)

    def x_of(self, step: int) -> float:
        """Return where a step is, in pixels of this widget."""
        return self._x(step)

    def set_end(self, step: int) -> None:
        """Take how far the run has come; at 0 there is nothing to look at."""
        if step != self._end:
            had, self._end = self._end, step
            if bool(had) != bool(step):
                self._show_state()
            self.update()

    def show_step(self, step: int | None, kept: tuple[int, ...] = ()) -> None:
        """Stand at a step, or follow the present; `kept` are the steps that can be looked at."""
        if (step, kept) != (self._step, self._kept):
            self._step, self._kept = step, kept
            self.update()
        self.setAccessibleDescription("at the present" if step is None else f"at step {step:,}")

    def show_playing(self, playing: bool) -> None:
        """Offer to stop, or to play."""
        self._is_playing = playing
        self._show_state()

    def leave_out(self, left_out: bool) -> None:
        """Paint nothing, for a picture of the plot; the place stays."""
        self._is_left_out = left_out
        for button in (self.play_button, self.speed_button):
            button.setVisible(not left_out)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(_HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._end:
            self.is_dragged = True
            self._ask(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.is_dragged:
            self._ask(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.is_dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.walked.emit(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif event.key() == Qt.Key.Key_Home and self._end:
            self.step_asked.emit(0)
        elif event.key() == Qt.Key.Key_End:
            self.step_asked.emit(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_left_out:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = self._axes.area
        now, at = self._x(self._end), self.handle.x()
        self._paint_track(painter, area.left(), area.right(), "pill")
        if self._end:
            self._paint_track(painter, area.left(), now, "faint", 0.55)
            self._paint_track(painter, area.left(), at, "muted")
        if self._step is not None:
            self._paint_kept(painter)
            painter.setBrush(self._theme.color("muted"))
            width, height = self._theme.px(3), self._theme.px(12)
            end = QRectF(now - width / 2, self._middle - height / 2, width, height)
            painter.drawRoundedRect(end, 1, 1)
            x = crisp(at)
            painter.setPen(QPen(self._theme.color("text"), self._theme.px(1.5)))
            painter.drawLine(QPointF(x, 0), QPointF(x, self._middle))
        self._paint_handle(painter)

    def _paint_track(
        self, painter: QPainter, left: float, right: float, token: str, opacity: float = 1.0
    ) -> None:
        thickness = self._theme.px(_TRACK_PX)
        painter.setBrush(self._theme.color(token, opacity))
        track = QRectF(left, self._middle - thickness / 2, right - left, thickness)
        painter.drawRoundedRect(track, thickness / 2, thickness / 2)

    def _paint_kept(self, painter: QPainter) -> None:
        """Mark the steps that can be looked at, where they do not crowd."""
        low, high = self._canvas.x_range
        kept = [step for step in self._kept if low <= step <= high]
        area, px = self._axes.area, self._theme.px
        if not kept or area.width() / len(kept) < px(5):
            return
        painter.setBrush(self._theme.color("muted", 0.7))
        top = self._middle + px(_TRACK_PX)
        for step in kept:
            painter.drawRect(QRectF(self._x(step) - px(1) / 2, top, px(1), px(3)))

    def _paint_handle(self, painter: QPainter) -> None:
        theme = self._theme
        width, height = (theme.px(length) for length in _HANDLE_PX)
        box = QRectF(0, 0, width, height)
        box.moveCenter(self.handle)
        pen = theme.color("primary" if self.hasFocus() else "surface")
        painter.setPen(QPen(pen, theme.px(2)))
        painter.setBrush(theme.color("text" if self._end else "faint"))
        painter.drawRoundedRect(box, theme.px(3), theme.px(3))

    @property
    def _axes(self) -> Axes:
        across = self._canvas.area
        area = QRectF(across.left(), 0, across.width(), self.height())
        return Axes(self._theme, area, self._canvas.x_range, (0.0, 1.0))

    @property
    def _middle(self) -> float:
        return self.height() / 2

    def _x(self, step: int) -> float:
        area = self._axes.area
        return min(max(float(self._axes.x(step)), area.left()), area.right())

    def _ask(self, x: float) -> None:
        """Ask for the step at a position; where the run ends, for the present."""
        step = max(0, round(self._axes.x_value(x)))
        is_now = step >= self._end or x >= self._x(self._end)
        self.step_asked.emit(None if is_now else step)

    def _show_state(self) -> None:
        is_on = self._end > 0
        self.setToolTip(_TIP if is_on else _NO_TIP)
        self.setStatusTip("")
        cursor = Qt.CursorShape.SizeHorCursor if is_on else Qt.CursorShape.ArrowCursor
        self.setCursor(cursor)
        for button in (self.play_button, self.speed_button):
            button.setCursor(Qt.CursorShape.ArrowCursor)
            button.setEnabled(is_on)
        name, tip = ("pause", "Stop here.") if self._is_playing else ("play", _PLAY_TIP)
        self.play_button.setToolTip(tip if is_on else _NO_TIP)
        token = "text" if is_on else "faint"
        self.play_button.setIcon(icon(self._theme, name, token))
        self.speed_button.setIcon(icon(self._theme, "chevron-down", token))

    def _place_buttons(self) -> None:
        px, height = self._theme.px, self.height()
        self.play_button.setGeometry(0, 0, px(24), height)
        self.speed_button.setGeometry(px(24), 0, px(16), height)

    def _on_canvas_view_changed(self) -> None:
        self.update()

    def _restyle(self) -> None:
        px = self._theme.px
        self.play_button.setIconSize(QSize(px(14), px(14)))
        self.speed_button.setIconSize(QSize(px(12), px(12)))
        self._place_buttons()
        self._show_state()


_PLAY_TIP = "Play the run from here, or from its first step: watch what it learned, and when."
