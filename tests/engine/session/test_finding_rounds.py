"""What is noticed in a run is told, recorded, saved and forgotten, and disturbs nothing."""

from pathlib import Path
from typing import Any

import pytest
import torch

from netviz.engine.findings.situation import Situation
from netviz.engine.options.run_config import RunConfig
from netviz.engine.probes import layer_figures
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.findings import FindingKind
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from netviz.engine.session import finding_rounds
from tests.engine.session.test_saved_runs import SETTINGS
from tests.engine.storage.run_files import Change, rewrite
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

STUCK: dict[str, Any] = {"learning_rate": 1e-7, "batch_size": 5, "epochs": 5, "hidden": (16,)}


def drive(**values: Any) -> tuple[Driven, list[events.Event]]:
    driven = Driven(RunConfig.parse({"device": "cpu", "threads": 1, **values}))
    return driven, driven.do(commands.Start())


def kinds(event: events.FindingsChanged) -> list[FindingKind]:
    return [finding.kind for finding in event.found]


@pytest.fixture
def looked_at_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the layers after every batch."""
    for name in ("IMAGES_BETWEEN", "STEPS_BETWEEN", "FIRST_IMAGES", "FIRST_STEPS"):
        monkeypatch.setattr(finding_rounds, name, 0)


def test_a_run_that_learns_nothing_is_told_once_with_its_epoch() -> None:
    _, told = drive(**STUCK)
    (changed,) = only(told, events.FindingsChanged)
    (found,) = changed.found
    assert changed.holding == changed.found
    assert (found.kind, found.step, found.epoch) == (FindingKind.NOT_LEARNING, 120, 3)


def test_a_larger_rate_makes_it_untrue_and_the_record_keeps_it() -> None:
    driven, _ = drive(**STUCK)
    told = driven.do(commands.Change({"learning_rate": 0.01, "epochs": 10}))
    assert driven.state is State.FINISHED
    changed = only(told, events.FindingsChanged)[0]
    assert changed.holding == ()
    assert kinds(changed) == [FindingKind.NOT_LEARNING]


def test_a_run_that_learns_is_told_nothing() -> None:
    _, told = drive(hidden=(16,), learning_rate=0.003, epochs=4)
    assert not only(told, events.FindingsChanged)


@pytest.mark.usefixtures("looked_at_always")
def test_a_layer_that_dies_is_told() -> None:
    _, told = drive(hidden=(16, 16), learning_rate=10.0, epochs=10)
    found = only(told, events.FindingsChanged)[-1].found
    (dead,) = [each for each in found if each.kind is FindingKind.DEAD_LAYER]
    assert "Linear" in dead.sentence
    assert dead.actions[0].changes["learning_rate"] < 0.01


def test_it_is_saved_with_the_run_and_told_when_that_is_opened(tmp_path: Path) -> None:
    driven, told = drive(**STUCK)
    driven.do(commands.Save(tmp_path / "run"))
    opened = Driven()
    again = opened.do(commands.Open(tmp_path / "run"))
    (before,), (after,) = (only(each, events.FindingsChanged) for each in (told, again))
    assert after.found == after.holding == before.found
    told = opened.do(commands.Change({"epochs": 8}))
    assert not only(told, events.FindingsChanged)


def test_it_is_told_again_when_its_run_is_brought_back() -> None:
    driven, told = drive(**STUCK)
    driven.do(commands.Reset({"seed": 5}))
    back = driven.do(commands.BringBack())
    (before,), (after,) = (only(each, events.FindingsChanged) for each in (told, back))
    assert after.found == after.holding == before.found
    order = [type(event) for event in back]
    assert order[:3] == [events.Prepared, events.Opened, events.FindingsChanged]


@pytest.mark.parametrize(
    "damage",
    [
        lambda record, _: record.pop("findings"),
        lambda record, _: record.update(findings=3),
        lambda record, _: record["findings"][0].update(kind="of a later version"),
        lambda record, _: record["findings"][0].update(step=10_000),
    ],
    ids=["missing", "no list", "unknown kind", "after the end"],
)
def test_a_run_whose_findings_cannot_be_read_is_opened_without_them(
    tmp_path: Path, damage: Change
) -> None:
    driven, _ = drive(**STUCK)
    driven.do(commands.Save(tmp_path / "run"))
    rewrite(tmp_path / "run", damage)
    opened = Driven()
    told = opened.do(commands.Open(tmp_path / "run"))
    assert only(told, events.FindingsChanged)[0].found == ()
    assert opened.state is State.FINISHED


@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS)
def test_looking_at_a_run_changes_no_bit_of_it(
    values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"hidden": (16,), "epochs": 4, **values}
    monkeypatch.setattr(finding_rounds, "FIRST_STEPS", 10**9)
    _, unseen = drive(**values)
    for name in ("IMAGES_BETWEEN", "STEPS_BETWEEN", "FIRST_IMAGES", "FIRST_STEPS"):
        monkeypatch.setattr(finding_rounds, name, 0)
    looked = []
    look = layer_figures.look_at_layers
    monkeypatch.setattr(
        finding_rounds, "look_at_layers", lambda *a, **k: looked.append(k["step"]) or look(*a, **k)
    )
    _, seen = drive(**values)
    assert losses(seen) == losses(unseen)
    assert len(looked) > 8
    first, second = (only(each, events.EpochFinished)[-1].measurement for each in (seen, unseen))
    assert (first.test_loss, first.train_loss) == (second.test_loss, second.train_loss)


@pytest.mark.usefixtures("looked_at_always")
def test_a_network_that_cannot_be_looked_at_trains_on(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fail(*_: Any, **values: Any) -> None:
        calls.append(values["step"])
        raise RuntimeError("no layer here")

    monkeypatch.setattr(finding_rounds, "look_at_layers", fail)
    driven, told = drive(**STUCK)
    assert driven.state is State.FINISHED
    assert not only(told, events.Failed)
    assert len(calls) == 1  # it is not tried again in this run
    assert kinds(only(told, events.FindingsChanged)[-1]) == [FindingKind.NOT_LEARNING]


@pytest.mark.usefixtures("looked_at_always")
def test_a_long_epoch_without_looks_is_judged_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no layer here")

    asked = []
    situation_of = finding_rounds.situation_of

    def noting(run: Run, counts: tuple[int, ...]) -> Situation:
        asked.append(run.trainer.step)
        return situation_of(run, counts)

    monkeypatch.setattr(finding_rounds, "look_at_layers", fail)
    monkeypatch.setattr(finding_rounds, "situation_of", noting)
    drive(hidden=(16,), epochs=2)
    assert asked == [20, 40]


def test_looks_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    look = layer_figures.look_at_layers

    def noting(*arguments: Any, **values: Any) -> Any:
        looked.append(values["step"])
        return look(*arguments, **values)

    monkeypatch.setattr(finding_rounds, "look_at_layers", noting)
    monkeypatch.setattr(finding_rounds, "IMAGES_BETWEEN", 3000)
    monkeypatch.setattr(finding_rounds, "STEPS_BETWEEN", 200)
    drive(hidden=(16,), epochs=45)
    # Of 20 steps an epoch, each of 10 images.
    assert looked == [200, 400, 700]


def test_a_changed_loss_function_has_a_beginning_of_its_own() -> None:
    driven = Driven(RunConfig.parse({**STUCK, "learning_rate": 0.005, "epochs": 6}))
    driven.do(commands.Start(), answer=when_step(80, commands.Change({"loss": "mse"})))
    run = driven.session.run
    assert run is not None
    situation = finding_rounds.situation_of(run, (20,) * 10)
    assert [item.epoch for item in situation.measurements] == [3, 4, 5, 6]
    assert situation.changed_step == 80
    assert situation.chance == pytest.approx(0.09)


def test_the_scores_are_those_of_the_test_images() -> None:
    driven, told = drive(hidden=(16,), epochs=2, learning_rate=0.003)
    run = driven.session.run
    assert run is not None
    score = run.findings.scores[-1]
    data = run.trainer.data
    with torch.no_grad():
        predicted = run.trainer.model(data.test_images).argmax(dim=1)
    accuracy = only(told, events.EpochFinished)[-1].measurement.test_accuracy
    assert score.correct.sum() / score.total.sum() == pytest.approx(accuracy)
    for index in range(10):
        own = data.test_labels == index
        assert score.total[index] == int(own.sum())
        assert score.correct[index] == int((own & (predicted == index)).sum())
