"""The lines of each step are traced at rest and at a slow pace, and never at full speed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.loop.step_traced import ScriptWritten, StepTraced, WeightPlace
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits")

WATCH = commands.Watch(frozenset({StepTraced}))
VERY_SLOW = commands.SetPace(0.01)
PLACE = WeightPlace("1.bias", (3,))


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    return Driven(config)


def steps_of(told: list[Event]) -> list[int]:
    return [each.step for each in only(told, StepTraced)]


def until(last: int) -> Callable[[Event], commands.Command | None]:
    """Let the next batch begin as soon as the step is traced, up to a last one."""

    def answer(event: Event) -> commands.Command | None:
        if not isinstance(event, StepTraced):
            return None
        return commands.Pause() if event.step >= last else VERY_SLOW

    return answer


@pytest.mark.usefixtures("every_batch_told")
def test_at_a_slow_pace_each_step_is_traced_and_has_the_loss_of_full_speed(
    config: RunConfig, driven: Driven
) -> None:
    plain = Driven(config)
    plain.do(commands.Start())
    driven.do(WATCH, VERY_SLOW)
    told = driven.do(commands.Start(), answer=until(4))
    assert steps_of(told) == [1, 2, 3, 4]
    driven.do(commands.SetPace(None), commands.Start())
    assert losses(driven.events) == losses(plain.events)
    traced = {each.step + 1: each.loss for each in only(driven.events, StepTraced)}
    assert {1, 2, 3, 4, 5} <= set(traced)
    assert {step: traced[step] for step in range(1, 6)}.items() <= losses(plain.events).items()


@pytest.mark.usefixtures("every_batch_told")
def test_at_full_speed_nothing_is_traced_unless_somebody_asks(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProbeRunner, "is_due", lambda _: True)
    driven.do(WATCH)
    told = driven.do(commands.Start(), answer=when_step(10, commands.Pause()))
    assert steps_of(told) == [driven.step]
    ask = commands.Refresh(StepTraced, PLACE)
    told = driven.do(commands.Start(), answer=when_step(25, ask))
    assert steps_of(told) == [25, driven.step]


def test_the_weight_that_was_asked_for_is_followed_from_then_on(driven: Driven) -> None:
    driven.do(WATCH, commands.Refresh(StepTraced, PLACE))
    told = only(driven.do(commands.Step()), StepTraced)
    assert [each.update.weight.place for each in told] == [PLACE]


def test_the_script_that_is_told_is_the_one_that_is_exported(
    driven: Driven, tmp_path: Path
) -> None:
    driven.do(commands.Step())
    (written,) = only(driven.do(commands.WriteScript()), ScriptWritten)
    path = tmp_path / "train.py"
    driven.do(commands.Export(ExportKind.SCRIPT, path))
    assert written.text == path.read_text()
    assert {each.name for each in tmp_path.iterdir()} == {"train.py", *written.beside}


def test_a_script_without_a_run_is_refused() -> None:
    (refused,) = only(Driven().do(commands.WriteScript()), events.Refused)
    assert "no run yet" in refused.message
