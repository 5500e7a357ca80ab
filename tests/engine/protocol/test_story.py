"""The story of a run: in order, folded where it is long, and the same as Markdown."""

import re
from math import inf, nan

from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.happening import Happening, What, went_back
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.overfitting import best_measurement
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.story import Kind, RunTold, StoryEntry, story
from netviz.engine.protocol.story_markdown import story_markdown

STEPS = 10
"""Steps of an epoch in these tests."""


def measured(epoch: int, loss: float = 1.0) -> Measurement:
    return Measurement(epoch, epoch * STEPS, loss, 0.9, loss, 0.875, 1.0, 1.0)


def run_of(epochs: int, ledger: tuple[LedgerEntry, ...] = (), **more: object) -> RunTold:
    """A run that becomes better with every epoch."""
    told = [measured(epoch, 1 / (1 + epoch)) for epoch in range(epochs + 1)]
    return RunTold(RunConfig(), told, ledger, **more)  # type: ignore[arg-type]


def rate(step: int, old: float = 0.001, new: float = 0.01) -> LedgerEntry:
    return LedgerEntry(step, 1 + step // STEPS, "learning_rate", old, new)


def texts(entries: tuple[StoryEntry, ...], kind: Kind) -> list[str]:
    return [entry.text for entry in entries if entry.kind is kind]


def test_a_run_begins_with_the_settings_it_had_then() -> None:
    told = RunTold(
        RunConfig(learning_rate=0.03, momentum=0.5, optimizer="sgd", hidden=(32,)),
        [measured(0)],
        (rate(5, 0.1, 0.02), rate(9, 0.02, 0.03)),
    )
    first = story(told)[0]
    assert (first.step, first.epochs, first.kind) == (0, "", Kind.SETTINGS)
    assert first.text.startswith("MNIST sample · MLP 32 · SGD · learning rate 0.1 · ")
    assert "momentum 0.5" in first.text
    assert "nesterov" not in first.text
    begun = RunTold(RunConfig(), [measured(0)], started_from="w.pth")
    assert story(begun)[0].text.endswith("begun with the weights of w.pth")


def test_what_happened_stands_in_its_order() -> None:
    noticed = Happening(25, 3, What.NOTICED, "The loss is far above.")
    back = Happening(20, 2, What.WENT_BACK, "Went back from step 30 to step 20.")
    saved = Happening(20, 2, What.SAVED, "Saved in run.")
    told = run_of(3, (rate(20), rate(22)), happenings=(saved, back, noticed))
    assert [(entry.step, entry.kind) for entry in story(told)] == [
        (0, Kind.SETTINGS),
        (10, Kind.EPOCHS),
        (20, Kind.EPOCHS),
        (20, Kind.WENT_BACK),
        (20, Kind.CHANGED),
        (20, Kind.SAVED),
        (22, Kind.CHANGED),
        (25, Kind.NOTICED),
        (30, Kind.BEST),
    ]
    assert texts(story(told), Kind.CHANGED) == ["lr 0.001 → 0.01"] * 2


def test_whatever_happens_is_told_under_its_own_name() -> None:
    happenings = tuple(Happening(5, 1, what, "Something.") for what in What)
    kinds = [entry.kind for entry in story(run_of(1, happenings=happenings)) if entry.step == 5]
    assert {*map(str, kinds)} == {*map(str, What)}


def test_the_best_epoch_is_named_among_those_of_the_last_loss_function() -> None:
    losses = [2.3, 0.5, 0.01, 0.4, 0.3, 0.35]
    told = [measured(epoch, loss) for epoch, loss in enumerate(losses)]
    change = LedgerEntry(2 * STEPS, 2, "loss", "mse", "cross_entropy")
    assert best_measurement(told, ()) is told[2]
    assert best_measurement(told, (change,)) is told[4]
    assert best_measurement(told[:2], ()) is None
    (best,) = (e for e in story(RunTold(RunConfig(), told)) if e.kind is Kind.BEST)
    assert (best.step, best.epochs) == (20, "2")
    assert best.text == ("Epoch 2, the best: test loss 0.010, test accuracy 87.5 %")


def test_an_epoch_without_a_loss_is_never_the_best() -> None:
    told = [measured(epoch, loss) for epoch, loss in enumerate([2.0, nan, 0.5, inf])]
    assert best_measurement(told, ()) is told[2]
    (best,) = (entry for entry in story(RunTold(RunConfig(), told)) if entry.kind is Kind.BEST)
    assert best.epochs == "2"
    assert best_measurement([told[0], told[1], told[3]], ()) is None


def test_a_long_run_is_folded_and_names_its_best_epoch() -> None:
    told = [measured(epoch, abs(epoch - 3210) + 1) for epoch in range(5001)]
    entries = story(RunTold(RunConfig(), told))
    assert len(entries) < 30
    (best,) = (entry for entry in entries if entry.kind is Kind.BEST)
    assert (best.step, best.epochs) == (32_100, "3,210")
    assert entries[1].text.startswith("Epochs 1 to 500: test loss 3,210 → 2,711")


@settings(max_examples=60)
@given(
    epochs=st.integers(1, 700),
    changes=st.lists(st.integers(1, 7000), max_size=12, unique=True),
)
def test_every_epoch_is_told_once_and_nothing_happened_within_a_fold(
    epochs: int, changes: list[int]
) -> None:
    ledger = tuple(rate(step) for step in sorted(changes) if step <= epochs * STEPS)
    entries = story(run_of(epochs, ledger))
    assert [entry.step for entry in entries] == sorted(entry.step for entry in entries)
    seen = 0
    for entry in entries:
        if entry.kind not in (Kind.EPOCHS, Kind.BEST):
            continue
        numbers = [int(part.replace(",", "")) for part in entry.epochs.split("–")]
        first, last = numbers[0], numbers[-1]
        assert first == seen + 1
        assert entry.step == last * STEPS
        # A change at the step of a measurement came after it.
        assert not any(first * STEPS <= change.step < last * STEPS for change in ledger)
        seen = last
    assert seen == epochs
    assert len(entries) <= 2 + 21 + 3 * len(ledger) + 2


def test_going_back_tells_the_reason_and_forgets_what_came_after() -> None:
    happenings = (
        Happening(5, 1, What.NOTICED, "An early one."),
        Happening(20, 2, What.SAVED, "Saved in run."),
        Happening(30, 3, What.NOTICED, "The loss is far above."),
        Happening(33, 3, What.SAVED, "Saved in other."),
    )
    left = went_back(happenings, 25, 2, 34)
    assert left[:2] == happenings[:2]
    (back,) = left[2:]
    assert (back.step, back.epoch, back.what) == (25, 2, What.WENT_BACK)
    assert back.text == ("Went back from step 34 to step 25. Before that: The loss is far above.")
    assert went_back((), 3, 1, 4)[0].text == "Went back from step 4 to step 3."


def test_the_markdown_tells_the_same() -> None:
    noticed = Happening(15, 2, What.NOTICED, "The loss | rises\nfar.")
    told = run_of(4, (rate(12),), happenings=(noticed,))
    text = story_markdown(told)
    lines = text.splitlines()
    assert lines[0].startswith("# MNIST sample")
    assert "4 epochs, 40 steps: test loss 0.200, test accuracy 87.5 %." in lines
    rows = [line for line in lines if re.match(r"\| \d", line)]
    assert len(rows) == len(story(told))
    assert "| 12 | 2 | lr 0.001 → 0.01 |" in rows
    assert r"| 15 | 2 | **The loss \| rises far.** |" in rows
    assert "| Learning rate | 0.001 |" in lines
    # No cell is torn in two.
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 4
    assert "Not trained" in story_markdown(run_of(0))
