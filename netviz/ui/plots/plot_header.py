"""The line above a plot: title and present figures on one baseline, and buttons."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QWidget,
)

from netviz.ui.look.theme import FAMILY, Theme
from netviz.ui.look.themed_widget import fill_with_surface
from netviz.ui.plots.metric import Reading
from netviz.ui.plots.plot_menus import PlotMenu

_NOTHING = "–"
_GAP_PX = 18
_MARK_PX = 8
_SPACING_PX = 24 + 3 * 8  # margins of the card, and gaps between readings, badge and buttons


@dataclass(frozen=True)
class _Parts:
    """Which parts there is space for."""

    title: bool
    names: bool
    note: bool


_BY_SPACE = (
    _Parts(title=True, names=True, note=True),
    _Parts(title=True, names=True, note=False),
    _Parts(title=True, names=False, note=False),
    _Parts(title=False, names=False, note=False),
)


class Readings(QWidget):
    """Title, figures and a note, painted as one so that a new figure lays nothing out anew.

    A figure has a fixed place as long as it is no wider than `widest`. Where space is short
    the note goes first, then the names, then the title.

    Signals
    -------
    widened
        A figure takes more space from now on.
    """

    widened = Signal()

    def __init__(
        self, theme: Theme, title: str, readings: tuple[Reading, ...], widest: str
    ) -> None:
        super().__init__()
        self._theme = theme
        self._title = title
        self._readings = readings
        self._widest = {reading.name: widest for reading in readings}
        self._values = {reading.name: _NOTHING for reading in readings}
        self._note = ""
        self._old: frozenset[str] = frozenset()
        fill_with_surface(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.restyle()

    def value(self, name: str) -> str:
        """Return the text of a figure."""
        return self._values[name]

    @property
    def note(self) -> str:
        """The text after the figures."""
        return self._note

    @property
    def left_out(self) -> str:
        """Everything that is told, in a sentence, where some of it has no room; else empty."""
        if self._parts == _BY_SPACE[0]:
            return ""
        told = ", ".join(f"{name} {value}" for name, value in self._values.items())
        return f"{self._title}: {told}" + (f" ({self._note})" if self._note else "")

    @property
    def width_of_essentials(self) -> int:
        """Width of title, names and figures, without the note."""
        return round(self._width(_BY_SPACE[1]))

    @property
    def old(self) -> frozenset[str]:
        """Names of the figures that are greyed, since they are not of this moment."""
        return self._old

    def set_values(
        self, values: dict[str, str], note: str = "", old: frozenset[str] = frozenset()
    ) -> None:
        """Show new figures by their names and a new note; a figure not named shows a dash.

        Those in `old` are greyed.
        """
        new = {name: values.get(name, _NOTHING) for name in self._values}
        if (new, note, old) == (self._values, self._note, self._old):
            return
        self._values, self._old = new, old
        wider = [name for name, text in new.items() if len(text) > len(self._widest[name])]
        for name in wider:
            # It stays as wide, so that the figures after it do not move back and forth.
            self._widest[name] = new[name]
        if wider or note != self._note:
            self._note = note
            self._arrange()
        if wider:
            self.widened.emit()
        self.update()

    def restyle(self) -> None:
        """Follow the scale of the theme."""
        self._title_font = self._theme.font(14, QFont.Weight.Bold)
        self._name_font = self._theme.font(13)
        self._value_font = self._theme.font(22, QFont.Weight.DemiBold)
        self._arrange()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(self._width(_BY_SPACE[0])), self._theme.px(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._width(_BY_SPACE[-1])), self._theme.px(30))

    def tooltip_at(self, x: float) -> str:
        """Return what the figure at a horizontal position is."""
        before = [reading for place, reading in self._marks if place <= x]
        return before[-1].tooltip if before else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tooltip_at(event.pos().x()), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        baseline = (self.height() + self._cap_height) / 2
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._name_font)
        for x, text in self._names:
            painter.drawText(QPointF(x, baseline), text)
        painter.setPen(self._theme.color("text"))
        if self._parts.title:
            painter.setFont(self._title_font)
            painter.drawText(QPointF(0, baseline), self._title)
        painter.setFont(self._value_font)
        for x, name in self._places:
            painter.setPen(self._theme.color("muted" if name in self._old else "text"))
            painter.drawText(QPointF(x, baseline), self._values[name])
        radius = _MARK_PX / 2 * self._theme.scale
        for x, reading in self._marks:
            center = QPointF(x + radius, baseline - radius)
            color = self._theme.color(reading.token)
            _paint_mark(painter, center, radius, reading.symbol, color)

    def _arrange(self) -> None:
        """Decide what fits and where it stands, so that painting measures no text."""
        fitting = (parts for parts in _BY_SPACE if self._width(parts) <= self.width())
        self._parts = next(fitting, _BY_SPACE[-1])
        self._cap_height = QFontMetricsF(self._value_font).capHeight()
        self._marks: list[tuple[float, Reading]] = []
        self._names: list[tuple[float, str]] = []
        self._places: list[tuple[float, str]] = []
        scale = self._theme.scale
        x = self._title_width() if self._parts.title else 0.0
        for reading in self._readings:
            self._marks.append((x, reading))
            if self._parts.names:
                self._names.append((x + 14 * scale, reading.name))
            x += self._name_width(reading, self._parts.names)
            self._places.append((x, reading.name))
            x += self._value_width(reading) + _GAP_PX * scale
        if self._parts.note:
            self._names.append((x, self._note))

    def _width(self, parts: _Parts) -> float:
        width = self._title_width() if parts.title else 0.0
        for reading in self._readings:
            width += self._name_width(reading, parts.names) + self._value_width(reading)
            width += _GAP_PX * self._theme.scale
        if parts.note:
            width += QFontMetricsF(self._name_font).horizontalAdvance(self._note)
        return width

    def _title_width(self) -> float:
        metrics = QFontMetricsF(self._title_font)
        return metrics.horizontalAdvance(self._title) + _GAP_PX * self._theme.scale

    def _name_width(self, reading: Reading, names: bool) -> float:
        """Width of mark and name with the space after them."""
        width = QFontMetricsF(self._name_font).horizontalAdvance(reading.name)
        return 14 * self._theme.scale + (width + 5 * self._theme.scale if names else 0)

    def _value_width(self, reading: Reading) -> float:
        return QFontMetricsF(self._value_font).horizontalAdvance(self._widest[reading.name])


class PlotHeader(QWidget):
    """Readings, a badge, and the buttons that the card has room for.

    Attributes
    ----------
    readings
        Title and figures.
    badge
        Note that the view does not follow the run.
    log_button, menu_button
        The first and the last of the buttons; the first is None where there is no such axis.

    Signals
    -------
    double_clicked
        The user clicked twice beside the buttons.
    """

    double_clicked = Signal()

    def __init__(
        self, theme: Theme, name: str, readings: tuple[Reading, ...], widest: str, menu: PlotMenu
    ) -> None:
        super().__init__()
        self._theme = theme
        self.readings = Readings(theme, name, readings, widest)
        self.readings.widened.connect(self.fit)
        self.badge = QPushButton()
        self.badge.setObjectName("badge")
        self.badge.setCursor(Qt.CursorShape.PointingHandCursor)
        self.badge.hide()
        self.log_button = QToolButton() if menu.log_action in menu.actions() else None
        self._shortcuts: list[QToolButton] = []
        if self.log_button:
            self.log_button.setDefaultAction(menu.log_action)
            self._shortcuts.append(self.log_button)
        self.menu_button = QToolButton()
        self.menu_button.setText("⋯")
        self.menu_button.setAccessibleName(f"{name} plot menu")
        self.menu_button.setToolTip("Save the plot, hold it, or change how it is drawn.")
        self.menu_button.setMenu(menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._facts = QAction(self)
        self._facts.setEnabled(False)
        self._facts.setToolTip("The figures above the plot, in full.")
        menu.insertAction(menu.actions()[0], self._facts)
        menu.aboutToShow.connect(self._on_menu_about_to_show)
        self._has_tools = True
        for button in (*self._shortcuts, self.menu_button, self.badge):
            # A click must not take the keyboard: Space trains.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tools = QWidget()
        self._tool_row = QHBoxLayout(self._tools)
        self._row = QHBoxLayout(self)
        for row, widgets in (
            (self._tool_row, (*self._shortcuts, self.menu_button)),
            (self._row, (self.readings, self.badge, self._tools)),
        ):
            row.setContentsMargins(0, 0, 0, 0)
            for widget in widgets:
                row.addWidget(widget)
        self._row.setStretchFactor(self.readings, 1)

    def add_menu_button(self, button: QToolButton, menu: QMenu) -> None:
        """Add a button that opens a menu, before the last one."""
        self._tool_row.insertWidget(self._tool_row.count() - 1, button)
        self._shortcuts.append(button)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.fit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()

    def set_badge(self, text: str, tooltip: str = "") -> None:
        """Show a note beside the buttons; an empty one hides it."""
        self.badge.setText(text)
        self.badge.setToolTip(tooltip)
        self.badge.setVisible(bool(text))
        self.fit()

    def _on_menu_about_to_show(self) -> None:
        """Begin the menu with the figures where not all that is said of them has room."""
        self._facts.setText(self.readings.left_out)
        self._facts.setVisible(bool(self.readings.left_out))

    def show_tools(self, shown: bool) -> None:
        """Show or hide everything that belongs to the screen and not to a picture."""
        self._tools.setVisible(shown and self._has_tools)
        self.badge.setVisible(shown and bool(self.badge.text()))

    def have_tools(self, has_tools: bool) -> None:
        """Have the buttons, or leave them to the plot's menu."""
        self._has_tools = has_tools
        self._tools.setVisible(has_tools)

    def restyle(self) -> None:
        """Follow the colours and the scale of the theme."""
        self.setStyleSheet(_style(self._theme))
        self._row.setSpacing(self._theme.px(8))
        self._tool_row.setSpacing(self._theme.px(2))
        self.readings.restyle()
        self.fit()

    def fit(self) -> None:
        """Hide buttons, which the menu offers too, before the title or a name is left out.

        What counts is the width of the card: this widget is never narrower than its buttons.
        """
        card = self.parentWidget()
        if card is None:
            return
        needed = self.readings.width_of_essentials + self.menu_button.sizeHint().width()
        needed += self.badge.sizeHint().width() if self.badge.text() else 0
        space = card.width() - self._theme.px(_SPACING_PX) - needed
        for button in self._shortcuts:
            space -= button.sizeHint().width() + self._tool_row.spacing()
            button.setVisible(space >= 0)


def _style(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    return f"""
QToolButton {{
    background: transparent; color: {c.muted}; border: 1px solid transparent;
    border-radius: {px(6)}px; padding: {px(3)}px {px(6)}px; font: {px(13)}px "{FAMILY}";
}}
QToolButton::menu-indicator {{ image: none; }}
QToolButton:hover, QToolButton:checked {{ background: {c.raised}; color: {c.text}; }}
QToolButton:checked {{ border-color: {c.border}; }}
QToolButton:focus {{ border-color: {c.primary}; }}
QPushButton#badge {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
    border-radius: {px(6)}px; padding: {px(2)}px {px(8)}px; font: {px(12)}px "{FAMILY}";
}}
QPushButton#badge:hover {{ border-color: {c.primary}; }}
"""


def _paint_mark(
    painter: QPainter, center: QPointF, radius: float, symbol: str, color: QColor
) -> None:
    painter.setPen(color)
    painter.setBrush(color)
    if symbol == "o":
        painter.drawEllipse(center, radius - 0.5, radius - 0.5)
    else:
        reach = ((0.0, -radius), (radius, 0.0), (0.0, radius), (-radius, 0.0))
        painter.drawPolygon(QPolygonF([center + QPointF(dx, dy) for dx, dy in reach]))
