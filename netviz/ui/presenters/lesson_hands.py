"""What a lesson does in the window, by what a user could do there."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class WindowHands:
    """The controller, the pad and the tabs of a window, as `Hands`.

    Parameters
    ----------
    put_on_pad
        Puts a test image on the pad, by its number.
    """

    def __init__(self, window: "MainWindow", put_on_pad: Callable[[int], object]) -> None:
        self._window, self._run, self._put_on_pad = window, window.controller, put_on_pad
        self.test_count = 0

    def begin(self, config: RunConfig) -> None:
        self._run.set_aside(self._on_this_machine(config))

    def new_run(self, config: RunConfig, *, keeps_weights: bool) -> None:
        self._run.begin_run(self._on_this_machine(config), keeps_weights=keeps_weights)

    def change(self, changes: Mapping[str, Any]) -> None:
        self._run.change(changes)

    def train_steps(self, steps: int) -> None:
        self._run.train_steps(steps)

    def train_epoch(self) -> None:
        self._run.train_one_epoch()

    def pause(self) -> None:
        self._run.pause()

    def go_back(self, step: int) -> None:
        self._run.go_back(step)

    def race(self, lanes: tuple[Mapping[str, Any], ...]) -> None:
        self._run.race(lanes, starts=False)

    def draw(self, image: int) -> None:
        if not 0 <= image < self.test_count:
            raise ConfigError(
                f"There is no test image {image:,}.",
                f"They have the numbers 0 to {self.test_count - 1:,}.",
            )
        self._put_on_pad(image)

    def open_tab(self, tab: str, part: str) -> None:
        views = self._window.views
        if tab in (title.lower() for title in views.titles):
            views.show_named(tab, part)

    def _on_this_machine(self, config: RunConfig) -> RunConfig:
        """Train where the user trains: a lesson does not know the machine."""
        present = self._run.config
        return config.with_changes({"device": present.device, "threads": present.threads})
