"""Quiet dots on tabs: something was noticed that is to be seen there."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QWidget

from netviz.ui.look.theme import Theme

_DOT_PX = 6


class TabDots(QObject):
    """Keeps a dot at the upper right corner of some tabs; no tab grows or moves for it."""

    def __init__(self, theme: Theme, bar: QTabBar) -> None:
        super().__init__(bar)
        self._theme = theme
        self._bar = bar
        self._dots: dict[int, _Dot] = {}
        bar.installEventFilter(self)
        theme.changed.connect(self._place)

    @property
    def marked(self) -> set[int]:
        """The tabs with a dot, by their index."""
        return {index for index, dot in self._dots.items() if not dot.isHidden()}

    def mark(self, indices: set[int]) -> None:
        """Put a dot on these tabs, and on no others."""
        for index in indices - self._dots.keys():
            self._dots[index] = _Dot(self._theme, self._bar)
        for index, dot in self._dots.items():
            dot.setVisible(index in indices)
        self._place()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        # The tabs are laid out anew where their texts change; then the bar is painted.
        if event.type() in (QEvent.Type.Paint, QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return False

    def _place(self) -> None:
        size = self._theme.px(_DOT_PX)
        for index, dot in self._dots.items():
            tab = self._bar.tabRect(index)
            corner = tab.topRight() + QPoint(-size - self._theme.px(3), self._theme.px(7))
            if dot.pos() != corner or dot.width() != size:
                dot.setGeometry(corner.x(), corner.y(), size, size)


class _Dot(QWidget):
    def __init__(self, theme: Theme, bar: QTabBar) -> None:
        super().__init__(bar)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Something was noticed here")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("warning"))
        painter.drawEllipse(self.rect())
