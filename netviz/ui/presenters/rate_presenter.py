"""Shows what learning rates would do: the zones under the slider, and the tab's pictures."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from netviz.bridge.run_settings import RunSettings
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.rate_zones import is_ruined, zones_of
from netviz.engine.protocol.rates import StepsAhead
from netviz.ui.views.learning_rate.rate_view import RateView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_SETTING = "rate_zones"
OLD_S = 15.0
"""Zones that are older have paled, where the run has been trained since."""


class RatePresenter(QObject):
    """Lets the zones be measured, and shows them wherever a rate is chosen.

    Parameters
    ----------
    change
        Changes options of the run.
    """

    def __init__(self, window: "MainWindow", change: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(window)
        self._window, self._run, self._change = window, window.controller, change
        self._tab = window.views.view(RateView)
        self._sliders = (window.panel.rate_slider, window.stage.foot.rate.control.slider)
        self._action = window.actions_by_key["rate_zones"]
        self._ahead: StepsAhead | None = None
        self._came_s, self._step, self._are_old = 0.0, 0, False
        self._config = self._run.config
        self._watched: frozenset[type[Observation]] = frozenset()
        self._action.setChecked(window.settings.flag(_SETTING, True))
        self._action.toggled.connect(self._on_action_toggled)
        self._tab.rate_chosen.connect(self._on_tab_rate_chosen)
        for slider in self._sliders:
            slider.released.connect(self._on_slider_released)
        run = self._run
        window.views.watched_changed.connect(self._on_views_watched_changed)
        run.prepared.connect(self._on_run_prepared)
        run.observed.connect(self._on_run_observed)
        run.progressed.connect(self._on_run_progressed)
        run.settings_changed.connect(self._on_run_settings_changed)
        run.frames.ticked.connect(self._age)
        self._watch()
        self._show()

    # -- what is measured --------------------------------------------------------------------

    @Slot(object)
    def _on_views_watched_changed(self, watched: frozenset[type[Observation]]) -> None:
        self._watched = watched
        self._watch()

    @Slot(bool)
    def _on_action_toggled(self, on: bool) -> None:
        self._window.settings.set(_SETTING, on)
        self._watch()
        self._show()

    def _watch(self) -> None:
        zones = frozenset({StepsAhead} if self._action.isChecked() else ())
        self._run.watch(self._watched | zones)

    @Slot()
    def _on_slider_released(self) -> None:
        """Measure anew around the rate that was chosen, where that is a matter of moments."""
        if self._ahead and self._ahead.is_quick and self._action.isChecked():
            self._run.submit(commands.Refresh(StepsAhead))

    @Slot(float)
    def _on_tab_rate_chosen(self, rate: float) -> None:
        self._change({"learning_rate": rate})

    # -- what is shown -----------------------------------------------------------------------

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._ahead, self._step = None, event.step
        self._show()

    @Slot(object)
    def _on_run_observed(self, event: Observation) -> None:
        if isinstance(event, StepsAhead):
            self._ahead, self._came_s, self._are_old = event, monotonic(), False
            self._show()

    @Slot(object)
    def _on_run_progressed(self, event: events.Progress) -> None:
        self._step = event.step

    @Slot(object)
    def _on_run_settings_changed(self, settings: RunSettings) -> None:
        self._config = settings.config
        self._age()

    @Slot()
    def _age(self) -> None:
        """Let the zones pale once they are of a past that is over."""
        ahead = self._ahead
        if ahead is None or self._are_old:
            return
        is_past = self._step > ahead.step and monotonic() - self._came_s > OLD_S
        if is_past or _otherwise(ahead.config, self._config):
            self._are_old = True
            self._show()

    def _show(self) -> None:
        zones = zones_of(self._ahead) if self._ahead else ()
        self._tab.set_zones(zones, are_old=self._are_old)
        for slider in self._sliders:
            slider.set_zones(zones if self._action.isChecked() else None, are_old=self._are_old)
        self._window.panel.show_rate_help(_help(self._ahead, are_old=self._are_old))


def _otherwise(before: RunConfig, now: RunConfig) -> bool:
    """Return whether more than the rate is set otherwise."""
    return bool(now.changes_from(before).keys() - {"learning_rate", "epochs"})


def _help(ahead: StepsAhead | None, *, are_old: bool) -> str:
    if ahead is None:
        return ""
    if is_ruined(ahead):
        return "No zones: the network is ruined. Go back to a step before it was."
    when = f"Tried on copies of the network at step {ahead.step:,}"
    count = int(ahead.moments[-1])
    age = " They are old: the run has gone on since." if are_old else ""
    return f"Zones: what each rate does over the next {count} batches. {when}.{age}"
