"""`ViewControl`: what each command asks to see of the run at hand, which stays as it is."""

from collections.abc import Callable

from netviz.engine.export.script import script_text
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.protocol import commands
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.loop.step_traced import ScriptWritten
from netviz.engine.session import reports
from netviz.engine.session.run_control import RunControl


class ViewControl:
    """Lets the observatory see what views ask for.

    Parameters
    ----------
    emit
        Takes each event.
    observatory
        Observes the run.
    control
        Knows the run at hand.
    """

    def __init__(
        self, emit: Callable[[Event], None], observatory: Observatory, control: RunControl
    ) -> None:
        self._emit, self._observatory, self._control = emit, observatory, control

    def watch(self, command: commands.Watch) -> None:
        """Observe what the visible views show."""
        self._observatory.watch(command.observations)

    def measure_test(self, _: commands.MeasureTest) -> None:
        """Predict all test images."""
        self._control.ready_run()
        self._observatory.measure_test()

    def refresh(self, command: commands.Refresh) -> None:
        """Try something on a copy of the network."""
        self._control.ready_run()
        self._observatory.refresh(command.observation, command.about)

    def stop_trying(self, command: commands.StopTrying) -> None:
        """Give up what is tried on a copy of the network."""
        self._observatory.stop_trying(command.observation)

    def write_script(self, _: commands.WriteScript) -> None:
        """Write the run as it is now as a script, and show it."""
        run = self._control.ready_run()
        self._control.report()
        text, beside = script_text(run, "train")
        self._emit(ScriptWritten(run.number, text, beside))

    def predict(self, command: commands.Predict) -> None:
        """Predict the class of a drawing; in a race each run does."""
        self._observatory.predict(command)
        if self._control.race:
            self._control.race.predict(command)

    def look_at(self, command: commands.LookAt) -> None:
        """Choose the image whose activations are observed."""
        run = None if self._control.is_preparing else self._control.run
        self._observatory.look_at(command.test_index, run)

    def preview_augmentation(self, command: commands.PreviewAugmentation) -> None:
        """Show training images as they are augmented now."""
        self._emit(reports.augmented(self._control.ready_run(), command))
