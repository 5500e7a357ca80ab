"""Another part in the place of the settings, such as a lesson; the cards give way to it."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QVBoxLayout, QWidget

from netviz.ui.controls.race_card import RaceCard
from netviz.ui.look.theme import Theme

_UNBOUNDED = 2**24 - 1
_SHARE, _TIGHT_SHARE = 0.34, 0.24
"""Of the column that the settings take at most below the part, and where there is little room."""
_ROOMY_PX = 760
"""Height from which a race and the learning rate have room below the part."""


class PartInPlace(QObject):
    """Divides the column of the settings while there is something else in it.

    Parameters
    ----------
    column
        The settings panel, whose layout has the cards below each other.
    rate, race, settings
        The cards.
    contents
        What scrolls in the card of the settings.
    """

    def __init__(
        self,
        theme: Theme,
        column: QWidget,
        rate: QWidget,
        race: RaceCard,
        settings: QWidget,
        contents: QWidget,
    ) -> None:
        super().__init__(column)
        self._theme, self._column = theme, column
        self._rate, self._race, self._settings = rate, race, settings
        self._contents = contents
        self._part: QWidget | None = None
        self._has_rate = self._has_settings = True
        for watched in (column, race, contents):
            watched.installEventFilter(self)

    def show_part(self, part: QWidget | None) -> None:
        """Show a part above the cards; None gives the cards all the room again."""
        layout = self._column.layout()
        assert isinstance(layout, QVBoxLayout)
        if self._part is not None and self._part is not part:
            self._part.hide()
            layout.removeWidget(self._part)
        if part is not None and part is not self._part:
            layout.insertWidget(0, part, 1)
            part.show()
        self._part = part
        layout.setStretchFactor(self._settings, 0 if part else 1)

    def fit(self, *, has_rate: bool, has_settings: bool) -> None:
        """Show the cards that have something in them and find room."""
        self._has_rate, self._has_settings = has_rate, has_settings
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = QEvent.Type
        is_size = watched is self._column and event.type() == kinds.Resize
        is_race = watched is self._race and event.type() in (kinds.ShowToParent, kinds.HideToParent)
        is_content = watched is self._contents and event.type() == kinds.LayoutRequest
        if self._part is not None and (is_size or is_race or is_content):
            self._fit()
        return False

    def _fit(self) -> None:
        is_tight = self._part is not None and self._column.height() < self._theme.px(_ROOMY_PX)
        self._race.set_brief(is_tight)
        has_room = not (is_tight and not self._race.isHidden())
        for card, is_wanted in ((self._rate, self._has_rate), (self._settings, self._has_settings)):
            is_shown = (is_wanted and has_room) or self._part is None
            if card.isHidden() == is_shown:
                card.setVisible(is_shown)
        highest = _UNBOUNDED
        if self._part is not None:
            wanted = self._contents.sizeHint().height() + self._theme.px(10)
            share = _TIGHT_SHARE if is_tight else _SHARE
            highest = min(wanted, round(share * self._column.height()))
        if self._settings.maximumHeight() != highest:
            self._settings.setMaximumHeight(highest)
            self._settings.setMinimumHeight(0 if self._part is None else highest)
