"""Conditions on figures hold or do not; there is no code in them."""

import math

import pytest

from netviz.lessons.conditions import ConditionError, figure_text, read_condition
from netviz.lessons.prose import filled

FIGURES = {
    "loss": 0.4,
    "test_accuracy": 0.96,
    "train_accuracy": 0.99,
    "diverged": 0.0,
    "a.loss": 0.1,
    "before.loss": 0.6,
    "off_by": math.nan,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("loss < 0.5", True),
        ("loss < 4e-1", False),
        ("loss <= .4", True),
        ("test_accuracy > 0.95 and loss<0.5", True),
        ("test_accuracy > 0.95 and loss > 0.5", False),
        ("train_accuracy - test_accuracy > 0.02", True),
        ("train_accuracy - test_accuracy > 0.04", False),
        ("a.loss < before.loss", True),
        ("diverged", False),
        ("not diverged", True),
        ("not diverged and loss > -1", True),
        ("b.loss < 1", False),
        ("not b.diverged", False),
        ("off_by < 1", False),
        ("off_by >= 1", False),
    ],
)
def test_a_condition_holds_of_what_is_known(text: str, holds: bool) -> None:
    assert read_condition(text).holds(FIGURES) is holds


@pytest.mark.parametrize(
    "text",
    ["", "loss", "loss = 3", "3 < loss < 5", "loss + test_loss > 1", "open('x')", "loss > x",
     "g.loss < 1", "before.guess > 1", "not loss", "loss < 1 or loss > 2",
     " and ".join(["loss < 1"] * 9)],
)  # fmt: skip
def test_anything_else_is_no_condition(text: str) -> None:
    with pytest.raises(ConditionError):
        read_condition(text)


def test_figures_are_filled_into_a_text_but_not_into_code() -> None:
    text = "It is {loss}, {test_accuracy}, {loss:percent}, {b.loss}, `{loss}`.\n```\n{loss}\n```"
    assert filled(text, FIGURES) == ("It is 0.400, 96.0 %, 40.0 %, –, `{loss}`.\n```\n{loss}\n```")


def test_figures_are_written_as_the_window_writes_them() -> None:
    assert figure_text("learning_rate", 0.00042) == "0.00042"
    assert figure_text("step", 1200.0) == "1,200"
    assert figure_text("before.diverged", 1.0) == "yes"
    assert figure_text("loss", math.nan) == "not a number"
    assert figure_text("off_by", 8.9e18) == "8.9e+18"
