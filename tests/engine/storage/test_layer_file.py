"""The record of the layers in a run's file: the same after it was opened, or left out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.layer_record import LayerRecord
from netviz.engine.run.run import Run
from netviz.engine.storage.layer_file import layer_tensors, read_layers
from netviz.engine.storage.run_folder import read_run
from tests.engine.session.portraits import differences, plain
from tests.engine.storage.run_files import rewrite, without_layers
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "layers_at_every_step")


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    """A run of 30 steps."""
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(30, commands.Pause()))
    return driven


def run_of(driven: Driven) -> Run:
    run = driven.session.run
    assert run is not None
    return run


def same(one: LayerRecord, other: LayerRecord) -> bool:
    return not differences(plain(one), plain(other))


def test_the_record_is_the_same_after_it_was_saved_and_opened(
    driven: Driven, tmp_path: Path
) -> None:
    before = run_of(driven).layers
    driven.do(commands.Save(tmp_path))
    other = Driven()
    (opened,) = only(other.do(commands.Open(tmp_path)), events.Opened)
    assert same(run_of(other).layers, before)
    assert not opened.lacks_layers
    assert len(before.rows) == 31


def test_gaps_are_kept(driven: Driven) -> None:
    rows = run_of(driven).layers.rows
    record = LayerRecord(("1", "3"), (*rows[:9], *rows[20:]), ((8, 19),))
    assert same(read_layers(layer_tensors(record), 30), record)


def of_another_network(record: dict[str, Any], _: Any) -> None:
    items = record["state"]["layers"]["dict"]
    record["state"]["layers"]["dict"] = [
        [key, {"list": ["1", "other"]} if key == "names" else value] for key, value in items
    ]


def without_a_tensor(_: Any, tensors: dict[str, torch.Tensor]) -> None:
    del tensors["layers/weights_counts"]


def no_tree(record: dict[str, Any], _: Any) -> None:
    record["state"]["layers"] = {"dict": [[[], 1]]}


@pytest.mark.parametrize("change", [without_layers, of_another_network, without_a_tensor, no_tree])
def test_a_run_without_the_record_or_with_a_damaged_one_goes_on_and_says_so(
    driven: Driven, tmp_path: Path, change: Any
) -> None:
    driven.do(commands.Save(tmp_path))
    rewrite(tmp_path, change)
    other = Driven()
    (opened,) = only(other.do(commands.Open(tmp_path)), events.Opened)
    assert opened.lacks_layers
    assert [row.step for row in run_of(other).layers.rows] == [0]
    assert run_of(other).layers.gaps == ((0, 30),)
    told = losses(other.do(commands.Start()))
    assert told == {s: v for s, v in losses(driven.do(commands.Start())).items() if s > 30}
    record = run_of(other).layers
    assert [row.step for row in record.rows] == [0, *range(31, 61)]
    assert record.gaps == ((0, 30),)
    again = Driven()
    other.do(commands.Save(tmp_path))
    (opened,) = only(again.do(commands.Open(tmp_path)), events.Opened)
    assert same(run_of(again).layers, record)
    assert not opened.lacks_layers  # most of it is there


HARMS: dict[str, Any] = {
    "empty": lambda tensor: tensor[:0],
    "shorter": lambda tensor: tensor[:-1],
    "deeper": lambda tensor: tensor[None],
    "halves": lambda tensor: tensor.to(torch.float16),
    "negative": lambda tensor: -1 - tensor.abs(),
    "turned": lambda tensor: tensor.flip(-1),
    "no tensor": lambda tensor: tensor.tolist(),
    "missing": lambda tensor: None,
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize(
    "name",
    [
        *("steps", "weights_counts", "weights_ranges", "biases_counts", "biases_ranges"),
        *("norms", "unclipped_norms", "update_ratios", "gaps", "names"),
    ],
)
def test_damage_to_any_part_leaves_the_whole_out(driven: Driven, name: str, harm: str) -> None:
    rows = run_of(driven).layers.rows
    tensors = layer_tensors(LayerRecord(("1", "3"), (*rows[:9], *rows[20:]), ((8, 19),)))
    if name == "names":
        tensors[name] = [1, 2] if harm == "no tensor" else tensors[name][:-1]
    else:
        tensors[name] = HARMS[harm](tensors[name])
    is_plausible = harm == "turned" and name not in ("steps", "gaps", "names")
    if is_plausible and not name.endswith("ranges"):
        read_layers(tensors, 30)
    elif (name, harm) in (("gaps", "empty"), ("gaps", "shorter")):
        assert read_layers(tensors, 30).gaps == ()
    else:
        with pytest.raises(ValueError):  # noqa: PT011 - which part it is, is all it says
            read_layers(tensors, 30)


@pytest.mark.parametrize(
    ("gaps", "last_step"),
    [
        (((8, 21),), 30),
        (((19, 8),), 30),
        (((8, 19), (5, 6)), 30),
        (((8, 19),), 29),
        (((-4, 0),), 30),
    ],
)
def test_gaps_and_steps_that_cannot_be_are_refused(
    driven: Driven, gaps: tuple[tuple[int, int], ...], last_step: int
) -> None:
    rows = run_of(driven).layers.rows
    record = LayerRecord(("1", "3"), (*rows[:9], *rows[20:]), gaps)
    with pytest.raises(ValueError, match=r"gaps|steps"):
        read_layers(layer_tensors(record), last_step)


def test_the_record_comes_back_from_an_autosave(config: RunConfig, tmp_path: Path) -> None:
    driven = Driven(config, autosaves=tmp_path)
    driven.do(commands.Start(), answer=when_step(25, commands.Pause()))
    driven.do(commands.Close())
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    saved = read_run(folder).layers
    assert saved is not None
    assert same(saved, run_of(driven).layers)
    assert [row.step for row in saved.rows] == list(range(26))


def test_what_is_read_cannot_be_changed(driven: Driven, tmp_path: Path) -> None:
    driven.do(commands.Save(tmp_path))
    saved = read_run(tmp_path).layers
    assert saved is not None
    with pytest.raises(ValueError, match="read-only"):
        np.add(saved.rows[3].weights.counts, 1, out=saved.rows[3].weights.counts)
