"""The small box with the values under the mouse."""

from html import escape

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel, QWidget

from netviz.ui.look.theme import FAMILY, Theme
from netviz.ui.plots.metric import Row


class Readout(QLabel):
    """Shows rows beside the crosshair, always inside its parent and never under the mouse."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("readout")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_rows(self, rows: list[Row], anchor: QPoint) -> None:
        """Show `rows` beside `anchor`, a point of the parent."""
        colors, gap = self._theme.colors, self._theme.px(10)
        self.setText(
            "<table cellspacing=0 cellpadding=0>"
            + "".join(
                f"<tr><td style='color:{getattr(colors, row.token)}; padding-right:{gap}px'>"
                f"{escape(row.name)}</td><td align=right>{escape(row.value)}</td></tr>"
                for row in rows
            )
            + "</table>"
        )
        self.adjustSize()
        self.move(self._place(anchor))
        self.show()
        self.raise_()

    def restyle(self) -> None:
        """Follow the colours and the scale of the theme; hide until the mouse moves again."""
        c, px = self._theme.colors, self._theme.px
        self.setStyleSheet(f"""
QLabel#readout {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
    border-radius: {px(6)}px; padding: {px(4)}px {px(8)}px; font: {px(12)}px "{FAMILY}";
}}
""")
        self.hide()

    def _place(self, anchor: QPoint) -> QPoint:
        parent = self.parentWidget()
        area = parent.rect() if parent else QRect()
        gap = self._theme.px(12)
        x = anchor.x() + gap
        if x + self.width() > area.right():
            x = anchor.x() - gap - self.width()
        highest = area.bottom() - self.height() - 1
        return QPoint(max(0, x), max(0, min(anchor.y(), highest)))
