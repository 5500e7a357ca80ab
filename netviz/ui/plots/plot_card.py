"""The card that a plot stands on: header, drawing area, menu, badge and readout."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netviz.ui.look.theme import FAMILY, Theme
from netviz.ui.plots.hover_readout import Readout
from netviz.ui.plots.plot_canvas import PlotCanvas
from netviz.ui.plots.plot_header import Reading, Readings

FORMATS = {"png": "PNG picture", "svg": "SVG drawing", "csv": "CSV table"}


class PlotCard(QFrame):
    """The widgets of a plot and where they stand; knows nothing of data.

    Parameters
    ----------
    theme
        The look.
    name
        Title of the plot.
    readings
        The figures of its header.
    widest
        The widest text that a figure usually has.
    log_tooltip
        One sentence about what a logarithmic axis does here.

    Signals
    -------
    export_requested
        The user wants a file; carries ``png``, ``svg`` or ``csv``.

    Attributes
    ----------
    canvas, readings, readout, badge
        Drawing area, header figures, hover box and the note that the view does not follow.
    menu
        What the plot can do beside showing.
    log_action, hold_action, reset_action
        Switches and commands of the menu.
    """

    export_requested = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        readings: tuple[Reading, ...],
        widest: str,
        log_tooltip: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(f"{name} plot")
        self.theme = theme
        self.readings = Readings(theme, name, readings, widest)
        self.canvas = PlotCanvas(theme)
        self.readout = Readout(theme, self)
        self.badge = QPushButton(self)
        self.badge.setObjectName("badge")
        self.badge.setCursor(Qt.CursorShape.PointingHandCursor)
        self.badge.hide()
        self._make_actions(log_tooltip)
        self._make_menu()
        self._lay_out(name)
        self.canvas.menu_requested.connect(self._on_canvas_menu_requested)
        theme.changed.connect(self._on_theme_changed)
        self._restyle()

    def set_badge(self, text: str, tooltip: str = "") -> None:
        """Show a note beside the buttons; an empty one hides it."""
        self.badge.setText(text)
        self.badge.setToolTip(tooltip)
        self.badge.setVisible(bool(text))
        self._fit_header()

    def add_tool(self, button: QToolButton, menu: QMenu) -> None:
        """Add a button with a menu, which is offered by the plot's own menu too."""
        self._tool_row.insertWidget(self._tool_row.count() - 1, button)
        self._shortcuts.append(button)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu.insertMenu(self.hold_action, menu)

    def show_tools(self, shown: bool) -> None:
        """Show or hide everything that belongs to the screen and not to the picture."""
        self._tools.setVisible(shown)
        self.badge.setVisible(shown and bool(self.badge.text()))
        if not shown:
            self.readout.hide()
            self.canvas.show_crosshair(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_header()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._restyle()
        return super().event(event)

    def _make_actions(self, log_tooltip: str) -> None:
        self.log_action = QAction("Logarithmic y", self, checkable=True)
        self.log_action.setIconText("log y")
        self.log_action.setToolTip(log_tooltip)
        self.hold_action = QAction("Hold the view", self, checkable=True)
        self.hold_action.setToolTip("Keep the plot as it is while training goes on.")
        self.reset_action = QAction("Reset zoom", self)
        self.reset_action.setToolTip("Show the whole run again; a double click does the same.")

    def _make_menu(self) -> None:
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.addActions([self.log_action, self.hold_action, self.reset_action])
        self.menu.addSeparator()
        for ending, words in FORMATS.items():
            action = self.menu.addAction(f"Save as {words.split()[0]}…")
            action.setData(ending)
            action.setToolTip(f"Write the plot to a file as {words}.")
            action.triggered.connect(self._on_save_action_triggered)

    def _lay_out(self, name: str) -> None:
        self.log_button = QToolButton()
        self.log_button.setDefaultAction(self.log_action)
        self._shortcuts = [self.log_button]
        self.menu_button = QToolButton()
        self.menu_button.setText("⋯")
        self.menu_button.setAccessibleName(f"{name} plot menu")
        self.menu_button.setToolTip("Save the plot, hold it, or change how it is drawn.")
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._header = QHBoxLayout()
        self._header.setContentsMargins(0, 0, 0, 0)
        self._header.addWidget(self.readings, 1)
        for button in (self.log_button, self.menu_button, self.badge):
            # A click must not take the keyboard: Space trains.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tools = QWidget()
        self._tool_row = QHBoxLayout(self._tools)
        self._tool_row.setContentsMargins(0, 0, 0, 0)
        self._tool_row.addWidget(self.log_button)
        self._tool_row.addWidget(self.menu_button)
        self._header.addWidget(self.badge)
        self._header.addWidget(self._tools)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._header)
        self._column.addWidget(self.canvas, 1)

    def _fit_header(self) -> None:
        """Leave to the menu what it offers anyway before the title or a name is left out."""
        needed = self.readings.width_of_essentials + self.menu_button.sizeHint().width()
        needed += self.badge.sizeHint().width() if self.badge.text() else 0
        space = self.width() - self.theme.px(24 + 3 * 8) - needed
        for button in self._shortcuts:
            space -= button.sizeHint().width() + self._tool_row.spacing()
            button.setVisible(space >= 0)

    def _on_canvas_menu_requested(self, place: QPoint) -> None:
        self.menu.popup(place)

    def _on_save_action_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.export_requested.emit(action.data())

    def _on_theme_changed(self) -> None:
        self._restyle()

    def _restyle(self) -> None:
        px = self.theme.px
        self._column.setContentsMargins(px(12), px(8), px(12), px(8))
        self._column.setSpacing(px(2))
        self._header.setSpacing(px(8))
        self._tool_row.setSpacing(px(2))
        self.setStyleSheet(_style(self.theme))
        self.readings.restyle()
        self.readout.hide()
        self.canvas.restyle()
        self._fit_header()


def _style(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    return f"""
QFrame#card {{
    background: {c.surface}; border: 1px solid {c.border}; border-radius: {px(10)}px;
}}
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
    border-radius: {px(6)}px; padding: {px(2)}px {px(8)}px; font: {px(11)}px "{FAMILY}";
}}
QPushButton#badge:hover {{ border-color: {c.primary}; }}
QLabel#readout {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
    border-radius: {px(6)}px; padding: {px(4)}px {px(8)}px; font: {px(11)}px "{FAMILY}";
}}
"""
