"""The dots at the foot of the stage: how many pages there are, and which one is shown."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_HEIGHT_PX = 12
_PITCH_PX = 14
_DOT_PX = 5
_PRESENT_PX = 13


class PageDots(ThemedWidget):
    """One dot for each page; a click goes to the page.

    Signals
    -------
    picked
        The user clicked a dot: the page's number, from 0.
    """

    picked = Signal(int)

    def __init__(self, theme: Theme, titles: tuple[str, ...]) -> None:
        super().__init__(theme)
        self._titles = titles
        self._page = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_page(0)

    def set_titles(self, titles: tuple[str, ...]) -> None:
        """Have a dot for each of these pages."""
        self._titles = titles
        self.set_page(min(self._page, len(titles) - 1))
        self.updateGeometry()

    def set_page(self, page: int) -> None:
        """Mark another page as the one that is shown."""
        self._page = page
        self.setAccessibleName(
            f"Page {page + 1} of {len(self._titles)} of the stage: {self._titles[page]}"
        )
        self.update()

    def center_of(self, page: int) -> QPointF:
        """Return where the dot of a page is."""
        pitch = self._theme.px(_PITCH_PX)
        left = (self.width() - (len(self._titles) - 1) * pitch) / 2
        return QPointF(left + page * pitch, self.height() / 2)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_PITCH_PX) * len(self._titles), self._theme.px(_HEIGHT_PX))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        page = self._page_at(event.position().x())
        if page is not None:
            self.picked.emit(page)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            page = self._page_at(event.pos().x())
            text = "" if page is None else self._titles[page]
            QToolTip.showText(event.globalPos(), f"{text} (Left and Right turn the pages)", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        side = theme.px(_DOT_PX)
        for page in range(len(self._titles)):
            is_present = page == self._page
            width = theme.px(_PRESENT_PX) if is_present else side
            center = self.center_of(page)
            box = QRectF(center.x() - width / 2, center.y() - side / 2, width, side)
            painter.setBrush(theme.color("primary" if is_present else "faint"))
            painter.drawRoundedRect(box, side / 2, side / 2)

    def _page_at(self, x: float) -> int | None:
        pitch = self._theme.px(_PITCH_PX)
        page = round((x - self.center_of(0).x()) / pitch)
        return page if 0 <= page < len(self._titles) else None
