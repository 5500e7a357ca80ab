"""What goes into a run file comes out of it, value by value; what none can hold is named."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from netviz.engine.errors import StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.record import RunRecord
from netviz.engine.run.run import Run
from netviz.engine.storage.run_file import pack, unpack
from netviz.engine.storage.run_summary import RUN_FILE
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU, some_digits

UNTRAINED = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)

tensors = st.builds(
    lambda shape, kind: torch.arange(8)[: shape[0] * shape[1]].reshape(shape).to(kind),
    st.sampled_from([(0, 3), (1, 1), (2, 4), (4, 2)]),
    st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool]),
)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
values = st.recursive(
    plain | tensors,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.integers(0, 9) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@cache
def record() -> RunRecord:
    config = RunConfig(hidden=(4,), device="cpu", threads=1)
    return Run(1, Trainer(config, DeviceData.of(some_digits(), CPU), CPU), UNTRAINED).sound_record()


def same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@settings(max_examples=60)
@given(values)
def test_whatever_an_optimizer_remembers_comes_back(value: Any) -> None:
    run = record()
    run = replace(run, snapshot=replace(run.snapshot, optimizer={"state": value}))
    with TemporaryDirectory() as folder:
        (Path(folder) / RUN_FILE).write_bytes(pack(run))
        assert same(unpack(Path(folder)).snapshot.optimizer, {"state": value})


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object(), [1, {"deep": 1j}]])
def test_what_a_run_file_cannot_hold_is_named(value: Any) -> None:
    run = record()
    run = replace(run, snapshot=replace(run.snapshot, model={**run.snapshot.model, "x": value}))
    with pytest.raises(StorageError, match=r"^model/x.* which a run file cannot hold"):
        pack(run)
