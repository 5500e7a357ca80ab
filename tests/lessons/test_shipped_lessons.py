"""The lessons that come with NetViz: played to the end by a learner, with all that they claim."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from netviz import paths
from netviz.engine.catalogue import CATALOGUE
from netviz.engine.datasets.load import load
from netviz.engine.training.trainer import DeviceData, Trainer
from netviz.lessons.conditions import read_condition
from netviz.lessons.curves import DrawnCurve
from netviz.lessons.lesson import Choice, Lesson, NewRun, Number, Race, Train, TrainEpochs
from netviz.lessons.player import Answer, Player
from netviz.lessons.reading import read_lesson
from tests.lessons.headless import PlayedStep, plain_guess, play

FILES = sorted(paths.resource("lessons").glob("*.md"))
ENGLISH = [file for file in FILES if "." not in file.stem]
SEEDS = (0, 1, 2)

CLAIMS: dict[str, dict[str, Sequence[str]]] = {
    "01-loss": {
        "Before anything is learned": ["test_loss > 2.25 and test_loss < 2.36"],
        "Right, and how sure": ["test_accuracy > 0.75"],
        "One more epoch": ["test_loss < 0.5"],
    },
    "02-step": {
        "A hundred times the rate": ["before.test_loss - test_loss > 0.05"],
        "And the second step?": ["test_loss > 5"],
    },
    "03-rates": {
        "Your guess": ["diverged"],
        "Back, and smaller": ["loss < 0.6 and not diverged"],
        "Three rates, one start": ["a.loss > 2.1 and b.loss < 0.6", "c.diverged", "not b.diverged"],
    },
    "04-batches": {
        "Three batch sizes": ["b.loss - c.loss > 0.05", "a.loss - b.loss > 0.1"],
        "But who has worked more?": ["test_accuracy - before.test_accuracy > 0.3"],
        "Why not always one image, then?": ["loss > 1.8"],
    },
    "05-optimizers": {
        "At a rate of 0.001": ["b.test_accuracy - a.test_accuracy > 0.4", "c.test_accuracy > 0.8"],
        "Is SGD the worst, then?": ["a.test_accuracy > 0.8", "c.test_accuracy < 0.6"],
        "A heavy ball": ["b.test_accuracy - a.test_accuracy > 0.2"],
    },
    "06-overfitting": {
        "200 images": ["train_accuracy - test_accuracy > 0.12"],
        "Five times as long": [
            "test_loss - before.test_loss > 0.1 and train_accuracy > 0.99",
            "test_accuracy - before.test_accuracy < 0.04",
            "before.test_accuracy - test_accuracy < 0.04",
        ],
        "Where to stop": ["test_accuracy - before.test_accuracy > 0.05"],
    },
    "07-remedies": {
        "A falling rate": ["a.test_loss - b.test_loss > 0.12"],
        "Smaller weights": ["a.test_loss - b.test_loss > 0.05"],
        "Images that were never there": ["test_accuracy - a.test_accuracy > 0.04"],
    },
    "08-cnn": {
        "The same digits, moved": ["before.test_accuracy - test_accuracy > 0.1"],
        "A network that looks everywhere": [
            "test_accuracy - before.test_accuracy > 0.05 and parameters < before.parameters",
        ],
    },
    "09-transfer": {
        "Ten letters of each kind": ["test_accuracy < 0.2"],
        "Frozen filters": ["test_accuracy > 0.5"],
        "The same without digits": ["before.test_accuracy - test_accuracy > 0.02"],
        "Frozen by chance": ["before.test_accuracy - test_accuracy > 0.01"],
    },
    "10-handwriting": {
        "A good network": ["test_accuracy > 0.87"],
        "How much can it be?": ["before.test_accuracy - test_accuracy > 0.4"],
        "Remedy one: learn from such images": ["test_accuracy > 0.6"],
        "Remedy two: make such images": ["test_accuracy > 0.5"],
    },
}
"""What each lesson says of its runs, by the step that says it; with room for other seeds."""


@cache
def lesson(file: Path) -> Lesson:
    return read_lesson(file)


def learner(player: Player) -> Answer | None:
    """Answer as somebody does who has an idea, though not always the right one."""
    asked = player.step.ask
    if isinstance(asked, Choice):
        return len(asked.answers) - 1
    if isinstance(asked, Number):
        return 0.8 if asked.percent else 1.5
    flat = plain_guess(player)
    if not isinstance(flat, DrawnCurve):
        return None
    return DrawnCurve(flat.steps, tuple(np.linspace(flat.values[0], 0.4, len(flat.steps))))


def test_there_are_ten_and_one_of_them_in_german_too() -> None:
    assert [file.name[:2] for file in ENGLISH] == [f"{number:02}" for number in range(1, 11)]
    assert [file.stem for file in FILES if file not in ENGLISH] == ["03-rates.de"]
    assert CLAIMS.keys() == {file.stem for file in ENGLISH}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_lesson_is_short_asks_before_it_shows_and_ends_with_a_line_of_code(file: Path) -> None:
    taught = lesson(file)
    assert 5 <= taught.minutes <= 15
    assert taught.summary
    assert sum(step.ask is not None for step in taught.steps) >= 2
    asked = next(i for i, step in enumerate(taught.steps) if step.ask)
    shown = next(i for i, step in enumerate(taught.steps) if step.checks)
    assert asked <= shown or file.stem == "09-transfer"  # which needs a network that is trained
    last = taught.steps[-1]
    assert last.title in ("What you saw", "Was Sie gesehen haben")
    assert "```python" in last.text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_lesson_needs_no_network_connection(file: Path) -> None:
    taught = lesson(file)
    actions = [action for step in taught.steps for action in (*step.do, *step.reveal)]
    sets = {taught.run.dataset}
    sets |= {each.changes.get("dataset", "") for each in actions if isinstance(each, NewRun)}
    assert all(CATALOGUE[name].bundled for name in sets - {""})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_wait_of_a_lesson_is_long(file: Path) -> None:
    for step in lesson(file).steps:
        for action in (*step.do, *step.reveal):
            if isinstance(action, Train | Race):
                runs = len(action.values) if isinstance(action, Race) else 1
                assert action.steps * runs <= 1500, step.title
            elif isinstance(action, TrainEpochs):
                assert action.epochs <= 80, step.title


@pytest.mark.parametrize("file", sorted(set(FILES) - set(ENGLISH)), ids=lambda file: file.stem)
def test_a_translation_does_and_asks_the_same(file: Path) -> None:
    translated = lesson(file)
    original = lesson(file.with_name(f"{translated.name}.md"))
    assert translated.run == original.run
    assert (translated.controls, translated.tabs) == (original.controls, original.tabs)
    for one, other in zip(translated.steps, original.steps, strict=True):
        assert (one.do, one.reveal) == (other.do, other.reveal)
        assert [check.when for check in one.checks] == [check.when for check in other.checks]
        assert type(one.ask) is type(other.ask)
        if isinstance(one.ask, Choice) and isinstance(other.ask, Choice):
            assert len(one.ask.answers) == len(other.ask.answers)
            assert (one.ask.right, one.ask.right_when) == (other.ask.right, other.ask.right_when)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("file", ENGLISH, ids=lambda file: file.stem)
def test_a_learner_plays_it_to_the_end_and_all_that_it_claims_is_so(file: Path, seed: int) -> None:
    taught = lesson(file)
    played = play(taught, seed=seed, guess=learner)
    assert [each.title for each in played] == [step.title for step in taught.steps]
    for step, known in zip(taught.steps, played, strict=True):
        assert not known.problem
        assert not known.is_stuck
        assert [each for each in known.outcomes if not each.is_met] == []
        has_truth = not isinstance(step.ask, Choice) or step.ask.right_when or step.ask.right
        if step.ask and has_truth:
            assert known.prediction is not None
            assert known.prediction.truth is not None, step.title
    by_title = {known.title: known for known in played}
    for title, claims in CLAIMS[file.stem].items():
        for claim in claims:
            assert read_condition(claim).holds(by_title[title].figures), (title, claim)
    if file.stem == "02-step":
        nearly_twice(by_title)


def nearly_twice(played: dict[str, PlayedStep]) -> None:
    """Check that the first step at 0.2 goes nearly twice as far down as that at 0.1."""
    start = played["Before the first step"].figures["batch_loss"]
    once = start - played["From the start again"].figures["batch_loss"]
    twice = start - played["Twice the rate"].figures["batch_loss"]
    assert 1.6 < twice / once < 2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_loss_shakes_less_the_more_images_a_batch_has(seed: int) -> None:
    run = lesson(ENGLISH[3]).run
    data = DeviceData.of(load("mnist-sample"), torch.device("cpu"))
    shakes = []
    for size in (1, 10, 256):
        config = run.with_changes({"seed": seed, "batch_size": size, "device": "cpu"})
        trainer = Trainer(config, data, torch.device("cpu"))
        losses = [float(trainer.train_batch().loss) for _ in range(200)]
        shakes.append(float(np.std(np.diff(losses[100:]))))
    assert shakes[0] > 2 * shakes[1] > 4 * shakes[2]
