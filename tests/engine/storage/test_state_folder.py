"""States in files: the same to the bit, there as long as they are wanted, and gone after that."""

import errno
import gc
import io
import os
import shutil
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.errors import StorageError
from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.storage import state_folder
from netviz.engine.storage.state_folder import StateFolder, StoredSnapshot
from netviz.engine.storage.tensor_parts import read_parts, write_parts
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer
from tests.engine.conftest import CPU, some_digits
from tests.engine.session.own_networks import written
from tests.engine.storage.disk import files_limited_to

NETWORKS: dict[str, dict[str, Any]] = {
    "mlp": {"hidden": (16,)},
    "buffers": {"model": "layers", "layers": ("conv 3 3", "batchnorm", "relu", "flatten")},
    "dropout": {"model": "layers", "layers": ("flatten", "linear 12", "dropout 0.3")},
}
_DTYPES = (
    torch.float32,
    torch.float64,
    torch.bfloat16,
    torch.float16,
    torch.complex64,
    torch.int64,
    torch.uint8,
    torch.bool,
    torch.float8_e4m3fn,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder in which processes have theirs."""
    return tmp_path / "states"


@pytest.fixture
def folder(root: Path) -> StateFolder:
    return StateFolder(root)


def trained(config: RunConfig, steps: int = 5) -> Trainer:
    trainer = Trainer(config, DeviceData.of(some_digits(), CPU), CPU)
    for _ in range(steps):
        trainer.train_batch()
    return trainer


def exactly(value: Any) -> Any:
    """Turn a snapshot into types and texts, so that nothing equals what is not the same."""
    if isinstance(value, torch.Tensor):
        numbers = value.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        return "tensor", str(value.dtype), tuple(value.shape), str(value.device), numbers
    if isinstance(value, Snapshot):
        return {name: exactly(item) for name, item in vars(value).items()}
    if isinstance(value, dict):
        return type(value).__name__, [(key, exactly(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value).__name__, [exactly(item) for item in value]
    return type(value).__name__, repr(value)


def stored(folder: StateFolder, snapshot: Snapshot) -> StoredSnapshot:
    written = folder.write(snapshot)
    assert written is not None, folder.problem
    return written


def files(root: Path) -> list[Path]:
    return sorted(root.glob("*/*.state"))


# -- the same to the bit -------------------------------------------------------------------------


@given(
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    network=st.sampled_from(sorted(NETWORKS)),
    steps=st.integers(0, 30),
    momentum=st.sampled_from((0.0, 0.9)),
    accumulate=st.sampled_from((1, 3)),
    schedule=st.sampled_from(("constant", "cosine", "plateau")),
    augment_noise=st.sampled_from((0.0, 0.1)),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_state_is_read_as_it_was_and_what_follows_is_the_same(
    network: str, steps: int, root: Path, config: RunConfig, **options: Any
) -> None:
    folder = StateFolder(root)
    trainer = trained(config.with_changes(NETWORKS[network] | options), steps)
    trainer.note_test_loss(1.5)
    snapshot = trainer.snapshot()
    before = exactly(snapshot)
    read = stored(folder, snapshot).read()
    assert exactly(read) == before
    ways = []
    for state in (snapshot, read):
        trainer.restore(state)
        losses = [trainer.train_batch().loss for _ in range(25)]
        ways.append((exactly(losses), exactly(trainer.snapshot())))
    assert ways[0] == ways[1]
    folder.close()


@pytest.mark.parametrize("name", ["shares a layer", "counts in a buffer", "never uses a layer"])
def test_the_state_of_a_network_of_ones_own_is_read_as_it_was(
    name: str, folder: StateFolder, config: RunConfig, tmp_path: Path
) -> None:
    config = config.with_changes({"model": written(tmp_path, [name])})
    snapshot = trained(config, 25).snapshot()
    assert exactly(stored(folder, snapshot).read()) == exactly(snapshot)


_SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)
_TENSORS = st.builds(
    lambda dtype, shape, seed: (
        torch.randint(0, 256, (*shape, dtype.itemsize), dtype=torch.uint8)
        .add_(seed)
        .view(dtype)
        .reshape(shape)
        if dtype is not torch.bool
        else torch.randint(0, 2, shape).bool()
    ),
    st.sampled_from(_DTYPES),
    _SHAPES,
    st.integers(0, 255),
)
_LEAVES = _TENSORS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
_VALUES = st.recursive(
    _LEAVES,
    lambda items: (
        st.lists(items, max_size=4)
        | st.lists(items, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=2) | st.integers(0, 3), items, max_size=4)
        | st.dictionaries(st.text(max_size=2), items, max_size=3).map(OrderedDict)
    ),
    max_leaves=20,
)


@given(first=_VALUES, second=_VALUES)
@settings(deadline=None)
def test_whatever_tensors_are_in_is_read_as_it_was(first: Any, second: Any) -> None:
    for value, like in ((first, None), (second, first), (first, first)):
        stream = io.BytesIO()
        known = write_parts(like, io.BytesIO()) if like is not None else None
        parts = write_parts(value, stream, known)
        read = read_parts(parts, io.BufferedReader(io.BytesIO(stream.getvalue())))
        assert exactly(read) == exactly(value)


def test_tensors_that_do_not_lie_row_by_row_and_views_are_read_by_their_numbers() -> None:
    whole = torch.arange(24.0).reshape(2, 3, 4)
    values = [
        whole.transpose(0, 2),
        whole[:, 1],
        whole.expand(5, 2, 3, 4),
        torch.nn.Parameter(whole),
        torch.view_as_complex(torch.randn(3, 2)).conj(),
        whole[..., None].contiguous(memory_format=torch.channels_last),
    ]
    stream = io.BytesIO()
    parts = write_parts(values, stream)
    read = read_parts(parts, io.BufferedReader(io.BytesIO(stream.getvalue())))
    assert all(map(torch.equal, read, values))


def test_what_torch_notes_of_the_versions_of_modules_is_kept(
    folder: StateFolder, config: RunConfig
) -> None:
    snapshot = trained(config.with_changes(NETWORKS["buffers"])).snapshot()
    read = stored(folder, snapshot).read()
    assert vars(read.model) == vars(snapshot.model) != {}


# -- as long as it is wanted ---------------------------------------------------------------------


def test_the_states_of_an_epoch_have_one_file_of_the_order_in_common(
    folder: StateFolder, root: Path, config: RunConfig
) -> None:
    trainer = trained(config, 1)
    kept = []
    for _ in range(3):
        trainer.train_batch()
        kept.append(stored(folder, trainer.snapshot()))
    assert len(files(root)) == 4
    assert folder.size == sum(file.stat().st_size for file in files(root))
    order = trainer.snapshot().sampler["order"]
    assert {each.files[1].size for each in kept} == {order.nbytes}
    assert len({id(each.files[1]) for each in kept}) == 1
    while not trainer.sampler.epoch_done:
        trainer.train_batch()
    trainer.train_batch()
    kept.append(stored(folder, trainer.snapshot()))
    assert len(files(root)) == 6
    del kept[:2]
    assert len(files(root)) == 4
    assert exactly(kept[0].read().sampler["order"]) == exactly(order)


def test_a_file_goes_with_its_state(folder: StateFolder, root: Path, config: RunConfig) -> None:
    kept: list[StoredSnapshot] = [stored(folder, trained(config, n).snapshot()) for n in (3, 4)]
    assert len(files(root)) == 4
    kept.clear()
    assert files(root) == []
    assert folder.size == 0


def test_nothing_is_made_before_there_is_something_to_write(
    folder: StateFolder, root: Path
) -> None:
    folder.remove_left()
    folder.close()
    assert not root.exists()


def test_at_the_end_nothing_is_left(folder: StateFolder, root: Path, config: RunConfig) -> None:
    kept = stored(folder, trained(config).snapshot())
    folder.close()
    assert list(root.iterdir()) == []
    assert not kept.is_there
    with pytest.raises(StorageError, match=r"state of step 5 cannot be read"):
        kept.read()
    del kept


def test_one_that_was_cut_off_or_taken_away_is_not_there(
    folder: StateFolder, root: Path, config: RunConfig
) -> None:
    kept = stored(folder, trained(config).snapshot())
    assert kept.is_there
    (own,) = (file for file in files(root) if file.stat().st_size == kept.files[0].size)
    os.truncate(own, 100)
    assert not kept.is_there
    with pytest.raises(StorageError, match="cut off"):
        kept.read()
    own.unlink()
    assert not kept.is_there


def test_that_of_a_process_that_lives_stays(root: Path, config: RunConfig) -> None:
    living = StateFolder(root)
    kept = stored(living, trained(config).snapshot())
    StateFolder(root).remove_left()
    assert kept.is_there
    living.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_a_killed_process_left_is_taken_away_at_the_next_start(
    root: Path, config: RunConfig
) -> None:
    living = StateFolder(root)
    kept = stored(living, trained(config).snapshot())
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.storage.killed_states_child", str(root)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode < 0, done.stderr
    assert len(files(root)) == 2 + int(done.stdout)
    StateFolder(root).remove_left()
    assert len(files(root)) == 2
    assert kept.is_there
    living.close()
    assert list(root.iterdir()) == []


# -- where there is no room ----------------------------------------------------------------------


def refused(error: OSError) -> Callable[..., Any]:
    def write(value: Any, stream: BinaryIO, like: Any = None) -> Any:
        stream.write(b"half of it")
        raise error

    return write


def test_on_a_full_disk_nothing_stays_and_the_reason_is_said(
    folder: StateFolder, root: Path, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(state_folder, "write_parts", refused(full))
    assert folder.write(trained(config).snapshot()) is None
    assert folder.problem.startswith("No state can be written to ")
    assert folder.problem.endswith(": No space left on device.")
    assert files(root) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_half_a_file_does_not_stay(folder: StateFolder, root: Path, config: RunConfig) -> None:
    snapshot = trained(config).snapshot()
    with files_limited_to(20_000):
        assert folder.write(snapshot) is None
    assert folder.problem
    gc.collect()
    assert files(root) == []
    assert exactly(stored(folder, snapshot).read()) == exactly(snapshot)


def test_the_last_of_a_disk_is_left_to_everything_else(
    folder: StateFolder, root: Path, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(root.parent).free
    monkeypatch.setattr(state_folder, "SPARED_BYTES", 2 * free)
    assert folder.write(trained(config).snapshot()) is None
    assert "MB of the disk are free" in folder.problem
    assert files(root) == []


def test_where_no_folder_can_be_made_the_reason_is_said(tmp_path: Path, config: RunConfig) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = StateFolder(tmp_path / "file" / "states")
    folder.remove_left()
    assert folder.write(trained(config).snapshot()) is None
    assert "No state can be written" in folder.problem
    folder.close()


def test_a_tensor_that_no_file_holds_is_no_error(folder: StateFolder, config: RunConfig) -> None:
    snapshot = trained(config).snapshot()
    odd = replace(snapshot, model={"weight": torch.eye(3).to_sparse()})
    assert folder.write(odd) is None
    assert folder.problem
