"""`netviz train --out` keeps its run safe: killed, or with the disk full, it can be continued."""

import sys
from pathlib import Path

import pytest

from netviz.cli.progress_report import Report
from netviz.cli.train import HeadlessRun, TrainOptions
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.events import Event
from netviz.engine.session import batch_meter, run_keeper
from netviz.engine.storage.run_summary import RUN_FILE, summarise
from tests.end_to_end.test_cli import ended, netviz, started
from tests.engine.conftest import replace_sample
from tests.support import wait_for_autosave

SMALL = ("--hidden", "16", "--device", "cpu", "--threads", "1", "--json")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_run_goes_on_from_its_folder(tmp_path: Path) -> None:
    with started("train", *SMALL, "--epochs", "100000", "--out", str(tmp_path)) as process:
        assert process.stdout is not None
        for _ in process.stdout:
            if (tmp_path / RUN_FILE).exists():
                break
        process.kill()
        ended(process)
    kept = summarise(tmp_path)
    assert kept.step > 0
    epochs = kept.epoch + 1
    done = netviz("train", "--resume", str(tmp_path), "--epochs", str(epochs), "--json")
    assert done.status == 0, done.err
    assert [line["epoch"] for line in done.lines if line["event"] == "epoch"][-1] == epochs
    assert summarise(tmp_path).epoch == epochs
    assert {path.name for path in tmp_path.iterdir()} >= {"metrics.csv", "model.safetensors"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_fills_up_loses_only_what_came_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    replace_sample(monkeypatch.setitem)
    monkeypatch.setattr(batch_meter, "REPORT_INTERVAL_S", 0.0)
    for name in ("AUTOSAVE_INTERVAL_S", "MAX_AUTOSAVE_INTERVAL_S"):
        monkeypatch.setattr(run_keeper, name, 0.0)
    kept: list[int] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    class FillsTheDisk(Report):
        def tell(self, event: Event, lane: str = "") -> None:
            if isinstance(event, events.EpochFinished) and event.measurement.epoch == 2:
                wait_for_autosave()
                kept.append(summarise(tmp_path).step)
                resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))

    config = RunConfig(hidden=(16,), epochs=4, device="cpu", threads=1)
    try:
        outcome = HeadlessRun(TrainOptions(config, out=tmp_path)).run(FillsTheDisk())
        wait_for_autosave()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert outcome.state == "failed"
    assert "could not be written" in outcome.message
    assert kept
    assert 0 < kept[0] <= 40
    assert summarise(tmp_path).step == kept[0]
    options = TrainOptions(config, resume=tmp_path).resumed()
    assert HeadlessRun(options).run(Report()).state == "finished"
    assert summarise(tmp_path).epoch == 4
