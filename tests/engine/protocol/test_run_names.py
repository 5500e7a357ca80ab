"""What runs are called."""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import Origin
from netviz.engine.protocol.run_names import LONGEST, given_name, made_name, run_name

CONFIG = RunConfig.parse({"learning_rate": 0.001})


def origin(name: str = "", settings: str | None = None) -> Origin:
    return Origin(3, 1, 400, name, CONFIG.to_json() if settings is None else settings)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"learning_rate": 0.03}, "lr 0.03"),
        ({"learning_rate": 0.03, "optimizer": "sgd"}, "optimizer SGD, lr 0.03"),
        ({}, "Run 3"),
        ({"epochs": 40, "threads": 2}, "Run 3"),  # it only goes on for longer
    ],
)
def test_a_name_is_made_of_what_differs(changes: dict[str, object], name: str) -> None:
    made = made_name(origin(), CONFIG.with_changes(changes))
    assert sorted(made.split(", ")) == sorted(name.split(", "))


@pytest.mark.parametrize("settings", ["", "{", "[]", '{"no_such_option": 1}'])
def test_a_run_without_settings_to_compare_with_has_its_number(settings: str) -> None:
    assert made_name(origin(settings=settings), CONFIG) == "Run 3"


def test_the_name_that_was_given_comes_first() -> None:
    assert run_name(origin("mine"), CONFIG.with_changes({"learning_rate": 1.0})) == "mine"
    assert run_name(origin(), CONFIG.with_changes({"learning_rate": 1.0})) == "lr 1"


def test_a_name_is_one_line_and_not_too_long() -> None:
    assert given_name("  a\n b ") == "a b"
    assert given_name(" \n") == ""
    assert len(given_name("ab " * 100)) <= LONGEST
