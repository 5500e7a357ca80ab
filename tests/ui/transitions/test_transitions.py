"""Whatever was done in a window, nothing is left over from it on the screen.

Random things are done in a window; then every part of it, each tab in turn, is compared with a
window that came to the same point directly: what is written, and the picture to the pixel. A few
examples are tried with the other tests; how to try more is said in docs/CONTRIBUTING.md.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from netviz.bridge import undo_commands
from netviz.engine.options.run_config import RunConfig
from tests.engine.conftest import (  # noqa: F401
    every_batch_told,
    few_digits,
    layers_at_every_step,
    snapshots_at_every_batch,
)
from tests.engine.session.portraits import differences
from tests.ui.transitions.driven_window import DrivenWindow, difference, in_this_thread
from tests.ui.transitions.random_acts import Actor, directly

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "1"))

TABS = ("Weights", "Gradients", "Mistakes", "Confusion", "Log")
CONFIG = {"hidden": (12,), "epochs": 6, "batch_size": 50, "device": "cpu", "threads": 1}

_CHANGES = st.sampled_from(
    [
        {"learning_rate": 0.02},
        {"learning_rate": 0.0003},
        {"schedule": "cosine"},
        {"schedule": "constant"},
        {"schedule": "custom", "points": ((0.0, 1.0), (3.0, 0.1))},
        {"optimizer": "sgd", "momentum": 0.9},
        {"batch_size": 20},
        {"order": 1},
        {"clip_norm": 0.1},
        {"frozen": ("1",)},
        {"frozen": ()},
        {"epochs": 5},
        {"epochs": 6},
    ]
)
_VALUES = {
    "train": st.integers(1, 12),
    "stop": st.none(),
    "change": _CHANGES,
    "bad_change": st.just({"frozen": ("1", "3")}),
    "late_change": st.sampled_from([{"hidden": (8,)}, {"hidden": (12,)}, {"seed": 5}]),
    "drop_waiting": st.none(),
    "undo": st.none(),
    "redo": st.none(),
    "hold": st.none(),
    "release": st.none(),
    "rewind": st.none(),
    "reset": st.none(),
    "save": st.none(),
    "open": st.none(),
    "race": st.integers(0, 12),
    "bad_open": st.none(),
    "detail": st.none(),
    "look": st.floats(0, 1),
    "look_now": st.none(),
}
_OFTEN = ("train", "train", "train", "train", "change", "change", "rewind", "save", "open", "hold")


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Draw what is done in a window."""
    kinds = draw(st.lists(st.sampled_from((*_VALUES, *_OFTEN)), min_size=3, max_size=12))
    return [(kind, draw(_VALUES[kind])) for kind in kinds]


def assert_same(
    seen: DrivenWindow, wanted: DrivenWindow, where: str, left_out: frozenset[str]
) -> None:
    """Compare two windows: what is written, and what is painted but for the parts left out."""
    words = [window.words() for window in (seen, wanted)]
    for each in words:
        del each["undone"], each["waiting"]  # which are compared with the model
    found = differences(*words)
    pictures = zip(seen.pictures().items(), wanted.pictures().values(), strict=True)
    for (name, picture), other in pictures:
        if name not in left_out and (difference_there := difference(picture, other)):
            found.append(f"{name}: {difference_there}")
            if folder := os.environ.get("NETVIZ_PICTURES"):
                picture.save(f"{folder}/{name}-seen.png")
                other.save(f"{folder}/{name}-wanted.png")
    assert not found, (where, found)


@pytest.mark.usefixtures(
    "few_digits", "every_batch_told", "snapshots_at_every_batch", "layers_at_every_step"
)
@settings(
    max_examples=COUNT,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    tab="Mistakes",
    drawn=[("train", 10), ("detail", None), ("train", 9), ("hold", None), ("rewind", None)],
)
@example(
    tab="Log",
    drawn=[
        ("train", 6),
        ("late_change", {"hidden": (8,)}),
        ("bad_open", None),
        ("bad_change", {"frozen": ("1", "3")}),
        ("save", None),
        ("open", None),
    ],
)
@example(
    tab="Confusion",
    drawn=[
        ("train", 9),
        ("look", 0.0),
        ("train", 2),
        ("change", {"learning_rate": 0.02}),
        ("look", 0.7),
        ("rewind", None),
        ("train", 3),
        ("look", 0.4),
    ],
)
@example(
    tab="Log",
    drawn=[
        ("train", 5),
        ("change", {"batch_size": 20}),
        ("race", 4),
        ("train", 3),
        ("undo", None),
        ("redo", None),
    ],
)
@example(tab="Mistakes", drawn=[("train", 5), ("race", 7)])
@given(tab=st.sampled_from(TABS), drawn=acts())
def test_nothing_is_left_over_on_the_screen(
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    tab: str,
    drawn: list[tuple[str, Any]],
) -> None:
    monkeypatch.setattr(undo_commands, "MERGE_S", -1.0)
    config = RunConfig.parse(CONFIG)
    with TemporaryDirectory() as name, in_this_thread():
        folder = Path(name)
        actor = Actor(qapp, config, folder)
        windows = [actor.driven]
        try:
            actor.driven.show_tab(tab)
            for kind, value in drawn:
                actor.act(kind, value)
            actor.act("train", 1)
            actor.act("look_now", None)
            stack = actor.driven.controller.undo_stack
            assert (stack.count(), stack.index()) == (
                len(actor.undoable.pairs),
                actor.undoable.index,
            )
            assert actor.driven.controller.waiting == actor.waiting
            actor.drop_waiting(None)
            (folder / "direct").mkdir()
            wanted = directly(qapp, actor.story, tab, folder / "direct")
            windows.append(wanted)
            # The log tells of the detours, and for the rest the same.
            wanted.log.set_happenings(actor.driven.log.told.happenings)
            for window in windows:
                window.close_messages()
            detail = actor.driven.mistakes.detail
            if detail.isVisible() and detail.mistake:
                wanted.mistakes.open_mistake(detail.mistake.index)
                assert wanted.mistakes.detail.isVisible()
            for each in (tab, *TABS):
                for window in windows:
                    window.show_tab(each)
                # A saved run has not the thin line of the epoch under way.
                left_out = frozenset({"accuracy"} if actor.story.is_opened else ())
                assert_same(actor.driven, wanted, each, left_out)
        finally:
            for window in windows:
                window.close()
