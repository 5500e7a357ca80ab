"""What lies between the top bar and the status bar: settings, centre and pad."""

import contextlib
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.shell.centre import Centre
from netviz.ui.shell.fitted_splitter import GAP_PX, FittedSplitter, Sizes
from netviz.ui.shell.view_tabs import ViewTabs

_NARROW, _WIDE = 1440.0, 1920.0
_SETTINGS = (250.0, 280.0)
_PAD = (270.0, 352.0)
"""Widths of the columns in a window of 1440 or less, and of 1920 or more."""


@dataclass(frozen=True)
class Arranged:
    """What the user chose of the arrangement; all sizes follow from it and from the room.

    Attributes
    ----------
    columns, heights
        Sizes that were dragged, in lengths of scale 1; None for the usual ones.
    is_folded
        Whether the tabs show their bar only.
    has_settings, has_pad
        Whether these columns are shown.
    """

    columns: tuple[float, float, float] | None = None
    heights: tuple[float, float, float] | None = None
    is_folded: bool = False
    has_settings: bool = True
    has_pad: bool = True

    def text(self) -> str:
        """Write it down, for `read`."""
        return _ARRANGED.dump_json(self).decode()

    @staticmethod
    def read(text: str) -> "Arranged":
        """Return what was written down; the usual arrangement where that cannot be read."""
        with contextlib.suppress(ValidationError):
            return _ARRANGED.validate_json(text)
        return Arranged()


_ARRANGED: TypeAdapter[Arranged] = TypeAdapter(Arranged)


class Workspace(FittedSplitter):
    """Settings at the left, the centre, and the pad at the right.

    Signals
    -------
    rearranged
        A part was shown, hidden, folded or opened.

    Attributes
    ----------
    centre
        The plots and the tabs.
    """

    rearranged = Signal()

    def __init__(
        self, theme: Theme, settings: QWidget, centre: Centre, tabs: ViewTabs, pad: QWidget
    ) -> None:
        self.centre = centre
        self._settings, self._tabs, self._pad = settings, tabs, pad
        super().__init__(theme, Qt.Orientation.Horizontal, self._widths)
        for part in (settings, centre, pad):
            self.addWidget(part)
        tabs.folded_changed.connect(self.rearranged)
        self._restyle()

    @property
    def arranged(self) -> Arranged:
        """What the user chose."""
        return Arranged(
            _three(self.chosen),
            _three(self.centre.chosen),
            self._tabs.is_folded,
            not self._settings.isHidden(),
            not self._pad.isHidden(),
        )

    def arrange(self, arranged: Arranged, filled: QWidget | None = None) -> None:
        """Arrange the parts as they were; as at first for `Arranged()`.

        Parameters
        ----------
        filled
            The plot that fills the centre; None shows all parts of it.
        """
        self.show_settings(arranged.has_settings)
        self.show_pad(arranged.has_pad)
        self._tabs.set_folded(arranged.is_folded)
        self.centre.fill(filled)
        self.centre.choose(arranged.heights)
        self.choose(arranged.columns)

    def show_settings(self, shown: bool) -> None:
        """Show the settings or give their room to the centre."""
        self.show_part(self._settings, shown)
        self.rearranged.emit()

    def show_pad(self, shown: bool) -> None:
        """Show the pad or give its room to the centre."""
        self.show_part(self._pad, shown)
        self.rearranged.emit()

    def _widths(self, room: float, chosen: Sizes | None) -> Sizes:
        window = room + 4 * GAP_PX  # the gaps between and beside the columns
        share = min(1.0, max(0.0, (window - _NARROW) / (_WIDE - _NARROW)))
        usual = [low + share * (high - low) for low, high in (_SETTINGS, _PAD)]
        left, right = (chosen[0] or usual[0], chosen[2] or usual[1]) if chosen else usual
        left, right = left * (not self._settings.isHidden()), right * (not self._pad.isHidden())
        return left, max(0.0, room - left - right), right

    def _restyle(self) -> None:
        gap = self._theme.px(GAP_PX)
        self.setContentsMargins(gap, gap, gap, gap)
        super()._restyle()


def _three(sizes: Sizes | None) -> Any:
    return sizes and (sizes[0], sizes[1], sizes[2])
