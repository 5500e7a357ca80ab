"""What happened to a run is told, and told again when the run is opened."""

from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.happening import Happening, What
from tests.engine.session.driving import failed, started
from tests.engine.storage.run_files import rewrite
from tests.support import Driven, Loss, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


def told(driven: Driven) -> tuple[Happening, ...]:
    """Return what was told of the run last."""
    kinds = (events.Noted, events.Opened)
    return [event for event in driven.events if isinstance(event, kinds)][-1].happenings


def opened(folder: Path) -> tuple[Happening, ...]:
    """Return what is told of a run that is opened."""
    (event,) = only(Driven(None).do(commands.Open(folder)), events.Opened)
    return event.happenings


@pytest.mark.usefixtures("snapshots_at_every_batch")
def test_going_back_and_saving_are_told_and_told_again_when_opened(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = started(config, commands.Pause())
    driven.do(commands.Rewind({"learning_rate": 0.02}))
    back = told(driven)
    assert [each.what for each in back] == [What.WENT_BACK]
    assert f"to step {back[0].step:,}." in back[0].text
    driven.do(commands.Save(tmp_path / "my run"))
    both = told(driven)
    assert both[:1] == back
    assert (both[1].what, both[1].text) == (What.SAVED, "Saved in my run.")
    assert both[1].step == driven.step
    assert opened(tmp_path / "my run") == both


def test_a_failure_is_the_reason_to_go_back(config: RunConfig, loss: Loss) -> None:
    driven = failed(config, loss)
    (failure,) = told(driven)
    assert failure.what is What.FAILED
    (said,) = only(driven.events, events.Failed)
    assert failure.text == said.message
    driven.do(commands.Rewind())
    (back,) = told(driven)
    assert back.what is What.WENT_BACK


def test_a_run_that_diverges_is_noted(config: RunConfig, tmp_path: Path) -> None:
    driven = Driven(config.with_changes({"learning_rate": 10.0, "optimizer": "sgd", "epochs": 20}))
    driven.do(commands.Start())
    warnings = [event.message for event in only(driven.events, events.Diverging)]
    noted = [each.text for each in told(driven) if each.what is What.NOTICED]
    assert noted[: len(warnings)] == warnings
    assert noted


def test_a_save_that_failed_is_not_told(config: RunConfig, tmp_path: Path) -> None:
    driven = started(config, commands.Pause())
    (tmp_path / "file").write_text("in the way")
    events_of_save = driven.do(commands.Save(tmp_path / "file"))
    assert only(events_of_save, events.Refused)
    assert not only(events_of_save, events.Noted)
    driven.do(commands.Save(tmp_path / "run"))
    assert [each.text for each in told(driven)] == ["Saved in run."]


def test_a_run_saved_before_this_was_kept_opens_without(config: RunConfig, tmp_path: Path) -> None:
    driven = started(config, commands.Pause())
    driven.do(commands.Save(tmp_path))
    assert opened(tmp_path)
    rewrite(tmp_path, lambda record, _: record.pop("happenings"))
    assert opened(tmp_path) == ()


def test_a_damaged_happening_is_refused(config: RunConfig, tmp_path: Path) -> None:
    driven = started(config, commands.Pause())
    driven.do(commands.Save(tmp_path))
    damage = {"step": 1, "epoch": 1, "what": "vanished", "text": ""}
    rewrite(tmp_path, lambda record, _: record["happenings"].append(damage))
    assert only(Driven(None).do(commands.Open(tmp_path)), events.Refused)
