"""The control panel: every option of a run, made from its declaration in `RunConfig`."""

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from netviz.bridge.run_settings import RunSettings
from netviz.engine.dataset_names import dataset_info_or_none, dataset_label
from netviz.engine.errors import ConfigError
from netviz.engine.options.option import Section, format_value
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.training.schedules import Position
from netviz.ui.controls.dataset_editor import DatasetEditor
from netviz.ui.controls.download_strip import DownloadStrip
from netviz.ui.controls.draw_schedule_button import DrawScheduleButton
from netviz.ui.controls.learning_rate_control import LearningRateEditor
from netviz.ui.controls.network_buttons import NetworkButtons
from netviz.ui.controls.option_row import OptionRow
from netviz.ui.controls.part_in_place import PartInPlace
from netviz.ui.controls.pending_banner import PendingBanner
from netviz.ui.controls.race_card import RaceCard
from netviz.ui.controls.widths_editor import WidthsEditor
from netviz.ui.look.theme import Theme
from netviz.ui.plots.schedule_curve import ScheduleCurve
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.collapsible_section import CollapsibleSection

WIDTH_PX = 250
_SHARED_ROWS = (
    ("epochs", "batch_size"),
    ("beta1", "beta2"),
    ("augment_shift", "augment_rotate"),
    ("augment_scale", "augment_noise"),
)
_OPEN_AT_FIRST = (Section.TRAINING, Section.NETWORK, Section.DATA)
_RATE_NOTE_HELP = "The learning rate that the schedule makes of the base rate below."


