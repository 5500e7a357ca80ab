"""The card of a race: its runs, how they stand, and what can be done with them."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from netviz.bridge.race_lanes import LaneNow
from netviz.engine.protocol.commands import FEWEST, MOST
from netviz.ui.controls.lane_row import LaneRow
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card


class RaceCard(Card):
    """The runs that are trained in turn; hidden without a race.

    Signals
    -------
    lane_chosen
        The number of the run that the window shall show.
    lane_dropped
        The number of the run that shall take part no longer.
    compare_requested
        The number of the run that the others shall be compared with.
    add_requested
        Another run shall take part.
    go_on_requested
        The race shall end with this run going on alone: its number.

    Attributes
    ----------
    rows
        One for each run, in the order of their letters.
    add_button, go_on_button
        What emits the signals.
    """

    lane_chosen = Signal(int)
    lane_dropped = Signal(int)
    compare_requested = Signal(int)
    add_requested = Signal()
    go_on_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Race", parent=parent)
        self._begins = QLabel()
        self._begins.setProperty("role", "hint")
        self.header.addWidget(self._begins)
        self._words = QLabel()
        self._words.setProperty("role", "fact")
        self._words.setWordWrap(True)
        self.rows: list[LaneRow] = []
        self._column = QVBoxLayout()
        self.add_button = QPushButton("Add a run…")
        self.add_button.setToolTip("Let another run join, from where these began.")
        self.add_button.clicked.connect(self.add_requested)
        self.go_on_button = QPushButton()
        self.go_on_button.clicked.connect(self._on_go_on_button_clicked)
        self._buttons = QHBoxLayout()
        for button in (self.add_button, self.go_on_button):
            button.setProperty("kind", "small")
            self._buttons.addWidget(button, 1)
        self.body.addWidget(self._words)
        self.body.addLayout(self._column)
        self.body.addLayout(self._buttons)
        self._arrange()
        self.hide()

    def show_lanes(
        self, lanes: Sequence[LaneNow], start_step: int, *, have_same_batches: bool
    ) -> None:
        """Show how the runs stand; the card is hidden where there are none."""
        same = "Same weights, same batches" if have_same_batches else "Same weights"
        self._words.setText(f"{same}: only what is named here differs.")
        self._begins.setText(f"from step {start_step:,}" if start_step else "from the beginning")
        if [row.lane.line for row in self.rows] != [lane.line for lane in lanes]:
            self._make_rows(lanes)
        for row, lane in zip(self.rows, lanes, strict=True):
            if row.lane != lane:
                row.set_lane(lane)
            row.drop_button.setEnabled(len(lanes) > FEWEST)
        shown = next((lane for lane in lanes if lane.is_shown), None)
        if shown:
            self.go_on_button.setText(f"Go on with {shown.letter}")
            self.go_on_button.setToolTip(
                f"End the race: {shown.letter} ({shown.name}) goes on alone, the others are kept "
                "in Runs."
            )
        self.add_button.setEnabled(len(lanes) < MOST)
        self.setVisible(bool(lanes))

    def set_brief(self, brief: bool) -> None:
        """Show the runs alone, without what can be done beside choosing one."""
        for widget in (self._words, self.add_button, self.go_on_button):
            widget.setVisible(not brief)

    def show_base(self, base: int | None, comparable: Collection[int]) -> None:
        """Mark the run that the others are compared with; `comparable` are those that can be it."""
        for row in self.rows:
            line = row.lane.line
            row.set_base(is_base=line == base, has_others=line in comparable)

    def _make_rows(self, lanes: Sequence[LaneNow]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [LaneRow(self._theme, lane) for lane in lanes]
        for row in self.rows:
            row.clicked.connect(self._on_row_clicked)
            row.drop_clicked.connect(self._on_row_drop_clicked)
            row.compare_clicked.connect(self._on_row_compare_clicked)
            self._column.addWidget(row)

    def _on_row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, LaneRow) and not row.lane.is_shown:
            self.lane_chosen.emit(row.lane.line)

    def _on_row_drop_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, LaneRow):
            self.lane_dropped.emit(row.lane.line)

    def _on_row_compare_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, LaneRow):
            self.compare_requested.emit(row.lane.line)

    def _on_go_on_button_clicked(self) -> None:
        shown = next((row.lane for row in self.rows if row.lane.is_shown), None)
        if shown:
            self.go_on_requested.emit(shown.line)

    def _arrange(self) -> None:
        px = self._theme.px
        self.body.setSpacing(px(8))
        self._column.setSpacing(px(6))
        self._buttons.setSpacing(px(6))

    def _restyle(self) -> None:
        super()._restyle()
        if hasattr(self, "_column"):
            self._arrange()
