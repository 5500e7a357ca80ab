"""How many training images are used: an even share of each class, the same ones each time."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.datasets.dataset import Split
from netviz.engine.datasets.load import load
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from tests.engine.conftest import some_digits
from tests.engine.export.conftest import Runner, run_without_netviz
from tests.support import Driven, losses, only

__all__ = ["run_without_netviz"]

BASE = {"hidden": (8,), "epochs": 2, "device": "cpu", "threads": 1}


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=40), data=st.data())
def test_each_class_gives_the_same_share_and_all_that_it_has_where_it_is_small(
    labels: list[int], data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, len(labels)))
    split = Split(torch.arange(len(labels)), torch.tensor(labels))
    part = split.evenly(count)
    assert len(part) == count
    assert part.images.tolist() == sorted(part.images.tolist())
    assert part.labels.tolist() == [labels[place] for place in part.images]
    shares = {label: part.labels.tolist().count(label) for label in set(labels)}
    largest = max(shares.values())
    for label, share in shares.items():
        assert share >= min(labels.count(label), largest - 1)
        first = [place for place, each in enumerate(labels) if each == label][:share]
        assert [place for place in part.images.tolist() if labels[place] == label] == first


def test_fewer_images_are_among_more() -> None:
    train = load("mnist-sample").train
    few, more = train.evenly(200), train.evenly(500)
    rows = {image.numpy().tobytes() for image in more.images}
    assert torch.bincount(few.labels).tolist() == [20] * 10
    assert all(image.numpy().tobytes() in rows for image in few.images)


@pytest.mark.parametrize("size", [0, 200, 10_000])
def test_all_are_taken_where_there_are_no_more(size: int) -> None:
    digits = some_digits()
    assert digits.with_train_size(size) is digits


@pytest.mark.usefixtures("few_digits")
def test_a_run_takes_so_many_training_images_and_another_number_on_reset() -> None:
    driven = Driven(RunConfig.parse({**BASE, "train_size": 50}))
    for size in (0, 30):
        driven.do(commands.Reset({"train_size": size}))
    told = only(driven.events, events.Prepared)
    assert [(each.train_count, each.test_count) for each in told] == [(50, 40), (200, 40), (30, 40)]


@pytest.mark.usefixtures("few_digits")
def test_a_saved_run_and_its_script_learn_from_the_same_images(
    tmp_path: Path, run_without_netviz: Runner
) -> None:
    driven = Driven(RunConfig.parse({**BASE, "train_size": 50, "batch_size": 10}))
    driven.do(commands.Start())
    driven.do(commands.Export(commands.ExportKind.SCRIPT, tmp_path / "train.py"))
    driven.do(commands.Save(tmp_path / "run"))
    shown, _ = run_without_netviz(tmp_path / "train.py")
    assert shown == list(losses(driven.events).values())
    assert len(shown) == 10

    opened = Driven()
    opened.do(commands.Open(tmp_path / "run"))
    assert only(opened.events, events.Prepared)[-1].train_count == 50
