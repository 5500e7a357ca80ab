"""A window that is closed in the midst of something: it ends in time, and well."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from netviz.engine.catalogue import CATALOGUE
from netviz.engine.storage.run_file import unpack
from netviz.engine.storage.run_summary import RUN_FILE
from tests.end_to_end.closing_child import STAGES
from tests.engine.datasets.mirror_server import MirrorServer

LIMIT_S = 3.0


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A mirror of MNIST that falls silent after the first block and stays connected."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = MirrorServer()
    server.files = {file.name: bytes(file.size_bytes) for file in CATALOGUE["mnist"].files}
    yield server.url("begins")
    server.close()


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize(
    "stage",
    ["shown", "loading", "preparing", "prepared", "progressed", "epoch_finished", *STAGES],
)
def test_a_window_closed_at_any_stage_ends_well(stage: str, home: Path, mirror: str) -> None:
    child = Path(__file__).with_name("closing_child.py")
    with subprocess.Popen(
        [sys.executable, child, stage, home / "run", mirror],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            closing = process.stdout.readline()
            began = monotonic()
            _, errors = process.communicate(timeout=30)
            took_s = monotonic() - began
        finally:
            process.kill()
    assert (closing, process.returncode) == ("closing\n", 0), errors
    assert took_s < LIMIT_S
    assert not list(home.rglob("crash-*.txt"))
    assert not list(home.rglob("*.part*"))
    for file in home.rglob(RUN_FILE):
        assert unpack(file).snapshot.step > 0
    assert "end: status 0" in next(home.rglob("netviz.log")).read_text("utf-8")
