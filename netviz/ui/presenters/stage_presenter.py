"""Connects what only the stage has with the training: its learning rate and its remark."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from netviz.bridge.run_settings import RunSettings
from netviz.engine.protocol import events
from netviz.engine.protocol.findings import Finding
from netviz.engine.protocol.happening import Happening, What
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.layer_names import with_layer_words
from netviz.engine.protocol.run_state import State

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_HINTS = {
    State.IDLE: "Space trains. The network has learned nothing yet: its answers are guesses.",
    State.RUNNING: "The thin line is the loss of each batch, the wide one its average.",
}
_USUAL_HINT = "Left and Right turn the pages: what the network has learned, and where it errs."


class StagePresenter(QObject):
    """Carries a new learning rate to the controller, and what is new to the stage.

    Parameters
    ----------
    change
        Changes options of the run.
    point_out
        Shows a step on the plots.
    """

    def __init__(
        self,
        window: "MainWindow",
        change: Callable[[dict[str, Any]], None],
        point_out: Callable[[int], None],
    ) -> None:
        super().__init__(window)
        self._window, self._change, self._point_out = window, change, point_out
        self._has_remark = False
        self._step: int | None = None
        self._layers: tuple[LayerFacts, ...] = ()
        self._told: list[Happening] = []
        self._holding: tuple[Finding, ...] = ()
        run, foot = window.controller, window.stage.foot
        foot.rate.control.changed.connect(self._on_rate_changed)
        run.settings_changed.connect(self._on_run_settings_changed)
        run.progressed.connect(self._show_note)
        run.state_changed.connect(self._on_run_state_changed)
        run.prepared.connect(self._on_run_prepared)
        run.changed.connect(self._on_run_changed)
        run.noted.connect(self._on_run_noted)
        run.findings_changed.connect(self._on_run_findings_changed)
        foot.remark.clicked.connect(self._on_remark_clicked)
        self._on_run_settings_changed(run.settings)
        self._show_hint()

    def show_remark(self, text: str, step: int | None = None) -> None:
        """Show the newest remark on the run, until there is another one or another run.

        Parameters
        ----------
        step
            Where it is on the plots; a click on the remark shows it there.
        """
        self._has_remark, self._step = bool(text), step
        self._window.stage.foot.remark.show_remark(text)
        if not text:
            self._show_hint()

    def _show_hint(self) -> None:
        hint = _HINTS.get(self._window.controller.state, _USUAL_HINT)
        self._window.stage.foot.remark.show_remark(hint, token="muted")

    @Slot(float)
    def _on_rate_changed(self, rate: float) -> None:
        self._change({"learning_rate": rate})

    @Slot(object)
    def _on_run_settings_changed(self, settings: RunSettings) -> None:
        self._window.stage.foot.rate.control.set_value(settings.config.learning_rate)
        self._show_note()

    @Slot()
    def _show_note(self) -> None:
        if self._window.stage.is_on:
            self._window.stage.foot.rate.set_note(self._window.panel.schedule_curve.rate_note)

    @Slot()
    def _on_run_state_changed(self) -> None:
        if not self._has_remark:
            self._show_hint()

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._layers = event.network
        self._told, self._holding = [], ()
        self.show_remark("")

    @Slot(object)
    def _on_run_changed(self, event: events.Changed) -> None:
        if event.entries:
            step = event.entries[-1].step
            labels = [with_layer_words(each, self._layers).label for each in event.entries]
            self.show_remark(f"Step {step:,}: {', '.join(labels)}", step=step)

    @Slot(object)
    def _on_run_noted(self, event: events.Noted) -> None:
        # Each of these events carries all that has happened: only the last can be news.
        told = [each for each in event.happenings if each.what is not What.SAVED][-1:]
        if told and told != self._told and told[0].step <= self._window.controller.step:
            self.show_remark(told[0].text, step=told[0].step)
        self._told = told

    @Slot(object)
    def _on_run_findings_changed(self, event: events.FindingsChanged) -> None:
        new = [each for each in event.holding if each not in self._holding]
        self._holding = event.holding
        if new and self._window.actions_by_key["findings"].isChecked():
            self.show_remark(new[-1].text, step=new[-1].step)

    @Slot()
    def _on_remark_clicked(self) -> None:
        if self._step is not None:
            self._point_out(self._step)
