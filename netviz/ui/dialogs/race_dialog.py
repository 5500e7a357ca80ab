"""Asks what shall race: which option, and its values."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.errors import ConfigError
from netviz.engine.options.option import Effect, Option, format_value
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.commands import FEWEST, MOST
from netviz.engine.protocol.run_names import NO_TRY
from netviz.number_text import typed_text
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.main_button import make_main

_WIDTH_PX = 420
_FIRST = ("learning_rate", "optimizer", "batch_size", "momentum", "weight_decay", "loss", "order")
_LEFT_OUT = (*NO_TRY, "frozen")
_FACTORS: Mapping[str, Sequence[float]] = {
    "learning_rate": (1 / 3, 1, 3, 10),
    "batch_size": (1 / 4, 1 / 2, 1, 2),
}
_USUAL: Mapping[str, Sequence[float]] = {
    "momentum": (0, 0.5, 0.9),
    "weight_decay": (0, 0.0001, 0.001, 0.01),
    "order": (0, 1, 2),
}


class RaceDialog(QDialog):
    """Two to six values of one option, of which each becomes a run.

    Parameters
    ----------
    config
        The settings from which the runs begin.
    joins
        Whether one run shall join a race; else a race begins.

    Attributes
    ----------
    option_box
        Which option.
    values_field, choice_boxes
        Its values: typed numbers, or what is ticked.
    start_button
        Accepts.
    """

    def __init__(
        self, theme: Theme, config: RunConfig, parent: QWidget | None = None, *, joins: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme, self._config, self._joins = theme, config, joins
        self.choice_boxes: dict[Any, QCheckBox] = {}
        self._lanes: tuple[dict[str, Any], ...] = ()
        self.setWindowTitle("Add a run to the race" if joins else "Race")
        self._build()
        dress_window(self, theme)
        self._arrange()
        self._on_option_chosen()

    @property
    def lanes(self) -> tuple[dict[str, Any], ...]:
        """What each run changes, in the order of the values; empty while they cannot race."""
        return self._lanes

    def reject(self) -> None:
        self._lanes = ()
        super().reject()

    def _build(self) -> None:
        what = (
            "It begins where the others did, and is trained alone until it is level with them."
            if self._joins
            else "Several runs are trained in turn, a batch each, from the same weights. Batches "
            "are the same too, unless their size or order is what differs; the run as it is stays."
        )
        words = QLabel(what)
        words.setWordWrap(True)
        words.setProperty("role", "muted")
        self.option_box = QComboBox()
        self.option_box.setAccessibleName("Option that differs")
        for name in _offered(self._config):
            self.option_box.addItem(OPTIONS[name].label, name)
        self.option_box.currentIndexChanged.connect(self._on_option_chosen)
        self.values_field = QLineEdit()
        self.values_field.setAccessibleName("Its values")
        self.values_field.textChanged.connect(self._check)
        self._choices = QVBoxLayout()
        self._told = QLabel()
        self._told.setWordWrap(True)
        self._told.setTextFormat(Qt.TextFormat.PlainText)
        self.start_button = QPushButton("Add it" if self._joins else "Start the race")
        self.start_button.setToolTip("Train them in turn (Return).")
        self.start_button.clicked.connect(self.accept)
        cancel = QPushButton("Cancel")
        cancel.setToolTip("Leave the run as it is (Esc).")
        cancel.clicked.connect(self.reject)
        self._card = Card(self._theme)
        for widget in (words, self.option_box, self.values_field):
            self._card.body.addWidget(widget)
        self._card.body.addLayout(self._choices)
        self._card.body.addWidget(self._told)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch()
        self._buttons.addWidget(cancel)
        self._buttons.addWidget(self.start_button)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._card, 1)
        self._layout.addLayout(self._buttons)
        make_main(self, self.start_button)

    @property
    def _name(self) -> str:
        return str(self.option_box.currentData())

    def _on_option_chosen(self) -> None:
        """Offer values of the option: ticks for what is chosen, else numbers."""
        for box in self.choice_boxes.values():
            box.hide()
            box.deleteLater()
        option, present = OPTIONS[self._name], getattr(self._config, self._name)
        values = _choices(option, present)
        self.choice_boxes = {value: QCheckBox(text) for value, text in values.items()}
        for value, box in self.choice_boxes.items():
            box.setChecked(not self._joins and (value == present or len(values) == FEWEST))
            box.setToolTip(option.choice_help.get(str(value), ""))
            box.toggled.connect(self._check)
            self._choices.addWidget(box)
        self.values_field.setVisible(not values)
        self.values_field.setToolTip(f"{option.help} Allowed: {option.allowed}.")
        offered = () if values else _offered_values(self._name, present)
        texts = [typed_text(value) for value in offered if not self._joins or value != present]
        self.values_field.setText("  ".join(texts[:1] if self._joins else texts))
        self.values_field.selectAll()
        self._check()

    def _check(self) -> None:
        """Say which runs there will be, or why there can be none."""
        problem = ""
        try:
            self._lanes = self._read()
        except ConfigError as error:
            self._lanes, problem = (), error.message
        names = [_value_text(self._name, lane[self._name]) for lane in self._lanes]
        self._told.setText(problem or f"{_count(len(names))}: {', '.join(names)}")
        self._told.setProperty("role", "problem" if problem else "fact")
        self._told.style().unpolish(self._told)
        self._told.style().polish(self._told)
        self.start_button.setEnabled(not problem)

    def _read(self) -> tuple[dict[str, Any], ...]:
        """Return the runs that are asked for; raises `ConfigError`."""
        name = self._name
        ticked = [value for value, box in self.choice_boxes.items() if box.isChecked()]
        texts: list[Any] = ticked or re.findall(r"[^\s,;]+", self.values_field.text())
        if self.choice_boxes and not ticked:
            texts = []
        values = [getattr(self._config.with_changes({name: text}), name) for text in texts]
        different = list(dict.fromkeys(values))
        if self._joins:
            if len(different) != 1:
                raise ConfigError("Choose one value.")
        elif not FEWEST <= len(different) <= MOST:
            how = "Tick" if self.choice_boxes else "Write"
            raise ConfigError(f"{how} {FEWEST} to {MOST} different values.")
        return tuple({name: value} for value in different)

    def _arrange(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(12), px(12), px(12))
        self._layout.setSpacing(px(12))
        self._card.body.setSpacing(px(8))
        self._buttons.setSpacing(px(8))
        self.setMinimumWidth(px(_WIDTH_PX))
        self.values_field.setFocus()


def _offered(config: RunConfig) -> list[str]:
    """Return the options that can race with these settings, the usual ones first."""
    can = [
        name
        for name, option in OPTIONS.items()
        if option.effect is not Effect.RESET and name not in _LEFT_OUT and config.is_relevant(name)
    ]
    return [name for name in _FIRST if name in can] + [name for name in can if name not in _FIRST]


def _choices(option: Option, present: Any) -> Mapping[Any, str]:
    """Return the values to choose from with their texts; none for a number."""
    if option.choices:
        return option.choices
    return {False: "off", True: "on"} if isinstance(present, bool) else {}


def _offered_values(name: str, present: float) -> list[float]:
    """Return usual values of a number, the present one among them, within what is allowed."""
    if name in _FACTORS:
        found = [present * factor for factor in _FACTORS[name]]
    else:
        found = [*_USUAL.get(name, ()), present]
    option = OPTIONS[name]
    least = option.minimum if option.minimum is not None else -float("inf")
    most = option.maximum if option.maximum is not None else float("inf")
    is_whole = isinstance(present, int)
    others = [value for value in found if value != present]
    rounded = [round(value) if is_whole else float(f"{value:.2g}") for value in others]
    return sorted({present, *(min(most, max(least, value)) for value in rounded)})[:MOST]


def _value_text(name: str, value: Any) -> str:
    return format_value(OPTIONS[name], value)


def _count(runs: int) -> str:
    return "1 run" if runs == 1 else f"{runs} runs"
