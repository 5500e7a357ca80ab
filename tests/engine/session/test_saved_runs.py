"""A run that is saved and opened goes on as if nothing had happened, and bad files harm nothing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.run_state import State
from netviz.engine.storage.run_summary import META_KEY, RUN_FILE, summarise
from tests.engine.storage.run_files import rewrite
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

SETTINGS: dict[str, dict[str, Any]] = {
    "adam": {"optimizer": "adam", "learning_rate": 0.01},
    "momentum": {"optimizer": "sgd", "momentum": 0.9, "model": "cnn", "batch_size": 20},
    "dropout": {"model": "layers", "layers": ("flatten", "linear 16", "relu", "dropout 0.5")},
    "batchnorm": {"model": "layers", "layers": ("flatten", "linear 16", "batchnorm", "relu")},
    "one-cycle": {"schedule": "one-cycle", "learning_rate": 0.01},
    "drawn": {"schedule": "custom", "points": ((0.0, 1.0), (0.7, 0.1), (2.0, 2.0))},
    "plateau": {"schedule": "plateau", "patience": 0, "gamma": 0.5},
    "accumulated": {"accumulate": 3, "clip_norm": 0.5},
    "augmented": {"augment_shift": 0.1, "augment_noise": 0.1, "normalise": True},
    "frozen": {"frozen": ("1",), "optimizer": "rmsprop", "centered": True, "momentum": 0.5},
    "another order": {"order": 3},
    "nll": {"loss": "nll", "optimizer": "nadam"},
}


def all_losses(told: list[events.Event]) -> dict[int, float]:
    """Return the losses of every step, those from before the saving too."""
    before = [opened.progress for opened in only(told, events.Opened) if opened.progress]
    return {**losses(before), **losses(told)}


def saved_at(config: RunConfig, step: int, folder: Path) -> Driven:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(step, commands.Pause()))
    driven.do(commands.Save(folder))
    return driven


@pytest.mark.parametrize("step", [20, 25], ids=["at an epoch's end", "in mid-epoch"])
@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS)
def test_a_run_goes_on_bit_for_bit_in_another_session(
    config: RunConfig, tmp_path: Path, values: dict[str, Any], step: int
) -> None:
    config = config.with_changes(values)
    undisturbed = Driven(config)
    undisturbed.do(commands.Start())
    saved_at(config, step, tmp_path / "run")
    torch.manual_seed(99)
    opened = Driven()
    told = opened.do(commands.Open(tmp_path / "run"))
    assert opened.state is State.PAUSED
    assert opened.step >= step
    told += opened.do(commands.Start())
    assert all_losses(told) == losses(undisturbed.events)
    last = [only(each, events.EpochFinished)[-1].measurement for each in (told, undisturbed.events)]
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "step", "epoch"):
        assert getattr(last[0], name) == getattr(last[1], name)


def test_what_is_opened_tells_all_that_was(config: RunConfig, tmp_path: Path) -> None:
    driven = Driven(config)
    change = commands.Change({"learning_rate": 0.01, "frozen": ("1",)})
    driven.do(commands.Start(), answer=when_step(25, change))
    driven.do(commands.Save(tmp_path / "run"))
    told = Driven().do(commands.Open(tmp_path / "run"))
    (prepared,), (opened,) = only(told, events.Prepared), only(told, events.Opened)
    (changed,) = only(driven.events, events.Changed)
    assert opened.ledger == changed.ledger
    assert prepared.config == changed.config
    assert prepared.step == 60
    assert opened.progress is not None
    np.testing.assert_array_equal(opened.progress.steps, np.arange(1, 61))
    assert all_losses(told) == losses(driven.events)
    measured = [told.measurement for told in only(driven.events, events.EpochFinished)]
    assert list(opened.measurements[1:]) == measured
    assert only(told, events.StateChanged)[-1].state is State.FINISHED


@pytest.mark.parametrize("begins_with_weights", [False, True])
def test_the_record_of_what_is_opened_is_that_of_what_was_saved(
    config: RunConfig, tmp_path: Path, begins_with_weights: bool
) -> None:
    driven = Driven(config)
    if begins_with_weights:
        path = tmp_path / "w.pth"
        driven.do(commands.RunEpoch(), commands.Export(ExportKind.WEIGHTS, path))
        driven.do(commands.LoadWeights(path))
    change = commands.Change({"learning_rate": 0.01})
    driven.do(commands.Start(), answer=when_step(5, change))
    driven.do(commands.Change({"epochs": 4}), answer=when_step(73, commands.Pause()))
    driven.do(commands.Save(tmp_path / "run"))
    opened = Driven()
    opened.do(commands.Open(tmp_path / "run"))
    here, there = driven.session.run, opened.session.run
    assert here is not None
    assert there is not None
    assert there.tally == here.tally
    assert 0 < there.tally.correct < there.tally.samples == 130
    for name in ("initial_config", "measurements", "ledger", "started_from"):
        assert getattr(there, name) == getattr(here, name)
    for name in ("steps", "losses", "learning_rates"):
        assert np.array_equal(getattr(there.history, name), getattr(here.history, name))
    assert (there.start is not None) == begins_with_weights
    for layer, weights in here.initial_weights.items():
        found = there.initial_weights[layer]
        assert found.std == weights.std
        assert np.array_equal(found.histogram.counts, weights.histogram.counts)


def test_changes_while_opening_continue_a_finished_run(config: RunConfig, tmp_path: Path) -> None:
    saved_at(config, 60, tmp_path / "run")
    undisturbed = Driven(config)
    undisturbed.do(commands.Start())
    undisturbed.do(commands.Change({"epochs": 4}))
    opened = Driven()
    told = opened.do(commands.Open(tmp_path / "run", changes={"epochs": 4}), commands.Start())
    assert (opened.state, opened.step) == (State.FINISHED, 80)
    assert all_losses(told) == losses(undisturbed.events)


def test_a_reset_after_opening_begins_with_the_same_weights(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = saved_at(config, 30, tmp_path / "run")
    opened = Driven()
    opened.do(commands.Open(tmp_path / "run"))
    told = opened.do(commands.Reset(), commands.Start(), answer=when_step(30, commands.Stop()))
    (reset,) = only(told, events.Prepared)
    assert reset.untrained == only(driven.events, events.Prepared)[0].untrained
    assert list(losses(told).values())[:30] == list(losses(driven.events).values())[:30]


def test_waiting_gradients_of_an_older_file_were_divided_already(
    config: RunConfig, tmp_path: Path
) -> None:
    config = config.with_changes({"accumulate": 4})
    undisturbed = Driven(config)
    undisturbed.do(commands.Start())
    saved_at(config, 26, tmp_path)
    file = tmp_path / RUN_FILE
    tensors = load_file(file)
    with safe_open(file, "pt") as opened:
        record = json.loads(opened.metadata()[META_KEY])
    del record["undivided"], record["trained_with"]
    divided = {n: t / 4 if n.startswith("gradients/") else t for n, t in tensors.items()}
    save_file(divided, file, {META_KEY: json.dumps(record)})
    again = Driven()
    told = again.do(commands.Open(tmp_path), commands.Start())
    assert all_losses(told) == losses(undisturbed.events)


@pytest.mark.parametrize("changes", [{}, {"order": 1}])
def test_a_file_from_before_there_were_orders_goes_on_in_that_of_its_seed(
    config: RunConfig, tmp_path: Path, changes: dict[str, Any]
) -> None:
    undisturbed = Driven(config)
    answer = when_step(25, commands.Change(changes)) if changes else None
    undisturbed.do(commands.Start(), answer=answer)
    saved_at(config, 25, tmp_path)
    rewrite(tmp_path, without_orders)
    again = Driven()
    told = again.do(commands.Open(tmp_path), commands.Change(changes), commands.Start())
    assert all_losses(told) == losses(undisturbed.events)


def without_orders(record: dict[str, Any], _: dict[str, torch.Tensor]) -> None:
    for name in ("config", "initial_config", "trained_with"):
        if record[name]:
            del record[name]["order"]


def test_a_saved_run_can_be_moved_and_saved_into_again(config: RunConfig, tmp_path: Path) -> None:
    saved_at(config, 30, tmp_path / "run")
    keepsake = tmp_path / "run" / "notes.txt"
    keepsake.write_text("mine", encoding="utf-8")
    (tmp_path / "run").rename(tmp_path / "moved")
    opened = Driven()
    opened.do(commands.Open(tmp_path / "moved"), commands.Start())
    opened.do(commands.Save(tmp_path / "moved"))
    assert summarise(tmp_path / "moved").step == 60
    assert (tmp_path / "moved" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["moved"]


def rewritten(folder: Path, **values: Any) -> None:
    """Write the run file again with parts of its record replaced."""
    content = (folder / RUN_FILE).read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    record = json.loads(header["__metadata__"][META_KEY])
    header["__metadata__"][META_KEY] = json.dumps({**record, **values})
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    body = content[8 + length :]
    (folder / RUN_FILE).write_bytes(len(head).to_bytes(8, "little") + head + body)


def cut(folder: Path) -> None:
    content = (folder / RUN_FILE).read_bytes()
    (folder / RUN_FILE).write_bytes(content[: len(content) // 2])


def empty(folder: Path) -> None:
    (folder / RUN_FILE).write_bytes(b"")


def noise(folder: Path) -> None:
    (folder / RUN_FILE).write_bytes(bytes(range(256)) * 40)


def gone(folder: Path) -> None:
    (folder / RUN_FILE).unlink()


def of_the_future(folder: Path) -> None:
    rewritten(folder, format=999)


def with_a_setting_of_the_future(folder: Path) -> None:
    values = RunConfig().model_dump()
    rewritten(folder, config={**values, "teleport": True})


def of_another_network(folder: Path) -> None:
    config = RunConfig(hidden=(17,), epochs=3, device="cpu", threads=1).model_dump()
    rewritten(folder, config=config, initial_config=config)


def without_ledger(folder: Path) -> None:
    rewritten(folder, ledger=None)


def on_other_data(folder: Path) -> None:
    content = load_file(folder / RUN_FILE)
    record = {"tensor": "sampler/generator"}
    assert "sampler/generator" in content
    rewritten(folder, state={"sampler": record})


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (cut, "is broken or no saved run"),
        (empty, "is broken or no saved run"),
        (noise, "is broken or no saved run"),
        (gone, "There is no saved run in"),
        (of_the_future, "was saved in format 999, and this NetViz reads format 1"),
        (with_a_setting_of_the_future, "teleport is no setting of a run"),
        (of_another_network, "does not fit the run's network"),
        (without_ledger, "is broken or no saved run"),
        (on_other_data, "is broken or no saved run"),
    ],
)
def test_a_run_that_cannot_be_opened_is_refused_and_the_present_one_stays(
    config: RunConfig, tmp_path: Path, harm: Any, said: str
) -> None:
    driven = saved_at(config, 25, tmp_path / "run")
    harm(tmp_path / "run")
    told = driven.do(commands.Open(tmp_path / "run"))
    (refused,) = only(told, events.Refused)
    assert said in refused.message
    assert not only(told, events.Prepared)
    driven.do(commands.Start())
    undisturbed = Driven(config)
    undisturbed.do(commands.Start())
    assert losses(driven.events) == losses(undisturbed.events)
