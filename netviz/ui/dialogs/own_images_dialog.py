"""A preview of own pictures as the network will see them."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.dataset_names import dataset_label
from netviz.engine.datasets.own.peek import OwnPeek
from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.ui.controls.option_row import OptionRow
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.balance_bars import BalanceBars
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.main_button import make_main
from netviz.ui.widgets.sample_grid import SampleGrid

OPTIONS_SHOWN = ("image_size", "colour", "test_share")


class OwnPreview(QDialog):
    """A dialog that shows own pictures in the chosen size and colours; not modal.

    Signals
    -------
    form_changed
        The user chose another size, colours or test fraction; see `config`.
    chosen
        The user wants these pictures: ``dict`` of the changes to the run's settings.

    Attributes
    ----------
    grid, balance, left_out, use_button, cancel_button
        The parts of the dialog.
    """

    form_changed = Signal()
    chosen = Signal(object)

    def __init__(self, theme: Theme, config: RunConfig, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._config = config
        self.setWindowTitle(f"Your pictures: {dataset_label(config.dataset)}")
        # Not modal: training goes on behind it.
        self.setModal(False)
        self._rows: dict[str, OptionRow] = {}
        self._build()
        for name, row in self._rows.items():
            row.set_value(getattr(config, name))
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def config(self) -> RunConfig:
        """The run's settings with these pictures."""
        return self._config

    @property
    def facts(self) -> str:
        """The text on the pictures."""
        return self._facts.text()

    def row(self, option: str) -> OptionRow:
        """Return the row of an option."""
        return self._rows[option]

    def show_peek(self, peek: OwnPeek) -> None:
        """Show the first pictures, their classes and the files left out."""
        classes = tuple(peek.counts)
        names = [classes[label] for label in peek.labels.tolist()]
        self.grid.set_classes(classes)
        self.grid.set_samples(peek.images, names, names)
        counts = np.array(list(peek.counts.values()), np.int64)
        self.balance.set_counts(classes, counts, "train")
        side = self._config.image_size
        colour = "colour" if self._config.colour else "grey"
        total, kinds = int(counts.sum()), len(classes)
        self._facts.setText(
            f"{total:,} pictures in {kinds:,} classes, each brought to {side}×{side} {colour}.\n"
            "Below are the first ones as the network will see them."
        )
        self.left_out.clear()
        self.left_out.addItems([str(item) for item in peek.left_out])
        count = len(peek.left_out)
        self._left_out_title.setText(f"Left out so far ({count:,})")
        self._left_out_title.setVisible(count > 0)
        self.left_out.setVisible(count > 0)
        self.use_button.setEnabled(True)

    def show_problem(self, message: str) -> None:
        """Show why there are no pictures."""
        self._facts.setText(message)
        self.use_button.setEnabled(False)

    def _build(self) -> None:
        theme = self._theme
        self._card = Card(theme, dataset_label(self._config.dataset))
        self._facts = QLabel("Looking at the pictures…")
        self._facts.setProperty("role", "fact")
        self._facts.setWordWrap(True)
        self.grid = SampleGrid(theme)
        self.balance = BalanceBars(theme)
        self._left_out_title = QLabel()
        self._left_out_title.setProperty("role", "muted")
        self._left_out_title.hide()
        self.left_out = QListWidget()
        self.left_out.setAccessibleName("Left out")
        self.left_out.setToolTip("Files that are not used, and why.")
        self.left_out.hide()
        left, self._side = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self._facts)
        left.addWidget(self.grid, 1)
        for name in OPTIONS_SHOWN:
            row = OptionRow(theme, name)
            row.edited.connect(self._on_row_edited)
            self._rows[name] = row
            self._side.addWidget(row)
        for widget in (self.balance, self._left_out_title, self.left_out):
            self._side.addWidget(widget)
        self._side.addStretch()
        self._columns = QHBoxLayout()
        self._columns.addLayout(left, 1)
        self._columns.addLayout(self._side)
        self._card.body.addLayout(self._columns, 1)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._card, 1)
        self._layout.addLayout(self._build_buttons())
        make_main(self, self.use_button)

    def _build_buttons(self) -> QHBoxLayout:
        self.use_button = QPushButton("Use these pictures")
        self.use_button.setToolTip("Train on them; a run under way keeps its data until Reset.")
        self.use_button.setEnabled(False)
        self.use_button.clicked.connect(self._on_use_button_clicked)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Keep the data set as it is.")
        self.cancel_button.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.cancel_button)
        row.addWidget(self.use_button)
        return row

    def _on_row_edited(self, name: str, entry: object) -> None:
        try:
            self._config = self._config.with_changes({name: entry})
        except ConfigError as error:
            self._rows[name].show_problem(error.message.removeprefix(f"{name}: "))
            return
        self._rows[name].accept(getattr(self._config, name))
        self.form_changed.emit()

    def _on_use_button_clicked(self) -> None:
        if any(row.has_problem for row in self._rows.values()):
            return  # what is typed there is not what would be used
        names = ("dataset", *OPTIONS_SHOWN)
        self.chosen.emit({name: getattr(self._config, name) for name in names})
        self.close()

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(12), px(12), px(12))
        self._layout.setSpacing(px(12))
        self._columns.setSpacing(px(16))
        self._side.setSpacing(px(8))
        self.balance.setFixedWidth(px(200))
        self.balance.setFixedHeight(px(90))
        self.left_out.setFixedWidth(px(200))
        self.left_out.setMaximumHeight(px(96))
        self.resize(px(640), px(420))
