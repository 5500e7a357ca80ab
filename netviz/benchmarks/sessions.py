"""Training sessions without a window, run for a while and held again."""

import threading
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter

from netviz.benchmarks.measuring import Plan
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.rates import Tried
from netviz.engine.protocol.run_state import State
from netviz.engine.session.session import TrainingSession


class Stopwatch:
    """Reads the pace of training from a session's events, evaluations left out.

    Give it each event in the thread of the session, as it is told.

    Attributes
    ----------
    step
        Steps trained.
    tried, tried_s
        How often something was tried on a copy, and how long that took together.
    """

    def __init__(self) -> None:
        self.step = 0
        self.clear()

    def clear(self) -> None:
        """Forget what was measured."""
        self._marks: list[tuple[float, int]] = []
        self._evaluated_s = 0.0
        self._last_report_s = 0.0
        self.tried, self.tried_s = 0, 0.0

    def take(self, event: Event) -> None:
        """Note when an event came."""
        now = perf_counter()
        if isinstance(event, events.Progress):
            self.step = event.step
            self._last_report_s = now
            self._marks.append((now - self._evaluated_s, event.step))
        elif isinstance(event, events.EpochFinished):
            # The report at an epoch's end comes right before the evaluation.
            self._evaluated_s += now - self._last_report_s
        elif isinstance(event, Tried):
            self.tried += 1
            self.tried_s += event.seconds

    @property
    def trained_s(self) -> float:
        """Seconds of training that the pace stands on, evaluations left out."""
        marks = self._marks
        return marks[-1][0] - marks[1][0] if len(marks) > 2 else 0.0

    def steps_per_second(self) -> float:
        """Return the pace since `clear`, from the second report to the last."""
        (began, first), (ended, last) = self._marks[1], self._marks[-1]
        return (last - first) / (ended - began)


class BareSession:
    """A session in a thread of its own, without a window."""

    def __init__(
        self,
        config: RunConfig,
        plan: Plan,
        *,
        records_layers: bool = True,
        autosaves: Path | None = None,
        states: Path | None = None,
    ) -> None:
        self.stopwatch = Stopwatch()
        self._enough_s = 0.0
        self._had_enough = threading.Event()
        self.told: SimpleQueue[Event] = SimpleQueue()
        self.config = config
        self.session = TrainingSession(
            self._take, None, autosaves, states_root=states, records_layers=records_layers
        )
        self._thread = threading.Thread(target=self.session.serve, name="bare session", daemon=True)
        self._thread.start()
        self.session.submit(commands.Prepare(config, plan.data_dir))
        prepared = self._wait_for(events.Prepared)
        assert isinstance(prepared, events.Prepared)
        self.prepared = prepared

    def pace(self, seconds: float) -> float:
        """Train for a while; return samples per second."""
        self.stopwatch.clear()
        self._enough_s = seconds
        self._had_enough.clear()
        self.session.submit(commands.Start())
        # Not polled: every look would take Python's lock from the training for a moment.
        self._had_enough.wait()
        self.session.submit(commands.Pause())
        while True:
            event = self._wait_for(events.StateChanged)
            if isinstance(event, events.StateChanged) and event.state is not State.RUNNING:
                break
        return self.stopwatch.steps_per_second() * self.config.batch_size

    def do(self, command: commands.Command, until: type[Event]) -> None:
        """Give a command, and wait until the run is held again after an event of this kind."""
        self.session.submit(command)
        self._wait_for(until)
        self._wait_for(events.StateChanged)

    def close(self) -> None:
        """End the session and its thread."""
        self.session.submit(commands.Close())
        self._thread.join()

    def _take(self, event: Event) -> None:
        self.stopwatch.take(event)
        if self.stopwatch.trained_s >= self._enough_s:
            self._had_enough.set()
        if not isinstance(event, events.Progress):
            self.told.put(event)

    def _wait_for(self, kind: type[Event]) -> Event:
        while True:
            event = self.told.get(timeout=120)
            if isinstance(event, events.Failed | events.Refused):
                raise RuntimeError(f"{event.message} {event.hint}")
            if isinstance(event, kind):
                return event
