"""A rate that throws the network about is told, with what other rates would do as the proof."""

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.findings import FindingKind
from tests.support import Driven, losses, only


def test_a_rate_at_which_a_run_hovers_is_told_and_to_look_ahead_changes_nothing() -> None:
    config = RunConfig(learning_rate=0.03, epochs=4, device="cpu", threads=1)
    driven = Driven(config)
    told = driven.do(commands.Start())
    (found,) = only(told, events.FindingsChanged)[-1].found
    assert (found.kind, found.epoch) == (FindingKind.RATE_TOO_HIGH, 4)
    assert " with 0.03." in found.sentence
    assert 0.001 < found.actions[0].changes["learning_rate"] < 0.02
    # The rate was doubted, and tried, after the fourth epoch; the fifth is as if it had not been.
    driven.do(commands.Change({"epochs": 5}))
    other = Driven(config.with_changes({"epochs": 5, "schedule": "step", "step_epochs": 100}))
    other.do(commands.Start())
    assert not only(other.events, events.FindingsChanged)  # a schedule is not doubted
    assert losses(driven.events) == losses(other.events)
