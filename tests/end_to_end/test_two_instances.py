"""Two processes on the same files at the same time: neither corrupts what the other writes."""

import csv
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from netviz import paths
from netviz.engine.protocol import commands, events
from netviz.engine.storage.autosave import ended_runs, find_lost
from netviz.engine.storage.run_file import SavedRun, unpack
from netviz.ui.shell.settings import Settings
from tests.end_to_end.test_cli import RUN_FILES
from tests.engine.datasets.mirror_server import MirrorServer
from tests.engine.datasets.tiny import TinyDataset, make_tiny_dataset
from tests.support import Driven, only

ROOT = Path(__file__).parents[2]


class PairServer(MirrorServer):
    """Answers a request when the other process has made the same one."""

    def __init__(self) -> None:
        super().__init__()
        self._both = threading.Barrier(2)

    def answer(self, *arguments: Any) -> None:
        self._both.wait(60)
        super().answer(*arguments)


@pytest.fixture
def tiny() -> TinyDataset:
    return make_tiny_dataset("mnist", None)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tiny: TinyDataset) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = PairServer()
    server.files.update(tiny.content)
    yield server.url("good")
    server.close()


def run_both(*arguments: str) -> list[tuple[int, str]]:
    """Run two windows on the same home, with seeds 0 and 1; their statuses and complaints."""
    command = [sys.executable, "-m", "tests.end_to_end.instance_child", *arguments]
    both = [
        subprocess.Popen([*command, seed], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for seed in ("0", "1")
    ]
    try:
        complaints = [process.communicate(timeout=100)[1] for process in both]
        return [(process.returncode, c) for process, c in zip(both, complaints, strict=True)]
    finally:
        for process in both:
            process.kill()


def assert_of_one_run(folder: Path) -> SavedRun:
    """All files of the folder are there, whole, and of the same run at the same step."""
    assert {path.name for path in folder.iterdir()} == RUN_FILES
    saved = unpack(folder)
    assert json.loads((folder / "config.json").read_text()) == saved.initial_config.model_dump(
        mode="json"
    )
    with (folder / "metrics.csv").open(newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert losses == saved.history.losses.tolist()
    assert len(losses) == saved.snapshot.step
    weights = load_file(folder / "model.safetensors")
    for name, tensor in saved.snapshot.model.items():
        assert np.array_equal(weights[name], tensor.numpy())
    return saved


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_two_windows_share_cache_run_folder_and_state(
    tmp_path: Path, mirror: str, tiny: TinyDataset
) -> None:
    for status, complaints in run_both(str(tmp_path / "run"), mirror):
        assert (status, complaints) == (0, "")
    assert_of_one_run(tmp_path / "run")
    assert list(tmp_path.iterdir()) == [tmp_path / "run"]

    cache = paths.data_dir() / tiny.info.folder
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == tiny.content

    root = paths.state_dir() / "autosave"
    assert find_lost(root) is None
    folders = ended_runs(root)
    assert {unpack(folder).initial_config.seed for folder in folders} == {0, 1}
    for folder in folders:
        (opened,) = only(Driven().do(commands.Open(folder)), events.Opened)
        assert opened.progress is not None
    assert Settings().problem == ""
    assert not list(paths.state_dir().glob("crash-*"))
    log = (paths.state_dir() / "netviz.log").read_text("utf-8")
    assert log.count("end: status 0") == 2