class ControlPanel(QWidget):
    """All options of a run: the learning rate on a card of its own, the others in sections.

    The panel shows the settings that it is told, remembers none of its own, and emits what the
    user did.

    Signals
    -------
    change_requested
        ``dict`` of option and checked value; whether it holds now or waits for Reset is for
        the receiver to decide.
    kept
        The user chose a value that an option has already; no arguments.
    apply_requested, drop_requested
        What shall become of the changes that wait for Reset.
    download_requested
        Name of the data set to fetch.
    cancel_download_requested
        The download shall end.
    edit_layers_requested, model_file_requested
        The user wants to edit the network's layers, or to open a network in a Python file.
    own_requested
        The user wants to open own pictures: ``folder`` or ``csv``.
    race_requested
        The user wants to train several runs in turn.
    find_requested
        The user wants to see how the loss answers to a rising rate.
    draw_schedule_requested
        The user wants to draw the schedule by hand, or to see the drawing.
    section_toggled
        The user folded or opened a section; see `section_states`.
    """

    change_requested = Signal(object)
    kept = Signal()
    apply_requested = Signal()
    drop_requested = Signal()
    download_requested = Signal(str)
    cancel_download_requested = Signal()
    edit_layers_requested = Signal()
    model_file_requested = Signal()
    own_requested = Signal(str)
    race_requested = Signal()
    find_requested = Signal()
    draw_schedule_requested = Signal()
    section_toggled = Signal()

    def __init__(self, theme: Theme, config: RunConfig, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._settings = RunSettings(config)
        self._rows: dict[str, OptionRow] = {}
        self._sections: dict[Section, CollapsibleSection] = {}
        self._network_facts, self._data_facts = _fact_label(), _fact_label()
        self.schedule_curve = ScheduleCurve(theme, config)
        self.draw_button = DrawScheduleButton()
        self.draw_button.clicked.connect(self.draw_schedule_requested)
        self._download = DownloadStrip()
        self._download.requested.connect(self.download_requested)
        self._download.cancelled.connect(self.cancel_download_requested)
        self.network_buttons = NetworkButtons(theme)
        self.network_buttons.edit_requested.connect(self.edit_layers_requested)
        self.network_buttons.file_requested.connect(self.model_file_requested)
        self._banner = PendingBanner()
        self._banner.apply_clicked.connect(self.apply_requested)
        self._banner.drop_clicked.connect(self.drop_requested)
        self._own_classes: tuple[str, int] = ("", 0)
        self._offered: frozenset[str] | None = None
        self._states_before: dict[str, bool] | None = None
        self._build()
        dataset = self._rows["dataset"].editor
        if isinstance(dataset, DatasetEditor):
            dataset.own_requested.connect(self.own_requested)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(WIDTH_PX), self._theme.px(600))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(WIDTH_PX - 16), self._theme.px(200))

    def show_settings(self, settings: RunSettings) -> None:
        """Show the options in force, and those that wait for Reset in their place."""
        self._settings = settings
        self._refresh()

    def show_problem(self, option: str, message: str) -> None:
        """Show the value in force again, with a sentence why the one asked for is refused."""
        self._refresh()
        if option in self._rows:
            self._rows[option].show_problem(message)

    def set_own_classes(self, dataset: str, count: int) -> None:
        """Say how many classes own pictures have, which only shows when they are read."""
        self._own_classes = (dataset, count)
        self._refresh()

    def show_position(self, position: Position, rate: float | None = None) -> None:
        """Show where the run is on its schedule; `rate` is what its last step used."""
        self.schedule_curve.set_position(position, rate)
        self._rows["learning_rate"].set_note(self.schedule_curve.rate_note, _RATE_NOTE_HELP)

    def show_rate_help(self, text: str) -> None:
        """Explain the zones under the slider of the rate."""
        self._rows["learning_rate"].add_help(text)

    def set_data_facts(self, text: str) -> None:
        """Say under the data set what is in it; hidden when empty."""
        _set_fact(self._data_facts, text)

    def set_network_facts(self, text: str) -> None:
        """Say under the network how large it is; hidden when empty."""
        _set_fact(self._network_facts, text)

    def set_download(self, name: str | None, text: str = "") -> None:
        """Offer to fetch the data set `name` on a button that says `text`; None offers none."""
        self._download.offer(name, text)

    def set_download_progress(self, received: int, total: int | None) -> None:
        """Show a download under way: bytes received, of how many if known."""
        self._download.set_progress(received, total)

    def section_states(self) -> dict[str, bool]:
        """Which sections are open, to be kept for the next start."""
        if self._states_before is not None:
            return dict(self._states_before)
        return {section.value: box.is_open() for section, box in self._sections.items()}

    def set_section_states(self, states: Mapping[str, bool]) -> None:
        """Open and fold sections as `section_states` told; unknown names are passed over."""
        if self._states_before is not None:
            self._states_before |= {n: states[n] for n in self._states_before if n in states}
        else:
            self._open_sections(states)

    def _open_sections(self, states: Mapping[str, bool]) -> None:
        for section, box in self._sections.items():
            box.set_open(states.get(section.value, box.is_open()))

    def make_place(self, part: QWidget, options: Collection[str] | None) -> None:
        """Show another part above the settings, and of these some options only, for a while.

        Parameters
        ----------
        part
            What is shown; it stays when it is shown already.
        options
            Whose editors can be seen; None for all of them. `take_place` gives the others back.
        """
        if self._states_before is None:
            self._states_before = self.section_states()
        self._offered = None if options is None else frozenset(options)
        is_open = (
            self._states_before if options is None else dict.fromkeys(self._states_before, True)
        )
        self._open_sections(is_open)
        self._place.show_part(part)
        self._refresh()

    def take_place(self) -> None:
        """Show the settings as they were before `make_place`."""
        if self._states_before is None:
            return
        states, self._states_before = self._states_before, None
        self._offered = None
        self._open_sections(states)
        self._place.show_part(None)
        self._refresh()

    def row(self, option: str) -> OptionRow:
        """Return the row of one option."""
        return self._rows[option]

    def _build(self) -> None:
        self._rate_card = Card(self._theme)
        rate = self._make_row("learning_rate")
        self._rate_card.body.addWidget(rate)
        self.race_button = QPushButton("Race")
        self.race_button.setProperty("kind", "small")
        self.race_button.setToolTip(
            "Train several runs in turn from the same weights, with other rates or other settings "
            "(R)."
        )
        self.race_button.clicked.connect(self.race_requested)
        self.find_button = QPushButton("Find")
        self.find_button.setProperty("kind", "small")
        self.find_button.setToolTip(
            "Let the rate rise over real batches, on copies of the network, and see which rates "
            "are sensible (F)."
        )
        self.find_button.clicked.connect(self.find_requested)
        assert isinstance(rate.editor, LearningRateEditor)
        rate.editor.add_tool(self.find_button)
        rate.editor.add_tool(self.race_button)
        self.rate_slider = rate.editor.slider
        self._card = Card(self._theme, margin_px=0)
        self._cards = QVBoxLayout(self)
        self.race_card = RaceCard(self._theme)
        self._cards.addWidget(self._rate_card)
        self._cards.addWidget(self.race_card)
        self._cards.addWidget(self._card, 1)
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        self._column = QVBoxLayout(scrolled)
        for section in Section:
            self._column.addWidget(self._build_section(section))
        self._column.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(scrolled)
        self._card.body.addWidget(area, 1)
        self._foot = QVBoxLayout()
        self._foot.addWidget(self._banner)
        self._card.body.addLayout(self._foot)
        self._place = PartInPlace(
            self._theme, self, self._rate_card, self.race_card, self._card, scrolled
        )

    def _build_section(self, section: Section) -> CollapsibleSection:
        box = CollapsibleSection(self._theme, section.value)
        names = [
            name
            for name, option in OPTIONS.items()
            if option.section is section and option.in_panel and name not in self._rows
        ]
        shared = {name: row for row in _SHARED_ROWS for name in row}
        for name in names:
            partners = shared.get(name, (name,))
            if name != partners[0]:
                continue
            line = QHBoxLayout()
            line.setSpacing(8)
            for partner in partners:
                row = self._make_row(partner, narrow=len(partners) > 1)
                line.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
            box.body.addLayout(line)
        extras: dict[Section, tuple[QWidget, ...]] = {
            Section.SCHEDULE: (self.schedule_curve, self.draw_button),
            Section.NETWORK: (self._network_facts,),
            Section.DATA: (self._data_facts, self._download),
        }
        for widget in extras.get(section, ()):
            box.body.addWidget(widget)
        if section is Section.NETWORK:
            box.add_tools(self.network_buttons)
        box.set_open(section in _OPEN_AT_FIRST)
        box.toggled.connect(self.section_toggled)
        self._sections[section] = box
        return box

    def _make_row(self, name: str, *, narrow: bool = False) -> OptionRow:
        row = self._rows[name] = OptionRow(self._theme, name, narrow=narrow)
        row.edited.connect(self._on_row_edited)
        return row

    def _refresh(self) -> None:
        shown, waiting = self._settings.shown, self._settings.waiting
        ends = self._ends(shown)
        for name, row in self._rows.items():
            if isinstance(row.editor, WidthsEditor):
                row.editor.set_ends(*ends)
            row.set_value(getattr(shown, name))
            row.set_waiting(name in waiting)
            row.setVisible(shown.is_relevant(name) and self._is_offered(name))
        for section, box in self._sections.items():
            options = [name for name, option in OPTIONS.items() if option.section is section]
            # The learning rate has a card of its own.
            usable = [n for n in options if n in self._rows and n != "learning_rate"]
            box.setVisible(any(shown.is_relevant(n) and self._is_offered(n) for n in usable))
            box.set_summary(", ".join(_changes_from_default(shown, options)))
        self._banner.set_count(len(waiting))
        self.schedule_curve.set_config(shown)
        self.draw_button.set_schedule(shown.schedule)
        self._rows["learning_rate"].set_note(self.schedule_curve.rate_note, _RATE_NOTE_HELP)
        self._place.fit(
            has_rate=self._is_offered("learning_rate"),
            has_settings=any(not box.isHidden() for box in self._sections.values()),
        )

    def _is_offered(self, name: str) -> bool:
        return self._offered is None or name in self._offered

    def _ends(self, config: RunConfig) -> tuple[int, int]:
        """How many numbers go in, and how many classes come out; 0 where that is not known."""
        if info := dataset_info_or_none(config.dataset):
            return info.channels * info.height * info.width, len(info.classes)
        name, count = self._own_classes
        inputs = (3 if config.colour else 1) * config.image_size**2
        return inputs, count if name == config.dataset else 0

    def _on_row_edited(self, name: str, entry: object) -> None:
        shown = self._settings.shown
        try:
            value = getattr(shown.with_changes({name: entry}), name)
        except ConfigError as error:
            self._rows[name].show_problem(error.message.removeprefix(f"{name}: "))
            return
        self._rows[name].accept(value)
        if value != getattr(shown, name):
            self.change_requested.emit({name: value} | self._beside(name, value))
        else:
            self.kept.emit()

    def _beside(self, name: str, value: Any) -> dict[str, Any]:
        """Return what has to change with an option.

        A line without a drawing begins as the plan that it takes the place of.
        """
        is_new = self._settings.shown.points == RunConfig().points
        if name == "schedule" and value == "custom" and is_new:
            return {"points": self.schedule_curve.plan.drawn_by_hand()}
        return {}

    def _restyle(self) -> None:
        px = self._theme.px
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(px(12))
        self._column.setContentsMargins(px(12), px(6), px(12), px(6))
        self._column.setSpacing(px(1))
        self._foot.setContentsMargins(px(8), 0, px(8), px(8))


def _changes_from_default(config: RunConfig, names: list[str]) -> list[str]:
    """Say in a word or two each what is not as it is for a beginner: ``Cosine``, ``clip 1``."""
    default, texts = RunConfig(), []
    for name in names:
        option, value = OPTIONS[name], getattr(config, name)
        if value == getattr(default, name) or not config.is_relevant(name):
            continue
        if name in ("epochs", "points"):  # which the top bar tells, and a drawing
            continue
        label = option.short or option.label.lower()
        if name == "dataset":
            texts.append(dataset_label(value))
        elif isinstance(value, str):
            texts.append(format_value(option, value))
        elif isinstance(value, bool):
            texts.append(label if value else f"no {label}")
        else:
            texts.append(f"{label} {format_value(option, value)}")
    return texts


def _fact_label() -> QLabel:
    label = QLabel()
    label.setProperty("role", "fact")
    label.setWordWrap(True)
    label.hide()
    return label


def _set_fact(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
