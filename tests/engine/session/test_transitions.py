"""Whatever was done to a run, nothing is left over from it.

Random commands are carried out; then everything that can be seen is compared with a run that came
to the same point directly. A few examples are tried with the other tests; how to try more is said
in docs/CONTRIBUTING.md.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.session import batch_meter
from netviz.engine.training.losses import LOSSES
from tests.engine.session.portraits import autosaved, differences, future, portrait
from tests.engine.session.race_transitions import RacingSession
from tests.engine.session.transitions import Act, Batches, Direct, Session

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "8"))

NEVER = 1e9

NETWORKS: list[dict[str, Any]] = [
    {"hidden": (16,)},
    {"model": "layers", "layers": ("flatten", "linear 12", "batchnorm", "relu", "dropout 0.3")},
]
_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "learning_rate": st.sampled_from((0.0003, 0.003, 0.02)),
        "optimizer": st.sampled_from(("sgd", "adam", "rmsprop")),
        "momentum": st.sampled_from((0.0, 0.9)),
        "schedule": st.sampled_from(("constant", "warmup", "cosine", "plateau", "step", "custom")),
        "points": st.sampled_from((((0.0, 0.1), (1.0, 2.0)), ((0.5, 1.0), (2.5, 0.01)))),
        "patience": st.sampled_from((0, 1)),
        "loss": st.sampled_from(("cross-entropy", "mse")),
        "batch_size": st.sampled_from((10, 20, 50)),
        "order": st.sampled_from((0, 1, 2)),
        "accumulate": st.sampled_from((1, 3)),
        "clip_norm": st.sampled_from((0.0, 0.1)),
        "augment_noise": st.sampled_from((0.0, 0.1)),
        "frozen": st.sampled_from(((), ("1",))),
        "epochs": st.sampled_from((2, 4, 6)),
    },
).filter(bool)
_BAD_CHANGES = st.sampled_from([{"learning_rate": -1}, {"hidden": (8,)}, {"nonsense": 1}])
_RESETS = st.one_of(st.just({}), st.sampled_from([{"seed": 3}, {"learning_rate": 0.01}]))

_VALUES = {
    "hold": st.none(),
    "step": st.none(),
    "epoch": st.none(),
    "stop": st.none(),
    "fail": st.none(),
    "change": _CHANGES,
    "bad_change": _BAD_CHANGES,
    "rewind": st.one_of(st.just({}), _CHANGES),
    "go_back": st.floats(0, 0.99),
    "reset": _RESETS,
    "bad_reset": st.none(),
    "bring_back": st.none(),
    "go_on_with": st.integers(0, 5),
    "load_weights": st.none(),
    "save": st.none(),
    "open": st.integers(0, 5),
    "reopen": st.none(),
    "bad_open": st.none(),
    "export": st.sampled_from((ExportKind.SCRIPT, ExportKind.REPORT)),
    "look": st.none(),
    "race": st.lists(st.one_of(st.just({}), _CHANGES), min_size=2, max_size=3),
    "show_lane": st.integers(0, 5),
    "add_lane": _CHANGES,
    "drop_lane": st.integers(0, 5),
    "end_race": st.none(),
    "race_runs": st.none(),
}
_OFTEN = (
    "go_back",
    "go_back",
    "hold",
    "change",
    "change",
    "rewind",
    "rewind",
    "save",
    "open",
    "reopen",
    "reset",
    "bring_back",
    "go_on_with",
    "go_on_with",
    "race",
    "race",
    "race",
    "show_lane",
)
_RUNNING = st.one_of(st.just(0), st.integers(1, 5), st.integers(6, 30))


@st.composite
def acts(draw: st.DrawFn) -> list[Act]:
    """Draw what is done to a run."""
    kinds = draw(st.lists(st.sampled_from((*_VALUES, *_OFTEN)), min_size=1, max_size=9))
    return [Act(kind, draw(_RUNNING), draw(_VALUES[kind])) for kind in kinds]


@pytest.fixture
def batches(
    few_digits: None,
    snapshots_at_every_batch: None,
    layers_at_every_step: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Batches:
    """Few digits, a state to go back to at each report, and losses that tell of each batch."""
    batches = Batches()
    for name in ("cross-entropy", "mse"):
        monkeypatch.setitem(LOSSES, name, batches.before(LOSSES[name]))
    return batches


def assert_no_difference(seen: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = differences(seen, wanted)
    assert not found, "\n".join(found)


def assert_same_as_direct(session: Session, batches: Batches, folder: Path) -> None:
    """Compare all that can be seen of a run with one that came there directly."""
    recipe = session.recipe.copy()
    good_step = session.run.good_step
    with_news = recipe.is_straight and recipe.is_unseen
    seen = portrait(session, folder / "seen") | future(session, with_news=with_news)
    with torch.random.fork_rng():
        direct = Direct(recipe, batches)
        if recipe.is_straight and batch_meter.REPORT_INTERVAL_S == 0:
            assert good_step == direct.run.good_step
        wanted = portrait(direct, folder / "wanted") | future(direct, with_news=with_news)
    assert_no_difference(seen, wanted)


def assert_saved_as_direct(session: Session, batches: Batches, folder: Path) -> None:
    """Compare what a run is, and what is written of it, with one that came there directly."""
    seen = portrait(session, folder / "seen")
    with torch.random.fork_rng():
        wanted = portrait(Direct(session.recipe.copy(), batches), folder / "wanted")
    assert_no_difference(seen, wanted)


@settings(
    max_examples=COUNT,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    network=NETWORKS[0],
    told_each=True,
    drawn=[
        Act("change", 11, {"loss": "mse", "schedule": "warmup", "learning_rate": 0.003}),
        Act("open", 2, 0),
    ],
    change_last=True,
)
@example(
    network=NETWORKS[1],
    told_each=False,
    drawn=[
        Act("change", 7, {"optimizer": "sgd", "momentum": 0.9}),
        Act("reset", 5, {"seed": 3}),
        Act("hold", 9),
        Act("bring_back", 4),
    ],
    change_last=False,
)
@example(
    network=NETWORKS[0],
    told_each=False,
    drawn=[Act("fail"), Act("change", 0, {"learning_rate": 0.0003})],
    change_last=False,
)
@example(
    network=NETWORKS[1],
    told_each=False,
    drawn=[
        Act("change", 7, {"augment_noise": 0.1, "optimizer": "adam"}),
        Act("go_back", 9, 0.5),
        Act("change", 3, {"optimizer": "sgd", "batch_size": 50}),
        Act("reset", 5, {"seed": 3}),
        Act("reopen", 4),
        Act("go_on_with", 2, 0),
        Act("go_on_with", 3, 0),
        Act("reopen", 2),
        Act("go_on_with", 0, 1),
        Act("hold", 6),
    ],
    change_last=True,
)
@example(
    network=NETWORKS[1],
    told_each=False,
    drawn=[
        Act("race", 7, [{}, {"order": 1}, {"optimizer": "sgd", "momentum": 0.9}]),
        Act("show_lane", 9, 1),
        Act("change", 5, {"batch_size": 50}),
        Act("add_lane", 3, {"loss": "mse"}),
        Act("fail", 4),
        Act("drop_lane", 2, 0),
        Act("show_lane", 20, 0),
        Act("save", 3),
    ],
    change_last=False,
)
@example(
    network=NETWORKS[0],
    told_each=True,
    drawn=[
        Act("race", 0, [{}, {"loss": "mse"}]),
        Act("change", 0, {"loss": "mse", "optimizer": "sgd"}),
        Act("bring_back", 12),
        Act("hold", 30),
    ],
    change_last=True,
)
@given(
    network=st.sampled_from(NETWORKS),
    told_each=st.booleans(),
    drawn=acts(),
    change_last=st.booleans(),
)
def test_nothing_is_left_over(
    network: dict[str, Any],
    told_each: bool,
    drawn: list[Act],
    change_last: bool,
    batches: Batches,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch_meter, "REPORT_INTERVAL_S", 0.0 if told_each else NEVER)
    values = {"epochs": 4, "batch_size": 20, "device": "cpu", "threads": 1}
    config = RunConfig.parse(values | network)
    with TemporaryDirectory() as name:
        folder = Path(name)
        session = RacingSession(config, batches, folder)
        for act in drawn:
            session.act(act)
        if session.has_failed:
            session.act(Act("rewind", value={}))
        for number, _ in enumerate(session.go_on_with_all()):
            assert_saved_as_direct(session, batches, folder / f"of the race {number}")
        assert_same_as_direct(session, batches, folder / "now")
        session.act(Act("rewind", value={}))
        assert_same_as_direct(session, batches, folder / "gone back")
        session.act(Act("rewind", value={}))
        if change_last:  # what is autosaved has this too, though no batch was trained with it
            session.act(Act("change", value={"learning_rate": 0.005}))
        recipe = session.recipe.copy()
        if recipe.step:
            found = autosaved(session)
            with torch.random.fork_rng():
                wanted = portrait(Direct(recipe, batches), folder / "wanted")
            assert_no_difference(found, {"saved": wanted["saved"]})
