"""What is drawn and said of the runs that were left."""

from dataclasses import replace

import numpy as np

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.lineage import origins_by_line
from netviz.ui.presenters.ghost_words import (
    changes_of,
    difference,
    ghosts_of,
    labels_of,
    name_of,
    shown_by_default,
)

CONFIG = RunConfig.parse({"learning_rate": 0.001})


def run(line: int, parent: int = 0, step: int = 0, newer: int = 0, **changes: object) -> LeftRun:
    config = CONFIG.with_changes(changes) if changes else CONFIG
    losses = np.full(1000, 0.5, np.float32)
    return LeftRun(Origin(line, parent, step), config, 1000, (), losses=losses, newer=newer)


def begins(left: list[LeftRun], at_hand: Origin) -> dict[int, float]:
    origins = origins_by_line([*(each.origin for each in left), at_hand])
    shown = {each.origin.line for each in left}
    found = ghosts_of(left, shown, origins, at_hand.line, CONFIG)
    return {ghost.line: ghost.begins for ghost in found}


def test_a_label_says_only_what_differs() -> None:
    runs = [
        run(1, learning_rate=0.03),
        run(2, learning_rate=0.03, epochs=7),
        run(3, optimizer="sgd", learning_rate=0.1, batch_size=64, weight_decay=0.1),
        run(4, epochs=3),
    ]
    assert labels_of(runs, CONFIG) == [
        "lr 0.03 (run 1)",
        "lr 0.03 (run 2)",
        "lr 0.1, optimizer SGD and 2 more",
        "run 4",
    ]
    assert difference(CONFIG, CONFIG) == ""


def test_a_menu_calls_a_run_by_its_number_once() -> None:
    assert name_of(2, "lr 0.03") == "run 2 (lr 0.03)"
    assert name_of(2, "lr 0.03 (run 2)") == "run 2 (lr 0.03)"
    assert name_of(4, "run 4") == "run 4"


def test_those_left_last_are_drawn() -> None:
    left = [run(line, newer=newer) for line, newer in ((1, 0), (2, 4), (3, 3), (4, 2), (5, 1))]
    assert shown_by_default(left) == {1, 4, 5}
    # One that was only gone back to, and left there, has nothing to be drawn.
    looked_at = [run(line, 1, 1000, newer=newer) for line, newer in ((6, 0), (7, 1))]
    left = [replace(each, newer=each.newer + 2) for each in left]
    assert shown_by_default([*left, *looked_at]) == {1, 4, 5}


def test_each_step_is_drawn_once() -> None:
    # The run at hand parted from run 1 at 600, run 2 at 300, and run 3 from run 2 at 700.
    left = [run(1, newer=2), run(2, 1, 300, newer=1), run(3, 2, 700, newer=0)]
    assert begins(left, Origin(4, 1, 600)) == {1: 600, 2: 300, 3: 700}
    # The run at hand is a branch of run 3.
    assert begins(left, Origin(4, 3, 900)) == {1: 300, 2: 700, 3: 900}
    # It began by itself: of run 2 what is drawn of run 1 is drawn already.
    assert begins(left, Origin(4)) == {1: 0, 2: 300, 3: 700}
    # The ancestor is not drawn.
    assert begins(left[1:], Origin(4)) == {2: 0, 3: 700}


def test_the_loss_function_of_each_step_is_told() -> None:
    plain = run(1, loss="mse")
    assert changes_of(plain, "loss") == ((0, "mse"),)
    entries = (
        LedgerEntry(10, 1, "learning_rate", 0.1, 0.2),
        LedgerEntry(20, 1, "loss", "cross-entropy", "mse"),
    )
    assert changes_of(replace(plain, ledger=entries), "loss") == ((0, "cross-entropy"), (20, "mse"))
