"""A saved run names a Python file: it is run only if the user himself chose it as it is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from netviz import paths
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.storage.run_summary import META_KEY, read_record, run_file
from tests.support import Driven, losses, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

NETWORK = """
from pathlib import Path
from torch import nn

Path({trace!r}).touch()

def Net():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
"""


class OwnRun:
    """A run with a network in a Python file, saved after its last epoch."""

    def __init__(self, config: RunConfig, folder: Path) -> None:
        self.trace, self.file, self.folder = folder / "trace", folder / "net.py", folder / "run"
        self.file.write_text(NETWORK.format(trace=str(self.trace)))
        driven = Driven(config.with_changes({"model": f"{self.file}:Net", "epochs": 1}))
        driven.do(commands.Start())
        driven.do(commands.Save(self.folder))
        self.losses = losses(driven.events)
        self.trace.unlink()


@pytest.fixture
def own(config: RunConfig, tmp_path: Path) -> OwnRun:
    return OwnRun(config, tmp_path)


def changed(own: OwnRun) -> None:
    own.file.write_text(own.file.read_text() + "\n# another line\n")


def from_elsewhere(own: OwnRun) -> None:
    """As if another user had made the run and the file, with whatever record he likes."""
    for file in (paths.state_dir() / "trusted").iterdir():
        file.unlink()


def moved(own: OwnRun) -> None:
    """The file is another one of the same name."""
    own.file.rename(own.file.with_name("old.py"))
    own.file.write_text(NETWORK.format(trace=str(own.trace)) + "\nprint('hello')\n")


def test_a_file_that_the_user_chose_is_run_again(own: OwnRun) -> None:
    driven = Driven()
    (opened,) = only(driven.do(commands.Open(own.folder)), events.Opened)
    assert own.trace.exists()
    assert opened.progress is not None
    assert losses([opened.progress]) == own.losses


@pytest.mark.parametrize("happened", [changed, from_elsewhere, moved])
def test_any_other_is_not_run_before_the_user_agrees_and_then_is_known(
    own: OwnRun, happened: Callable[[OwnRun], None]
) -> None:
    happened(own)
    driven = Driven()
    (refused,) = driven.do(commands.Open(own.folder))
    assert isinstance(refused, events.Refused)
    assert not own.trace.exists()
    assert f"the code in {own.file} would be run" in refused.message
    assert refused.consent == commands.Open(own.folder, trust_model=True)

    assert only(driven.do(refused.consent), events.Opened)
    assert own.trace.exists()
    assert only(Driven().do(commands.Open(own.folder)), events.Opened)


@pytest.mark.parametrize(
    "where", [("config",), ("initial_config",), ("config", "initial_config")], ids="+".join
)
def test_a_record_that_was_changed_by_hand_runs_nothing_either(
    config: RunConfig, tmp_path: Path, where: tuple[str, ...]
) -> None:
    """A reset would run the file of the settings in force, opening that of the first ones."""
    driven = Driven(config)
    driven.do(commands.Step())
    driven.do(commands.Save(tmp_path / "run"))
    file, stranger = run_file(tmp_path / "run"), tmp_path / "stranger.py"
    stranger.write_text(NETWORK.format(trace=str(tmp_path / "trace")))
    record = read_record(file)
    for settings in where:
        record[settings]["model"] = f"{stranger}:Net"
    save_file(load_file(file), file, {META_KEY: json.dumps(record)})
    told = driven.do(commands.Open(tmp_path / "run"))
    asks = f"the code in {stranger} would be run"
    said = asks if len(where) == 2 else "model cannot have changed since step 0"
    assert said in only(told, events.Refused)[0].message
    driven.do(commands.Reset())
    assert not (tmp_path / "trace").exists()


def test_a_file_that_is_gone_is_said_to_be(own: OwnRun) -> None:
    own.file.unlink()
    refused = only(Driven().do(commands.Open(own.folder)), events.Refused)[-1]
    assert refused.message == f"{own.file} cannot be read: No such file or directory."
    assert refused.consent is None


def test_a_run_of_layers_never_asks(config: RunConfig, tmp_path: Path) -> None:
    Driven(config).do(commands.Step(), commands.Save(tmp_path / "run"))
    assert only(Driven().do(commands.Open(tmp_path / "run")), events.Opened)
    assert not (paths.state_dir() / "trusted").exists()
