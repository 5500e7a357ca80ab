"""How large the parts of the window are, kept and given back."""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter

LAYOUT_VERSION = 1
"""Raised when docks change, so that a layout of an older version is not restored."""


@dataclass(frozen=True, eq=False)
class Arranged:
    """One arrangement of the parts.

    Attributes
    ----------
    size
        Of the area that the parts share; only there the rest holds to the pixel.
    docks, plots
        What Qt says of the panels, and of the two plots.
    """

    size: QSize
    docks: QByteArray
    plots: QByteArray


class Arrangement:
    """The panels around the plots, and the plots."""

    def __init__(
        self, area: QMainWindow, plots: QSplitter, columns: tuple[QDockWidget, ...]
    ) -> None:
        self._area = area
        self._plots = plots
        self._columns = columns

    def present(self) -> Arranged:
        """Return how the parts are arranged now."""
        area = self._area
        return Arranged(area.size(), area.saveState(LAYOUT_VERSION), self._plots.saveState())

    def restore(self, arranged: Arranged) -> None:
        """Arrange the parts as they were."""
        self._area.restoreState(arranged.docks, LAYOUT_VERSION)
        self._plots.restoreState(arranged.plots)

    def columns(self) -> dict[QDockWidget, int]:
        """Return the width of every panel that stands left or right of the plots."""
        docks = [dock for dock in self._columns if dock.isVisible() and not dock.isFloating()]
        return {dock: dock.width() for dock in docks}

    def set_columns(self, widths: dict[QDockWidget, int]) -> None:
        """Make panels as wide as this."""
        self._area.resizeDocks(list(widths), list(widths.values()), Qt.Orientation.Horizontal)
