"""A network of the user's own goes on bit for bit, or is refused before it is trained.

Eight random networks are tried with the other tests; how to try more is said in
docs/reliability.md.
"""

import os
import random
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.session import run_preparer
from tests.engine.session.own_networks import DOUBTFUL, EXACT, PARTS, REFUSED, written
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")

COUNT = int(os.environ.get("NETVIZ_OWN_NETWORKS", "8"))

OPTIONS = st.fixed_dictionaries(
    {
        "optimizer": st.sampled_from(["sgd", "adam", "rmsprop"]),
        "momentum": st.sampled_from([0.0, 0.9]),
        "accumulate": st.sampled_from([1, 3]),
        "normalise": st.booleans(),
        "augment_noise": st.sampled_from([0.0, 0.1]),
        "batch_size": st.sampled_from([10, 20, 50]),
        "seed": st.integers(0, 3),
    }
)


def configured(config: RunConfig, folder: Path, *parts: str, **values: Any) -> RunConfig:
    model = written(folder, parts)
    return config.with_changes({"model": model, "learning_rate": 0.003, "epochs": 2, **values})


def refusal(config: RunConfig) -> events.Refused | None:
    refused = only(Driven(config).events, events.Refused)
    return refused[0] if refused else None


def assert_goes_on(config: RunConfig, folder: Path) -> None:
    """Train; save, open and train on; go back and train on: the losses are the same."""
    whole = Driven(config)
    told = losses(whole.do(commands.Start()))
    last = only(whole.events, events.EpochFinished)[-1].measurement
    half = len(told) // 2
    saved = Driven(config)
    saved.do(commands.Start(), answer=when_step(half, commands.Pause()))
    saved.do(commands.Save(folder / "run"), commands.MeasureTest(), commands.Start())
    saved.do(commands.Rewind(), commands.Start())
    assert len(only(saved.events, events.Prepared)) == 2
    assert losses(saved.events) == told
    again = Driven().do(commands.Open(folder / "run"), commands.Start())
    assert losses(again).items() <= told.items()
    assert only(again, events.EpochFinished)[-1].measurement.test_loss == last.test_loss


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(sorted(PARTS)), max_size=4), options=OPTIONS)
def test_a_random_network_goes_on_bit_for_bit_or_is_refused_at_the_start(
    config: RunConfig, parts: list[str], options: dict[str, Any]
) -> None:
    with TemporaryDirectory() as folder:
        config = configured(config, Path(folder), *parts, **options)
        refused = refusal(config)
        assert (refused is not None) == (not REFUSED.keys().isdisjoint(parts)), refused
        if not refused:
            assert_goes_on(config, Path(folder))


@pytest.mark.parametrize("part", REFUSED)
def test_what_would_go_on_otherwise_is_refused_with_the_reason(
    config: RunConfig, tmp_path: Path, part: str
) -> None:
    refused = refusal(configured(config, tmp_path, part))
    assert refused is not None
    assert refused.is_usage
    assert refused.message.startswith("net.py: Net ")
    assert "Something unexpected" not in refused.message
    assert refused.hint


@pytest.mark.parametrize("part", [*EXACT, *DOUBTFUL])
def test_what_goes_on_is_trained_and_what_is_doubtful_is_said(
    config: RunConfig, tmp_path: Path, part: str
) -> None:
    driven = Driven(configured(config, tmp_path, part))
    assert not only(driven.events, events.Refused)
    (prepared,) = only(driven.events, events.Prepared)
    assert bool(prepared.cautions) == (part in DOUBTFUL), prepared.cautions


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("acts after 100 batches", "keeps self.calls0 from batch to batch"),
        ("counts in a buffer that is not saved", "keeps self.calls0 from batch to batch"),
        ("counts in a global variable", "keeps calls from batch to batch"),
        ("draws with random", "draws random numbers from random while"),
        ("draws with numpy", "draws random numbers from numpy.random while"),
        ("draws with a generator of its own", "draws random numbers from self.own0 while"),
        ("shrinks its weights where it is measured", "is changed by being measured"),
        ("makes a layer when it is trained", "could not be opened again"),
        ("draws its weights anew each time", "from the same seed"),
        ("has weights that nobody set", "no finite numbers: unset0"),
    ],
)
def test_the_reason_names_what_it_is(
    config: RunConfig, tmp_path: Path, part: str, named: str
) -> None:
    refused = refusal(configured(config, tmp_path, part))
    assert refused is not None
    assert named in refused.message


def unrehearsed(_: object) -> Generator[None, None, tuple[str, ...]]:
    yield
    return ()


@pytest.mark.parametrize("part", ["has a dropout of its own", "normalises batches", "only counts"])
def test_the_rehearsal_changes_nothing(
    config: RunConfig, tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(config, tmp_path, part, augment_noise=0.1, normalise=True)
    states = random.getstate(), repr(np.random.get_state())
    told = losses(Driven(config).do(commands.Start()))
    assert (random.getstate(), repr(np.random.get_state())) == states
    monkeypatch.setattr(run_preparer, "rehearse", unrehearsed)
    assert losses(Driven(config).do(commands.Start())) == told


def test_what_a_network_prints_in_the_rehearsal_is_not_heard(
    config: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(config, tmp_path, "prints now and then")
    assert not only(Driven(config).events, events.Refused)
    assert not capsys.readouterr().out


def test_a_run_that_was_saved_before_is_opened_whatever_its_network_keeps(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = Driven(configured(config, tmp_path, "only counts"))
    driven.do(commands.Start(), answer=when_step(5, commands.Pause()))
    driven.do(commands.Save(tmp_path / "run"))
    configured(config, tmp_path, "counts in an attribute")
    told = Driven().do(commands.Open(tmp_path / "run", trust_model=True))
    assert not only(told, events.Refused)
    assert only(told, events.Opened)


def test_a_network_that_fails_by_itself_says_so_when_it_is_trained(
    config: RunConfig, tmp_path: Path
) -> None:
    config = configured(config, tmp_path)
    file = Path(config.model.rpartition(":")[0])
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("x = F", "assert not self.training; x = F"), encoding="utf-8")
    driven = Driven(config)
    assert not only(driven.events, events.Refused)
    assert only(driven.do(commands.Start()), events.Failed)
