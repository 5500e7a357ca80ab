"""One picture of the tab: its name, a sentence and its buttons beside its chart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from netviz.declared import declared
from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.rate_zones import Zone
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.views.learning_rate.rate_chart import RateChart

COLUMN_PX = 136
"""Width of what stands left of the charts."""


class RatePicture(ThemedWidget):
    """A row of the tab.

    Parameters
    ----------
    title, sentence
        Its name, and few words on what is seen: they stand in a narrow column.
    about
        All that is worth knowing of it, for the tooltip.
    chart
        What is drawn.
    can_fold
        Whether it can be folded to its name; it begins folded.

    Signals
    -------
    command_requested
        The user wants something of the training: a command.
    rate_chosen
        The user wants to go on with this rate.
    folded_changed
        It was folded or opened.

    Attributes
    ----------
    chart
        What is drawn.
    tools
        Row for buttons below the sentence.
    """

    command_requested = Signal(object)
    rate_chosen = Signal(float)
    folded_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        title: str,
        sentence: str,
        chart: RateChart,
        *,
        about: str = "",
        can_fold: bool = False,
    ) -> None:
        super().__init__(theme)
        self.chart = chart
        self._is_folded = can_fold
        self._title, self._sentence = QLabel(title), QLabel(sentence)
        for label in (self._title, self._sentence):
            label.setToolTip(f"<p>{about}</p>" if about else "")
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("role", "hint")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._fold = QToolButton()
        self._fold.setProperty("kind", "quiet")
        self._fold.setVisible(can_fold)
        self._fold.clicked.connect(self._on_fold_clicked)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch()
        head.addWidget(self._fold)
        self.tools = QHBoxLayout()
        self._column = QVBoxLayout()
        self._column.addLayout(head)
        self._column.addWidget(self._sentence)
        self._column.addLayout(self.tools)
        self._column.addStretch()
        self._layout = QHBoxLayout(self)
        self._layout.addLayout(self._column)
        self._layout.addWidget(chart, 1)
        chart.setAccessibleName(title)
        self._restyle()
        self._show_fold()

    @property
    def title(self) -> str:
        """Its name."""
        return self._title.text()

    @property
    def is_folded(self) -> bool:
        """Whether only its name is shown; nothing is computed for it then."""
        return self._is_folded

    def set_folded(self, folded: bool) -> None:
        """Show its name only, or all of it."""
        if folded != self._is_folded:
            self._is_folded = folded
            self._show_fold()
            self.folded_changed.emit()

    @property
    def sentence(self) -> str:
        """What is said below the name."""
        return self._sentence.text()

    def set_sentence(self, sentence: str) -> None:
        """Say something else below the name."""
        self._sentence.setText(sentence)

    def set_rate(self, rate: float) -> None:
        """Take on the present rate."""
        self.chart.set_rate(rate)

    def set_zones(self, zones: tuple[Zone, ...], *, are_old: bool) -> None:
        """Take on the zones."""
        self.chart.set_zones(zones, are_old=are_old)

    def clear(self) -> None:
        """Forget what was shown of a run."""

    def _on_fold_clicked(self) -> None:
        self.set_folded(not self._is_folded)

    def _show_fold(self) -> None:
        folded, name = self._is_folded, self._title.text()
        for part in (self._sentence, self.chart):
            part.setVisible(not folded)
        for index in range(self.tools.count()):
            item = self.tools.itemAt(index)
            if item and (tool := item.widget()):
                tool.setVisible(not folded)
        self._fold.setIcon(
            icon(self._theme, "chevron-right" if folded else "chevron-down", "muted")
        )
        self._fold.setToolTip(f"{'Open' if folded else 'Fold'} {name}.")
        self._fold.setAccessibleName(f"{'Open' if folded else 'Fold'} {name}")
        self.updateGeometry()

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        self._title.setFont(theme.font(13, QFont.Weight.DemiBold))
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(4))
        self._column.setSpacing(px(3))
        for label in (self._sentence,):
            label.setFixedWidth(px(COLUMN_PX))
        self._title.setMinimumWidth(px(COLUMN_PX - 28))
        self._show_fold()


@dataclass(frozen=True, eq=False)
class PictureSpec:
    """One picture of the tab.

    A module of this room declares one as ``PICTURE``; the tab then has it.

    Attributes
    ----------
    place
        Pictures stand below each other in the order of this number.
    make
        Makes it.
    shows
        What it shows, and the method that it is given to; while it can be seen, the watched kinds
        among them are computed.
    """

    place: int
    make: Callable[[Theme], RatePicture]
    shows: Mapping[type[Observation], Callable[[Any, Any], None]] = field(default_factory=dict)


def all_pictures() -> list[PictureSpec]:
    """Find the ``PICTURE`` of every module of this room, from top to bottom."""
    return sorted(declared(__package__, "PICTURE"), key=lambda picture: picture.place)
