"""What a run of a race that is not at hand is by now, from what is told of it."""

from dataclasses import replace

from netviz.engine.protocol import events
from netviz.engine.protocol.left_run import LeftRun


def gone_on(run: LeftRun, event: events.LaneEvent) -> LeftRun:
    """Return a run as it is after an event; its losses stay those that were told when it began."""
    match event:
        case events.Progress():
            return replace(run, steps=event.step)
        case events.EpochFinished(measurement=measured):
            has_ended = measured.epoch >= run.config.epochs
            measurements = (*run.measurements, measured)
            return replace(run, measurements=measurements, has_ended=has_ended)
        case events.Diverging():
            return replace(run, has_diverged=True)
        case events.Recovered():
            return replace(run, has_diverged=False)
        case events.Failed():
            return replace(run, has_failed=True)
        case _:
            return run
