"""The button whose menu offers the colours to draw with, for data in colour."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QToolButton, QWidget

from netviz.ui.look.theme import Theme

INKS = {
    "White": "#ffffff",
    "Grey": "#9aa0a6",
    "Black": "#000000",
    "Red": "#d73a31",
    "Orange": "#e8871e",
    "Yellow": "#f2cc2f",
    "Green": "#3a9a48",
    "Sky blue": "#79b8f2",
    "Blue": "#2455c4",
    "Purple": "#7d4cc2",
    "Pink": "#e58cb6",
    "Brown": "#7a4a24",
    "Sand": "#d8c39a",
}
_SIDE_PX = 16
_RATIOS = (1, 2, 3)


class InkButton(QToolButton):
    """Shows the colour of the pen, and offers others by their names.

    Signals
    -------
    ink_chosen
        The user chose this ``QColor`` to draw with.
    fill_requested
        The user wants the whole pad in the colour of the pen.
    """

    ink_chosen = Signal(QColor)
    fill_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ink = QColor(INKS["White"])
        self.setProperty("kind", "quiet")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        # A click must not take the focus from the pad, whose Ctrl+Z is often used next.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Choose the colour of the pen.")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.setMenu(menu)
        self._choices = [self._choice(name) for name in INKS]
        menu.addSeparator()
        other = menu.addAction("Other colour…")
        other.setToolTip("Mix a colour.")
        other.triggered.connect(self._on_other_triggered)
        fill = menu.addAction("Fill the pad with it")
        fill.setToolTip("Paint the whole pad in the colour of the pen; Ctrl+Z takes it back.")
        fill.triggered.connect(self.fill_requested)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_ink(self, ink: QColor) -> None:
        """Show the colour of the pen; emits nothing."""
        self._ink = QColor(ink)
        names = {color: name for name, color in INKS.items()}
        self.setAccessibleName(f"Colour of the pen: {names.get(ink.name(), ink.name())}")
        self.setIcon(self._swatch(ink))

    def _choice(self, name: str) -> QAction:
        action = self.menu().addAction(name)
        action.setToolTip(f"Draw in {name.lower()}.")
        action.setData(QColor(INKS[name]))
        action.triggered.connect(self._on_choice_triggered)
        return action

    def _on_choice_triggered(self) -> None:
        self.ink_chosen.emit(self.sender().data())  # type: ignore[attr-defined]

    def _on_other_triggered(self) -> None:
        dialog = QColorDialog(self._ink, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Colour of the pen")
        dialog.colorSelected.connect(self.ink_chosen)
        # Not exec(), which would block: training goes on while the dialog is open.
        dialog.open()

    def _restyle(self) -> None:
        for action in self._choices:
            action.setIcon(self._swatch(action.data()))
        self.set_ink(self._ink)

    def _swatch(self, ink: QColor) -> QIcon:
        """Draw a disc of the colour, with a rim that shows it on any ground."""
        side = self._theme.px(_SIDE_PX)
        result = QIcon()
        for ratio in _RATIOS:
            picture = QPixmap(side * ratio, side * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("muted"), 1))
            painter.setBrush(ink)
            painter.drawEllipse(1, 1, side - 3, side - 3)
            painter.end()
            result.addPixmap(picture)
        return result
