"""A saved run: its files say what happened, and a bad disk harms nothing."""

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from netviz.engine.network.build import build_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from tests.support import Driven, learning_rates, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    """A run of 60 steps whose learning rate and optimizer were changed after step 25."""
    driven = Driven(config)
    changes = {"learning_rate": 0.01, "optimizer": "radam"}
    driven.do(commands.Start(), answer=when_step(25, commands.Change(changes)))
    return driven


@pytest.fixture
def saved(driven: Driven, tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "first"
    told = driven.do(commands.Save(folder))
    assert told[0] == events.Saved(1, folder)
    return folder


def test_these_files_are_there_and_no_others(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == [
        "config.json",
        "epochs.csv",
        "ledger.json",
        "metrics.csv",
        "model.safetensors",
        "run.safetensors",
    ]


def test_every_step_is_there_with_its_loss_and_learning_rate(saved: Path, driven: Driven) -> None:
    steps = rows(saved / "metrics.csv")
    assert [int(row["step"]) for row in steps] == list(range(1, 61))
    told = losses(driven.events), learning_rates(driven.events)
    assert {int(row["step"]): np.float32(row["loss"]) for row in steps} == told[0]
    assert {int(row["step"]): float(row["learning_rate"]) for row in steps} == told[1]


def test_every_epoch_is_there_and_the_untrained_network(saved: Path, driven: Driven) -> None:
    epochs = [{k: float(v) for k, v in row.items()} for row in rows(saved / "epochs.csv")]
    (prepared,) = only(driven.events, events.Prepared)
    measured = [told.measurement for told in only(driven.events, events.EpochFinished)]
    assert epochs == [asdict(measurement) for measurement in (prepared.untrained, *measured)]


def test_config_and_ledger_give_the_settings_of_every_step(
    saved: Path, config: RunConfig, driven: Driven
) -> None:
    values = RunConfig.from_json((saved / "config.json").read_text(encoding="utf-8"))
    assert values == config
    ledger = json.loads((saved / "ledger.json").read_text(encoding="utf-8"))
    assert [(entry["step"], entry["option"], entry["new"]) for entry in ledger] == [
        (25, "learning_rate", 0.01),
        (25, "optimizer", "radam"),
    ]
    for entry in ledger:
        assert getattr(values, entry["option"]) == entry["old"]
        values = values.with_changes({entry["option"]: entry["new"]})
    (changed,) = only(driven.events, events.Changed)
    assert values == changed.config


def test_the_weights_are_those_that_were_measured(
    saved: Path, driven: Driven, config: RunConfig
) -> None:
    model = build_model(config, (1, 28, 28), 10)
    model.load_state_dict(load_file(saved / "model.safetensors"))
    (prepared,) = only(driven.events, events.Prepared)
    images = torch.tensor(prepared.images.test_images).float() / 255
    labels = torch.tensor(prepared.images.test_labels)
    with torch.no_grad():
        right = (model(images).argmax(dim=1) == labels).float().mean().item()
    last = only(driven.events, events.EpochFinished)[-1].measurement
    assert right == pytest.approx(last.test_accuracy)


def test_saving_in_mid_run_has_the_steps_so_far_and_changes_no_loss(
    config: RunConfig, tmp_path: Path
) -> None:
    undisturbed, driven = Driven(config), Driven(config)
    undisturbed.do(commands.Start())
    driven.do(commands.Start(), answer=when_step(33, commands.Save(tmp_path)))
    assert len(rows(tmp_path / "metrics.csv")) == 33
    assert losses(driven.events) == losses(undisturbed.events)


def test_a_second_save_takes_the_place_of_the_first(saved: Path, driven: Driven) -> None:
    driven.do(commands.Change({"epochs": 4}))
    driven.do(commands.Save(saved))
    assert len(rows(saved / "metrics.csv")) == 80
    assert len(list(saved.iterdir())) == 6


def test_a_folder_that_cannot_be_is_refused_and_the_run_goes_on(
    config: RunConfig, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    driven = Driven(config)
    told = driven.do(commands.Start(), answer=when_step(5, commands.Save(blocked)))
    (refused,) = only(told, events.Refused)
    assert "could not be written" in refused.message
    assert "another folder" in refused.hint
    assert (driven.state, driven.step) == (State.FINISHED, 60)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_for_the_weights_is_refused_and_the_old_ones_stay(
    saved: Path, driven: Driven
) -> None:
    import resource

    old = (saved / "model.safetensors").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(old) // 2, hard))
    try:
        told = driven.do(commands.Save(saved))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    (refused,) = told
    assert isinstance(refused, events.Refused)
    assert "model.safetensors could not be written" in refused.message
    assert (saved / "model.safetensors").read_bytes() == old
    assert len(list(saved.iterdir())) == 6
