"""A run file made or changed by hand: it opens and trains, or one sentence says why it cannot."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from netviz.engine.errors import StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import Measurement, State
from netviz.engine.run.run import Run
from netviz.engine.storage.run_folder import open_run, read_run, save_run
from netviz.engine.storage.run_summary import META_KEY, RUN_FILE, summarise
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU, some_digits
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

Record = dict[str, Any]
UNTRAINED = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)
OPTIMIZERS = ["adam", "sgd", "rmsprop", "nadam"]
ODD_VALUES = [
    *(None, True, -1, 0, 1, 10**9, 10**30, -5, 0.5, -0.5, 1e308, float("nan"), float("inf")),
    *("", "x", "1", [], [1], {}, {"x": 1}, {"tensor": "nowhere"}, {"list": 3}, {"dict": [[[], 1]]}),
    *({"tuple": [{"tensor": "sampler/order"}]}, {"tensor": "model/1.weight"}),
]


@cache
def saved(optimizer: str) -> tuple[Record, dict[str, torch.Tensor]]:
    """The record and the tensors of a run of 30 steps."""
    config = RunConfig.parse(
        {"hidden": (8,), "device": "cpu", "threads": 1, "optimizer": optimizer, "momentum": 0.5}
    )
    run = Run(1, Trainer(config, digits(), CPU), UNTRAINED)
    for step in range(1, 31):
        run.history.extend(step, run.trainer.train_batch().loss, 0.001)
        if step == 20:
            run.change(config.with_changes({"learning_rate": 0.01, "accumulate": 3}))
    with TemporaryDirectory() as folder:
        save_run(run.sound_record(), Path(folder))
        return read(Path(folder))


@cache
def digits() -> DeviceData:
    return DeviceData.of(some_digits(), CPU)


def read(folder: Path) -> tuple[Record, dict[str, torch.Tensor]]:
    content = (folder / RUN_FILE).read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    return json.loads(header["__metadata__"][META_KEY]), load(content)


def write(folder: Path, record: Record, tensors: dict[str, torch.Tensor]) -> None:
    (folder / RUN_FILE).write_bytes(save(tensors, {META_KEY: json.dumps(record)}))


def opened(folder: Path) -> Run:
    """Open the run as a session does; raises `StorageError`."""
    summarise(folder)
    record = read_run(folder)
    return open_run(record, 1, Trainer(record.initial_config, digits(), CPU))


def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each value in a record."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in items:
        found.append((*before, key))
        if isinstance(item, dict | list):
            found += places(item, (*before, key))
    return found


def damaged(record: Record, place: tuple[Any, ...], harm: str, value: Any) -> Record:
    record = copy.deepcopy(record)
    around: Any = record
    for key in place[:-1]:
        around = around[key]
    if harm == "removed":
        del around[place[-1]]
    elif harm == "repeated" and isinstance(around, list):
        around.append(around[place[-1]])
    else:
        around[place[-1]] = value
    return record


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_the_record_is_one_sentence_or_none_at_all(
    data: st.DataObject, tmp_path: Path
) -> None:
    record, tensors = saved(data.draw(st.sampled_from(OPTIMIZERS)))
    place = data.draw(st.sampled_from(places(record)))
    harm = data.draw(st.sampled_from(["replaced", "replaced", "removed", "repeated"]))
    value = data.draw(st.sampled_from(ODD_VALUES))
    write(tmp_path, damaged(record, place, harm, value), tensors)
    goes_on_or_is_refused(tmp_path)


TENSOR_HARMS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "empty": lambda tensor: tensor[:0] if tensor.dim() else tensor.reshape(1)[:0],
    "longer": lambda tensor: torch.cat([tensor.reshape(-1)] * 2),
    "flat": lambda tensor: tensor.reshape(-1),
    "whole numbers": lambda tensor: tensor.to(torch.int32),
    "halves": lambda tensor: tensor.to(torch.float16),
    "switches": lambda tensor: tensor.to(torch.bool),
    "negative": lambda tensor: -1 - tensor if tensor.dtype != torch.uint8 else tensor * 0,
}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_a_tensor_is_one_sentence_or_none_at_all(
    data: st.DataObject, tmp_path: Path
) -> None:
    record, tensors = saved(data.draw(st.sampled_from(OPTIMIZERS)))
    name = data.draw(st.sampled_from(sorted(tensors)))
    harm = data.draw(st.sampled_from(sorted(TENSOR_HARMS)))
    write(tmp_path, record, {**tensors, name: TENSOR_HARMS[harm](tensors[name]).contiguous()})
    goes_on_or_is_refused(tmp_path)


def goes_on_or_is_refused(folder: Path) -> None:
    refused: list[StorageError] = []
    try:
        run = opened(folder)
    except StorageError as error:
        refused.append(error)
    if refused:
        assert refused[0].message.endswith(".")
        assert refused[0].hint
        return
    assert run.current_epoch >= 1
    for _ in range(3):
        run.trainer.train_batch()


def set_in(record: Record, place: str, value: Any) -> Record:
    keys: list[Any] = [int(key) if key.isdigit() else key for key in place.split(".")]
    return damaged(record, tuple(keys), "replaced", value)


BY_HAND = {
    "position": lambda record: set_in(
        record, "state.sampler.dict", position_of(record, {"list": []})
    ),
    "threads": lambda record: set_in(record, "threads", 10**9),
    "epoch": lambda record: set_in(record, "epoch", -5),
    "step": lambda record: set_in(record, "step", "30"),
    "measurements": lambda record: set_in(record, "measurements", []),
    "accuracy": lambda record: set_in(record, "measurements.0.test_accuracy", 40),
    "option": lambda record: set_in(record, "ledger.0.option", "teleport"),
}


def position_of(record: Record, value: Any) -> list[Any]:
    items = record["state"]["sampler"]["dict"]
    return [[key, value if key == "position" else item] for key, item in items]


@pytest.mark.parametrize("harm", BY_HAND.values(), ids=BY_HAND)
def test_the_session_refuses_it_and_the_run_at_hand_goes_on(
    config: RunConfig, tmp_path: Path, harm: Callable[[Record], Record]
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(25, commands.Pause()))
    driven.do(commands.Change({"learning_rate": 0.01}))
    driven.do(commands.Step(), commands.Save(tmp_path))
    record, tensors = read(tmp_path)
    write(tmp_path, harm(record), tensors)
    (refused,) = only(driven.do(commands.Open(tmp_path)), events.Refused)
    assert "is broken or no saved run" in refused.message
    assert "unexpected" not in refused.message
    driven.do(commands.Start())
    assert driven.state is State.FINISHED
    assert len(losses(driven.events)) == 60


IN_THE_RECORD = {
    **{name: harm for name, harm in BY_HAND.items() if name != "position"},
    "old": lambda record: set_in(record, "ledger.0.old", "fast"),
    "new": lambda record: set_in(record, "ledger.0.new", -1.0),
    "share": lambda record: set_in(record, "measurements.0.train_accuracy", 1.5),
    "time": lambda record: set_in(record, "tally.seconds", -1.0),
    "text": lambda record: set_in(record, "tally.samples", "10"),
    "cores": lambda record: set_in(record, "threads", -1),
    "waiting": lambda record: set_in(record, "summed", record["step"] + 1),
    "epochs": lambda record: set_in(record, "epoch", record["step"] + 1),
    "past": lambda record: set_in(record, "measurements.0.step", record["step"] + 1),
    "change": lambda record: set_in(record, "ledger.0.step", record["step"] + 1),
    "measured": lambda record: set_in(record, "measurements.0.epoch", record["epoch"] + 1),
    "twice": lambda record: set_in(record, "measurements", record["measurements"] * 2),
    "data set": lambda record: set_in(record, "config.dataset", "mnist"),
}


@pytest.mark.parametrize("harm", IN_THE_RECORD.values(), ids=IN_THE_RECORD)
def test_what_the_record_says_is_checked_before_any_tensor_is_read(
    tmp_path: Path, harm: Callable[[Record], Record]
) -> None:
    record, tensors = saved("adam")
    write(tmp_path, record, tensors)
    assert summarise(tmp_path).step == 30
    write(tmp_path, harm(record), {})
    with pytest.raises(StorageError, match="is broken or no saved run"):
        summarise(tmp_path)


@pytest.mark.parametrize(
    ("position", "order"),
    [
        (-1, None),
        (201, None),
        (10**9, None),
        (0, []),
        (199, []),
        (0, [0] * 200),
        (9, range(1, 201)),
    ],
)
def test_an_order_of_the_images_that_cannot_be_is_refused(
    tmp_path: Path, position: int, order: list[int] | None
) -> None:
    record, tensors = saved("adam")
    record = set_in(record, "state.sampler.dict", position_of(record, position))
    if order is not None:
        tensors = {**tensors, "sampler/order": torch.tensor(order, dtype=torch.int64)}
    write(tmp_path, record, tensors)
    with pytest.raises(StorageError, match="order in which the run shows its training images"):
        opened(tmp_path)


@pytest.mark.parametrize("name", ["model/1.weight", "gradients/1.weight"])
@pytest.mark.parametrize("harm", ["halves", "flat", "longer", "empty"])
def test_weights_and_gradients_of_another_kind_are_refused(
    tmp_path: Path, name: str, harm: str
) -> None:
    record, tensors = saved("adam")
    write(tmp_path, record, {**tensors, name: TENSOR_HARMS[harm](tensors[name]).contiguous()})
    with pytest.raises(StorageError, match=r"does not fit the run's network .*1\.weight is"):
        opened(tmp_path)


def test_a_run_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / RUN_FILE).mkdir()
    with pytest.raises(StorageError, match=r"run\.safetensors cannot be read: "):
        summarise(tmp_path)


def test_what_a_later_version_adds_is_left_alone(tmp_path: Path) -> None:
    record, tensors = saved("adam")
    write(tmp_path, {**record, "weather": "fine"}, tensors)
    assert opened(tmp_path).trainer.step == 30
