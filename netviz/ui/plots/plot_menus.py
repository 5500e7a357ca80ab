"""The menus of a plot: what it can do beside showing, and how much a curve is smoothed."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QSpinBox, QWidget, QWidgetAction

from netviz.ui.plots.plot_export import FORMATS

HALF_LIVES = (0, 5, 20, 50, 100, 500)
_MOST = 10_000
_NOTCHES = 100


class PlotMenu(QMenu):
    """What a plot can do beside showing.

    Signals
    -------
    export_requested
        The user wants a file; carries ``png``, ``svg`` or ``csv``.
    back_requested, look_requested
        The user wants to go back to a step, or only to look at it.
    run_chosen
        The user wants to go on with another run: its number.

    Attributes
    ----------
    log_action, hold_action, reset_action, look_action, back_action
        Switches and commands; the first is in the menu only where `log_tooltip` says something,
        the last two where there is a step to look at.
    ghosts_action, go_menu
        Switch that draws runs that were left, and those that are drawn, to go on with one.
    """

    export_requested = Signal(str)
    back_requested = Signal(int)
    look_requested = Signal(int)
    run_chosen = Signal(int)

    def __init__(self, parent: QWidget, log_tooltip: str) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.log_action = QAction("Logarithmic y", self, checkable=True)
        self.log_action.setIconText("log y")
        self.log_action.setToolTip(log_tooltip)
        self._log_tooltip = log_tooltip
        self.hold_action = QAction("Hold the view", self, checkable=True)
        self.hold_action.setToolTip("Keep the plot as it is while training goes on.")
        self.reset_action = QAction("Reset zoom", self)
        self.reset_action.setToolTip("Show the whole run again; a double click does the same.")
        self.back_action = QAction(self)
        self.back_action.setToolTip("The run as it is can be brought back by Ctrl+Z.")
        self.back_action.triggered.connect(
            lambda: self.back_requested.emit(self.back_action.data())
        )
        self.ghosts_action = QAction("Earlier runs", self, checkable=True, checked=True)
        self.go_menu = QMenu("Go on with", self)
        self.go_menu.setToolTipsVisible(True)
        self.offer_runs(())
        self.look_action = QAction(self)
        self.look_action.setToolTip("See the window as it was then; nothing is changed.")
        self.look_action.triggered.connect(
            lambda: self.look_requested.emit(self.look_action.data())
        )
        self.addActions([self.look_action, self.back_action])
        self.offer_step(None)
        if log_tooltip:
            self.addAction(self.log_action)
        self.addAction(self.ghosts_action)
        self.addMenu(self.go_menu)
        self.addActions([self.hold_action, self.reset_action])
        self.addSeparator()
        for ending, words in FORMATS.items():
            action = self.addAction(f"Save as {words.split()[0]}…")
            action.setData(ending)
            action.setToolTip(f"Write the plot to a file as {words}.")
            action.triggered.connect(self._on_save_action_triggered)

    def offer_step(self, step: int | None) -> None:
        """Offer to look at a step and to go back to it, or nothing."""
        for action, verb in ((self.look_action, "Look at"), (self.back_action, "Go back to")):
            action.setVisible(step is not None)
            action.setData(step)
            action.setText("" if step is None else f"{verb} step {step:,}")

    def offer_runs(self, runs: Sequence[tuple[int, str]], *, are_any_left: bool = False) -> None:
        """Offer to go on with other runs, by their numbers and names.

        Parameters
        ----------
        are_any_left
            Whether there are runs that were left, drawn or not.
        """
        self.ghosts_action.setEnabled(are_any_left)
        self.ghosts_action.setToolTip(
            "Draw the runs that you left in grey, from where they part from this one."
            if are_any_left
            else "Go back, or reset: the run that you leave is drawn in grey then."
        )
        self.go_menu.clear()
        self.go_menu.menuAction().setVisible(bool(runs))
        for line, name in runs:
            action = self.go_menu.addAction(name[:1].upper() + name[1:])
            action.setToolTip("Go on where it was left; the run at hand is kept in its place.")
            action.triggered.connect(partial(self._on_run_action_triggered, line))

    def _on_run_action_triggered(self, line: int) -> None:
        self.run_chosen.emit(line)

    def set_log_refusal(self, refusal: str) -> None:
        """Offer a logarithmic axis, or say in the tooltip why not; one in use can be left."""
        is_offered = not refusal or self.log_action.isChecked()
        self.log_action.setEnabled(is_offered)
        self.log_action.setToolTip(self._log_tooltip if is_offered else refusal)

    def _on_save_action_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.export_requested.emit(action.data())


class SmoothingMenu(QMenu):
    """Half-lives to choose from, with a slider and a field for any other.

    Signals
    -------
    half_life_changed
        The user chose another half-life, in steps; 0 for no smoothing.
    """

    half_life_changed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Smoothing half-life", parent)
        self.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        for steps in HALF_LIVES:
            action = QAction(f"{steps} steps" if steps else "Off", self, checkable=True)
            action.setData(steps)
            action.setToolTip(
                f"A batch counts half after {steps} steps." if steps else "Draw the raw loss alone."
            )
            self._group.addAction(action)
            self.addAction(action)
        self._group.triggered.connect(self._on_group_triggered)
        self.addSeparator()
        self._add_free_choice()

    def set_half_life(self, steps: int) -> None:
        """Show the half-life in use; emits nothing."""
        for action in self._group.actions():
            action.setChecked(action.data() == steps)
        for control, value in ((self.field, steps), (self.slider, _notch(steps))):
            control.blockSignals(True)
            control.setValue(value)
            control.blockSignals(False)

    def _add_free_choice(self) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _NOTCHES)
        self.slider.setAccessibleName("Smoothing half-life")
        self.slider.setToolTip("Drag to smooth the curve less or more.")
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.field = QSpinBox()
        self.field.setRange(0, _MOST)
        self.field.setSuffix(" steps")
        self.field.setSpecialValueText("off")
        self.field.setAccessibleName("Smoothing half-life in steps")
        self.field.setToolTip("After this many steps a batch counts half in the smoothed curve.")
        self.field.valueChanged.connect(self.half_life_changed)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.field)
        action = QWidgetAction(self)
        action.setDefaultWidget(row)
        self.addAction(action)

    def _on_group_triggered(self, action: QAction) -> None:
        self.half_life_changed.emit(action.data())

    def _on_slider_value_changed(self, notch: int) -> None:
        # A logarithmic scale: what matters of a half-life is its order of magnitude.
        self.half_life_changed.emit(round(_MOST ** (notch / _NOTCHES)) if notch else 0)


def _notch(steps: int) -> int:
    notches: list[int] = [
        notch for notch in range(1, _NOTCHES + 1) if _MOST ** (notch / _NOTCHES) <= steps * 1.05
    ]
    return notches[-1] if steps and notches else 0
