"""The row "Find": the range test, begun, stopped, and used."""

import math
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton

from netviz.engine.errors import StorageError
from netviz.engine.options.rate_steps import rounded_rate
from netviz.engine.protocol import commands
from netviz.engine.protocol.range_test import Ended, RangeTest
from netviz.engine.protocol.rate_suggestions import Readings
from netviz.number_text import typed_text
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.plots.plot_export import FORMATS, ask_for_file
from netviz.ui.views.learning_rate.find_figure import write_range_test
from netviz.ui.views.learning_rate.find_line import FindLine
from netviz.ui.views.learning_rate.rate_picture import PictureSpec, RatePicture
from netviz.ui.widgets.icon_button import quiet_button

_SENTENCE = "Six trials of 150 batches on a copy, the rate rising. The run stays as it is."
_HELP = (
    "Raise the rate from batch to batch, on copies of the network, and see how the loss answers "
    "(F). The training waits meanwhile."
)


class FindPicture(RatePicture):
    """The row "Find".

    Signals
    -------
    saved, failed
        The curve was written to a file: its path; or could not be: the error.

    Attributes
    ----------
    line
        The chart with the line that chooses a rate.
    button
        Begins, and stops.
    """

    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        self.line = FindLine(theme)
        self.button = QPushButton("Find")
        self.button.setProperty("kind", "small")
        self.menu_button = quiet_button("More of Find", "Save the curve.")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        super().__init__(theme, "Find", _SENTENCE, self.line)
        self.tools.addWidget(self.button)
        self.tools.addWidget(self.menu_button)
        self.tools.addStretch()
        self.menu_button.setMenu(self._make_menu())
        self.button.clicked.connect(self._on_button_clicked)
        self.line.taken.connect(self.rate_chosen)
        self.line.stop_requested.connect(self.stop)
        self._show()

    @property
    def is_running(self) -> bool:
        """Whether a test is under way."""
        return self.line.test is not None and not self.line.test.is_finished

    def start(self) -> None:
        """Ask for a test from the present weights, unless one is under way."""
        self.set_folded(False)
        self.line.setFocus()
        if not self.is_running:
            self.command_requested.emit(commands.Refresh(RangeTest))

    def stop(self) -> None:
        """End the test that is under way; what was found until then stays."""
        if self.is_running:
            self.command_requested.emit(commands.StopTrying(RangeTest))

    def show_test(self, test: RangeTest) -> None:
        """Draw what was found so far; a finished test is laid pale below the next one."""
        before, earlier = self.line.test, self.line.earlier
        if before and before.is_finished and not test.is_finished:
            earlier = earlier if _is_same(before, test) else before
        self.line.set_test(test, earlier)
        self._show()

    def clear(self) -> None:
        self.line.set_test(None)
        self.line.choose(None)
        self._show()

    def export(self, path: Path) -> None:
        """Write the curve as the ending of `path` says: ``.png``, ``.svg`` or ``.csv``.

        Raises
        ------
        StorageError
            When the file cannot be written.
        """
        assert self.line.test is not None
        write_range_test(path, self._theme, self.line.test, self.line.earlier)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for ending, words in FORMATS.items():
            action = menu.addAction(f"Save as {words.split()[0]}…")
            action.setToolTip(f"Write the curve to a file as {words}.")
            action.setData(ending)
            action.triggered.connect(self._on_save_triggered)
        return menu

    def _on_save_triggered(self) -> None:
        ending = self.sender().data()  # type: ignore[attr-defined]
        path = ask_for_file(self, "learning-rate-range-test", ending)
        if path is None:
            return
        try:
            self.export(path)
        except StorageError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(path)

    def _on_button_clicked(self) -> None:
        if self.is_running:
            self.stop()
        else:
            self.start()

    def _show(self) -> None:
        test, running = self.line.test, self.is_running
        self.line.is_running = running
        self.button.setText("Stop" if running else "Again" if test else "Find")
        self.button.setToolTip("End it here (Esc); what was found stays." if running else _HELP)
        self.menu_button.setEnabled(test is not None and not running)
        self.set_sentence(_words(test, self.line.readings) if test else _SENTENCE)

    def _show_fold(self) -> None:
        super()._show_fold()
        self.menu_button.setIcon(icon(self._theme, "ellipsis", "muted"))


def _is_same(before: RangeTest, test: RangeTest) -> bool:
    """Return whether both are the same test: the rate in use is not what is tried."""
    changed = test.config.changes_from(before.config).keys()
    return before.step == test.step and not changed - {"learning_rate", "epochs", "threads"}


def _words(test: RangeTest, readings: Readings | None) -> str:
    if readings is None:
        trial = min(test.done + 1, len(test.losses))
        return f"Trial {trial} of {len(test.losses)}, {test.reached:.0%}. The training waits."
    words = f"From step {test.step:,}. "
    if test.ended is Ended.STOPPED:
        words = f"From step {test.step:,}, stopped. "
    if not math.isfinite(test.start):
        return words + "The network is ruined: no loss is finite. Go back first."
    if readings.band is None and test.ended is Ended.STOPPED:
        return words + "That is too little to suggest anything."
    if readings.band is None:
        return words + "The loss does not clearly fall: nothing is suggested."
    low, high = (typed_text(rounded_rate(rate)) for rate in readings.band)
    return words + f"Sensible: {low} to {high} (the bar)."


PICTURE = PictureSpec(10, FindPicture, {RangeTest: FindPicture.show_test})
