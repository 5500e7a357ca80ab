"""A run of a race as a line: its letter and colour, what differs, and its loss."""

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy

from netviz.bridge.race_lanes import LaneNow
from netviz.number_text import loss_text
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.icon_button import quiet_button

_HEIGHT_PX = 30
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LaneRow(QAbstractButton):
    """A run of the race; a click shows it in the window.

    Signals
    -------
    drop_clicked
        It shall take part no longer.
    compare_clicked
        The others shall be compared with it.

    Attributes
    ----------
    lane
        What it shows.
    drop_button
        What emits `drop_clicked`.
    menu
        What a right click offers.
    compare_action
        What emits `compare_clicked`.
    is_base
        Whether the others are compared with it.
    """

    drop_clicked = Signal()
    compare_clicked = Signal()

    def __init__(self, theme: Theme, lane: LaneNow) -> None:
        super().__init__()
        self._theme = theme
        self.lane = lane
        self.is_base = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.drop_button = quiet_button(
            "Take it out of the race", "Take this run out of the race; it is kept in Runs."
        )
        self.drop_button.setParent(self)
        self.drop_button.clicked.connect(self.drop_clicked)
        self._make_menu()
        theme.changed.connect(self._restyle)
        self._restyle()
        self.set_lane(lane)

    def _make_menu(self) -> None:
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.show_action = self.menu.addAction("Show this run in the window")
        self.show_action.triggered.connect(self.clicked)
        self.compare_action = self.menu.addAction("Compare the others with this one")
        self.compare_action.setCheckable(True)
        self.compare_action.triggered.connect(self.compare_clicked)
        self.drop_action = self.menu.addAction("Take it out of the race")
        self.drop_action.triggered.connect(self.drop_clicked)
        self.set_base(is_base=False, has_others=True)

    def set_base(self, *, is_base: bool, has_others: bool) -> None:
        """Say whether the others are compared with it, and whether any can be."""
        self.is_base = is_base
        self.compare_action.setChecked(is_base)
        self.compare_action.setEnabled(has_others)
        self.compare_action.setToolTip(
            "Show below the loss how far the others are from it."
            if has_others
            else "No other run is on the same batches with the same loss."
        )
        self.update()

    def set_lane(self, lane: LaneNow) -> None:
        """Show a run as it is now."""
        self.lane = lane
        self.drop_button.setVisible(not lane.is_shown)
        self.show_action.setEnabled(not lane.is_shown)
        self.setText(f"{lane.letter}, {lane.name}")
        self.setAccessibleName(self.text())
        self.setToolTip(_tooltip(lane))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(_HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.drop_action.setEnabled(not self.lane.is_shown and self.drop_button.isEnabled())
        self.compare_action.setChecked(self.is_base)
        self.menu.popup(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = self._theme.px(22)
        top = (self.height() - side) // 2
        self.drop_button.setGeometry(self.width() - side - self._theme.px(3), top, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, px, lane = self._theme, self._theme.px, self.lane
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        is_marked = self.hasFocus() or self.underMouse()
        painter.setPen(theme.color("primary" if is_marked else "border"))
        painter.setBrush(theme.color("lit" if lane.is_shown else "raised"))
        painter.drawRoundedRect(frame, px(6), px(6))
        badge = QRectF(px(7), (self.height() - px(16)) / 2, px(16), px(16))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(branch_token(lane.color)))
        painter.drawRoundedRect(badge, px(4), px(4))
        painter.setPen(theme.color("surface"))
        painter.setFont(theme.font(11, QFont.Weight.Bold))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, lane.letter)
        self._paint_words(painter, QRect(px(30), 0, self.width() - px(30 + 28), self.height()))

    def _paint_words(self, painter: QPainter, place: QRect) -> None:
        theme, lane = self._theme, self.lane
        figure = lane.trouble or (loss_text(lane.loss) if lane.loss == lane.loss else "")
        font = theme.font(12, QFont.Weight.DemiBold if lane.leads else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.color(_token(lane)))
        painter.drawText(place, _RIGHT, figure)
        taken = QFontMetrics(font).horizontalAdvance(figure) + theme.px(8)
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("text"))
        room = place.width() - taken
        name = QFontMetrics(painter.font()).elidedText(lane.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, _LEFT, name)
        free = room - QFontMetrics(painter.font()).horizontalAdvance(name)
        painter.setFont(theme.font(11))
        if self.is_base and free >= QFontMetrics(painter.font()).horizontalAdvance("base"):
            painter.setPen(theme.color("quiet"))
            painter.drawText(place.adjusted(0, 0, -taken, 0), _RIGHT, "base")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def _restyle(self) -> None:
        self.drop_button.setIcon(icon(self._theme, "x", "muted", 14))
        self.updateGeometry()
        self.update()


def _token(lane: LaneNow) -> str:
    if lane.trouble:
        return "wrong"
    return "right" if lane.leads else "muted"


def _tooltip(lane: LaneNow) -> str:
    shown = "The window shows this run." if lane.is_shown else "Click to show this run."
    if lane.trouble:
        return f"{lane.reason}\n{shown}"
    return f"Leads: its loss is the lowest.\n{shown}" if lane.leads else shown
