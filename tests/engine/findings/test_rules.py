"""Each rule: what it finds, what it leaves alone, and what it offers."""

from collections.abc import Callable, Iterator, Sequence
from math import nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.findings import (
    dead_units,
    exploding,
    lower_rate,
    not_learning,
    overfitting,
    raise_rate,
    vanishing,
    weak_class,
)
from netviz.engine.findings.rule import all_rules
from netviz.engine.findings.situation import Situation
from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.findings import ActionKind, Finding, FindingKind, Where
from tests.engine.findings.situations import (
    CHANCE,
    STEPS,
    look,
    looks,
    measurements,
    score,
    situation,
    tried,
)

Find = Callable[[Situation], Iterator[Finding]]


def only(find: Find, case: Situation) -> Finding:
    (found,) = find(case)
    return found


def nothing(find: Find, case: Situation) -> bool:
    return not [*find(case)]


def test_a_module_with_a_rule_is_a_rule_and_names_its_source() -> None:
    rules = all_rules()
    assert len(rules) == 8
    for rule in rules:
        assert rule.source[-4:].isdigit()


def test_a_run_that_learns_well_is_left_alone_by_every_rule() -> None:
    case = situation()
    assert [found for rule in all_rules() for found in rule.find(case)] == []


# -- no learning -----------------------------------------------------------------------------

FLAT = [2.31, 2.305, 2.303, 2.302, 2.301]


@pytest.mark.parametrize(
    ("values", "offered"),
    [
        ({"learning_rate": 1e-6}, 1e-4),
        ({"learning_rate": 1e-4}, 1e-3),
        ({"learning_rate": 0.0}, 1e-3),
        ({"optimizer": "sgd", "learning_rate": 1e-3}, 0.05),
        ({"optimizer": "sgd", "momentum": 0.9, "learning_rate": 1e-5}, 1e-3),
    ],
)
def test_a_loss_that_stays_with_a_small_rate_is_no_learning(
    values: dict[str, Any], offered: float
) -> None:
    found = only(not_learning.find, situation(values, measurements=measurements(FLAT)))
    assert found.kind is FindingKind.NOT_LEARNING
    assert found.where is Where.LOSS
    assert "2.305 to 2.301" in found.sentence
    (action,) = found.actions
    assert action.kind is ActionKind.CHANGE
    assert action.changes == {"learning_rate": pytest.approx(offered)}


@pytest.mark.parametrize(
    ("values", "figures"),
    [
        ({"learning_rate": 0.001}, {"measurements": measurements(FLAT)}),
        ({"learning_rate": 1e-5}, {"measurements": measurements([2.31, 2.2, 2.1, 2.0, 1.9])}),
        ({"learning_rate": 1e-5}, {"measurements": measurements([2.3, 0.5, 0.5, 0.5, 0.5])}),
        ({"learning_rate": 1e-5}, {"measurements": measurements(FLAT[:3])}),
        ({"learning_rate": 1e-5}, {"measurements": measurements(FLAT, steps=10)}),
        ({"learning_rate": 1e-5}, {"measurements": measurements(FLAT), "changed_step": 2 * STEPS}),
        ({"learning_rate": 1e-5}, {"measurements": measurements(FLAT), "is_in_doubt": True}),
        (
            {"learning_rate": 1e-5},
            {"measurements": measurements(FLAT), "looks": looks(3, dead=(0.0, 1.0, None))},
        ),
        (
            {"learning_rate": 1e-5},
            {"measurements": measurements(FLAT), "looks": looks(3, gradients=(1e-5, 1e-3, 1.0))},
        ),
    ],
    ids=[
        "a usual rate",
        "it learns",
        "it has learned",
        "too few epochs",
        "too few steps",
        "the rate was changed meanwhile",
        "it has diverged",
        "a dead layer",
        "vanishing gradients",
    ],
)
def test_what_is_not_the_fault_of_a_small_rate_is_left_alone(
    values: dict[str, Any], figures: dict[str, Any]
) -> None:
    assert nothing(not_learning.find, situation(values, **figures))


# -- the rate could rise ---------------------------------------------------------------------

SLOW = [2.3, 2.22, 2.14, 2.05, 1.96]


def test_slow_and_steady_progress_with_a_small_rate_asks_for_a_larger_one() -> None:
    case = situation({"learning_rate": 1e-5}, measurements=measurements(SLOW))
    found = only(raise_rate.find, case)
    assert found.kind is FindingKind.RATE_COULD_RISE
    assert found.actions[0].changes == {"learning_rate": pytest.approx(1e-4)}
    assert "2.300 to 1.960 in 4 epochs" in found.sentence


@pytest.mark.parametrize(
    ("values", "figures"),
    [
        ({"learning_rate": 0.001}, {"measurements": measurements(SLOW)}),
        ({"learning_rate": 0.0}, {"measurements": measurements(SLOW)}),
        ({"learning_rate": 1e-5, "schedule": "cosine"}, {"measurements": measurements(SLOW)}),
        ({"learning_rate": 1e-5}, {"measurements": measurements([2.3, 1.2, 0.9, 0.8, 0.75])}),
        ({"learning_rate": 1e-5}, {"measurements": measurements([0.3, 0.28, 0.27, 0.26, 0.25])}),
        ({"learning_rate": 1e-5}, {"measurements": measurements([2.3, 2.2, 2.25, 2.1, 2.0])}),
        (
            {"learning_rate": 1e-5},
            {"measurements": measurements(SLOW, [2.3, 2.25, 2.26, 2.2, 2.1])},
        ),
        ({"learning_rate": 1e-5}, {"measurements": measurements(FLAT)}),
        ({"learning_rate": 1e-5}, {"measurements": measurements(SLOW, steps=10)}),
        ({"learning_rate": 1e-5}, {"measurements": measurements(SLOW), "is_in_doubt": True}),
    ],
    ids=[
        "a usual rate",
        "rate 0",
        "a schedule",
        "fast enough",
        "learned",
        "train wavers",
        "test wavers",
        "no learning at all",
        "few steps",
        "in doubt",
    ],
)
def test_a_rate_is_not_to_be_raised_where_that_is_no_plain_gain(
    values: dict[str, Any], figures: dict[str, Any]
) -> None:
    assert nothing(raise_rate.find, situation(values, **figures))


def test_what_the_next_steps_show_decides_how_far_a_rate_is_raised() -> None:
    values, figures = {"learning_rate": 1e-5}, {"measurements": measurements(SLOW)}
    room = tried(1e-5, [0.01, 0.03, 0.06, 0.11, 0.2, 0.3, 0.31, -0.2, nan])
    found = only(raise_rate.find, situation(values, **figures, look_ahead=lambda: room))
    assert found.actions[0].changes == {"learning_rate": pytest.approx(1e-4)}
    assert found.actions[1].view == "Learning rate"
    assert "and falls by 0.010 with 1e-05" in found.sentence
    none = tried(1e-5, [0.3, 0.31, 0.2, 0.1, -0.2, -0.2, -0.3, nan, nan])
    assert nothing(raise_rate.find, situation(values, **figures, look_ahead=lambda: none))


# -- the rate should be lower ----------------------------------------------------------------

STUCK = [0.9, 0.91, 0.9, 0.92]
HIGH = tried(0.001, [0.1, 0.2, 0.3, 0.28, 0.1, -0.4, -0.5, -0.6, nan])


def test_a_rate_that_raises_the_loss_where_lower_ones_lower_it_is_too_high() -> None:
    rate = float(HIGH.rates[6])
    case = situation(
        {"learning_rate": rate}, measurements=measurements(STUCK), look_ahead=lambda: HIGH
    )
    found = only(lower_rate.find, case)
    assert found.kind is FindingKind.RATE_TOO_HIGH
    assert 0.002 < found.actions[0].changes["learning_rate"] < 0.02
    assert "and rises by 0.500 with" in found.sentence


@pytest.mark.parametrize(
    ("values", "figures"),
    [
        ({"learning_rate": 0.001}, {}),
        ({}, {"look_ahead": lambda: None}),
        ({}, {"look_ahead": lambda: tried(0.001, [-0.1] * 9)}),
        ({}, {"measurements": measurements([2.3, 1.0, 0.8, 0.6])}),
        ({}, {"measurements": measurements(STUCK, steps=10)}),
        ({}, {"measurements": measurements(STUCK[:3])}),
        ({}, {"is_in_doubt": True}),
        ({"schedule": "cosine"}, {}),
        ({"learning_rate": 0.0}, {}),
    ],
    ids=[
        "a slow rate",
        "nothing tried",
        "no rate helps",
        "it learns",
        "few steps",
        "few epochs",
        "in doubt",
        "a schedule",
        "rate 0",
    ],
)
def test_a_rate_is_not_called_too_high_without_proof(
    values: dict[str, Any], figures: dict[str, Any]
) -> None:
    rate = float(HIGH.rates[6])
    usual = {"measurements": measurements(STUCK), "look_ahead": lambda: HIGH}
    case = situation({"learning_rate": rate, **values}, **{**usual, **figures})
    assert nothing(lower_rate.find, case)


@given(
    st.sampled_from(sorted(OPTIMIZERS)),
    st.floats(0, 10),
    st.lists(st.floats(0.01, 5), min_size=5, max_size=12),
)
def test_an_offered_rate_is_larger_and_no_larger_than_usual(
    optimizer: str, rate: float, losses: list[float]
) -> None:
    case = situation(
        {"optimizer": optimizer, "learning_rate": rate}, measurements=measurements(losses)
    )
    for find in (not_learning.find, raise_rate.find):
        for found in find(case):
            offered = found.actions[0].changes["learning_rate"]
            assert rate < offered <= case.usual_rate
            RunConfig.parse(found.actions[0].changes)
    assert nothing(not_learning.find, case) or nothing(raise_rate.find, case)


# -- overfitting -----------------------------------------------------------------------------

TRAIN = [2.3, 1.0, 0.6, 0.4, 0.2, 0.1, 0.08, 0.06, 0.04, 0.03, 0.02, 0.01, 0.01, 0.01]
TEST = [2.3, 1.1, 0.8, 0.6, 0.55, 0.65, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0, 1.1, 1.2]


def test_a_rising_test_loss_while_train_falls_is_overfitting() -> None:
    found = only(overfitting.find, situation(measurements=measurements(TRAIN, TEST)))
    assert found.kind is FindingKind.OVERFITTING
    assert "9 epochs ago (0.550, now 1.20)" in found.sentence or "0.550" in found.sentence
    assert [action.kind for action in found.actions] == [ActionKind.CHANGE, ActionKind.PAUSE]
    assert found.actions[0].changes == {"augment_shift": 0.08}


def test_an_epoch_without_a_test_loss_hides_no_overfitting() -> None:
    case = situation(measurements=measurements(TRAIN, [nan, *TEST[1:]]))
    assert only(overfitting.find, case).kind is FindingKind.OVERFITTING


@pytest.mark.parametrize(
    ("values", "offered"),
    [
        ({"augment_rotate": 10}, [{"weight_decay": 0.001}, {}]),
        ({"augment_noise": 0.1, "weight_decay": 0.01}, [{}]),
    ],
)
def test_what_is_in_use_against_overfitting_is_not_offered_again(
    values: dict[str, Any], offered: list[dict[str, float]]
) -> None:
    found = only(overfitting.find, situation(values, measurements=measurements(TRAIN, TEST)))
    assert [action.changes for action in found.actions] == offered


@pytest.mark.parametrize(
    "case",
    [
        situation(measurements=measurements(TEST)),
        situation(measurements=measurements(TRAIN)),
        situation(measurements=measurements(TRAIN[:6], TEST[:6])),
        situation(measurements=measurements(TRAIN, TEST), is_in_doubt=True),
        situation(measurements=measurements([*TRAIN, 0.01], [*TEST, 0.5])),
    ],
    ids=["train rises too", "test falls too", "too soon", "diverged", "better again"],
)
def test_what_is_no_overfitting_is_left_alone(case: Situation) -> None:
    assert nothing(overfitting.find, case)


# -- dead units ------------------------------------------------------------------------------


def test_a_dead_layer_is_found_and_a_new_start_with_a_smaller_rate_offered() -> None:
    values = {"learning_rate": 0.1}
    found = only(dead_units.find, situation(values, looks=looks(2, dead=(0.2, 1.0, None))))
    assert (found.kind, found.subject, found.where) == (FindingKind.DEAD_LAYER, "1", Where.WEIGHTS)
    assert "All 64 units of Linear 2" in found.sentence
    (action,) = found.actions
    assert action.kind is ActionKind.RESET
    assert action.changes == {"learning_rate": pytest.approx(0.001)}


def test_the_first_of_several_dead_layers_is_named() -> None:
    found = only(dead_units.find, situation(looks=looks(4, dead=(1.0, 1.0, None))))
    assert found.subject == "0"


def test_a_large_share_of_dead_units_is_found_after_more_patience() -> None:
    assert nothing(dead_units.find, situation(looks=looks(3, dead=(0.1, 0.9, None))))
    found = only(dead_units.find, situation(looks=looks(4, dead=(0.1, 0.9, None))))
    assert (found.kind, found.subject) == (FindingKind.DEAD_UNITS, "1")
    assert "90 % of the 64 units" in found.sentence
    assert found.actions[0].kind is ActionKind.RESET


@pytest.mark.parametrize(
    "seen",
    [
        [],
        looks(1, dead=(0.1, 1.0, None)),
        [*looks(1, dead=(0.1, 1.0, None)), look(800, dead=(0.1, 0.3, None))],
        looks(8, dead=(0.7, 0.7, None)),
        looks(8, dead=(None, None, None)),
    ],
    ids=["never looked", "looked once", "recovered", "many alive", "no ReLU"],
)
def test_layers_that_recover_or_are_half_alive_are_left_alone(seen: Sequence[Any]) -> None:
    assert nothing(dead_units.find, situation(looks=seen))


def test_of_a_diverged_run_only_a_layer_that_is_dead_altogether_is_told() -> None:
    case = situation(looks=looks(4, dead=(0.1, 0.9, None)), is_in_doubt=True)
    assert nothing(dead_units.find, case)
    case = situation(looks=looks(4, dead=(0.1, 1.0, None)), is_in_doubt=True)
    assert only(dead_units.find, case).kind is FindingKind.DEAD_LAYER


# -- gradients -------------------------------------------------------------------------------

UNLEARNED = measurements([2.31, 2.3, 2.3, 2.3])


def test_a_gradient_that_does_not_reach_the_first_layer_vanishes() -> None:
    seen = looks(3, gradients=(1e-5, 1e-3, 0.5))
    found = only(vanishing.find, situation(looks=seen, measurements=UNLEARNED))
    assert found.kind is FindingKind.VANISHING
    assert "Linear 1 is about 50,000 times smaller" in found.sentence
    assert found.where == "Gradients"


@pytest.mark.parametrize(
    ("values", "layers"),
    [
        ({"hidden": (8, 8)}, "flatten,linear 8,batchnorm,relu,linear 8,batchnorm,relu"),
        (
            {"model": "layers", "layers": "flatten,linear 8,sigmoid,linear 8,tanh"},
            "flatten,linear 8,batchnorm,relu,linear 8,batchnorm,relu",
        ),
        (
            {"model": "layers", "layers": "conv 4 3,relu,flatten,linear 8,gelu"},
            "conv 4 3,batchnorm,relu,flatten,linear 8,batchnorm,gelu",
        ),
        (
            {"model": "layers", "layers": "flatten,linear 8,batchnorm,tanh"},
            "flatten,linear 8,batchnorm,relu",
        ),
        ({"model": "layers", "layers": "flatten,linear 8,batchnorm,relu"}, None),
        ({"model": "resnet18"}, None),
    ],
)
def test_against_vanishing_gradients_layers_are_offered_that_let_more_through(
    values: dict[str, Any], layers: str | None
) -> None:
    seen = looks(3, gradients=(1e-5, 1e-3, 0.5))
    found = only(vanishing.find, situation(values, looks=seen, measurements=UNLEARNED))
    offered = [action.changes for action in found.actions]
    expected = layers and [{"model": "layers", "layers": tuple(layers.split(","))}]
    assert offered == (expected or [])
    assert all(action.kind is ActionKind.RESET for action in found.actions)


@pytest.mark.parametrize(
    "figures",
    [
        {"looks": looks(2, gradients=(1e-5, 1e-3, 0.5)), "measurements": UNLEARNED},
        {"looks": looks(3, gradients=(1e-5, 1e-3, 0.5))},
        {"looks": looks(3, gradients=(0.01, 0.1, 0.5)), "measurements": UNLEARNED},
        {"looks": looks(3, gradients=(None, 0.1, 0.5)), "measurements": UNLEARNED},
        {"looks": looks(3, gradients=(0.0, 0.0, 0.0)), "measurements": UNLEARNED},
        {
            "looks": looks(3, gradients=(0.0, 0.0, 0.5), dead=(0.0, 1.0, None)),
            "measurements": UNLEARNED,
        },
        {
            "looks": looks(3, gradients=(1e-5, 1e-3, 0.5)),
            "measurements": UNLEARNED,
            "changed_step": STEPS,
        },
    ],
    ids=[
        "looked twice",
        "it learns all the same",
        "a little smaller",
        "the first is frozen",
        "nothing left to learn",
        "a dead layer",
        "changed meanwhile",
    ],
)
def test_gradients_that_do_their_work_are_left_alone(figures: dict[str, Any]) -> None:
    assert nothing(vanishing.find, situation(**figures))


def test_a_gradient_that_grows_towards_the_input_explodes() -> None:
    found = only(exploding.find, situation(looks=looks(3, gradients=(5e3, 50.0, 1.0))))
    assert "about 5,000 times larger" in found.sentence
    assert found.actions[0].changes == {"clip_norm": 1.0}
    clipped = situation({"clip_norm": 1.0}, looks=looks(3, gradients=(5e3, 50.0, 1.0)))
    assert only(exploding.find, clipped).actions == ()


def test_a_gradient_that_grows_a_hundredfold_while_the_loss_grows_explodes() -> None:
    wild = [look(STEPS * (6 + index), gradients=(300.0, 300.0, 300.0)) for index in range(3)]
    worse = measurements([2.3, 0.6, 0.4, 0.3, 0.9])
    assert only(exploding.find, situation(looks=[*looks(5), *wild], measurements=worse))
    assert nothing(exploding.find, situation(looks=[*looks(5), *wild]))
    assert nothing(exploding.find, situation(looks=[*looks(5), *wild[:2]], measurements=worse))
    case = situation(looks=[*looks(5), *wild], measurements=worse, is_in_doubt=True)
    assert nothing(exploding.find, case)


# -- a weak class ----------------------------------------------------------------------------

GOOD = [0.95, 0.97, 0.93, 0.94, 0.96, 0.92, 0.95, 0.94, 0.93]


def scores(weak: float, count: int = 3, total: int = 100) -> list[Any]:
    return [score(STEPS * index, [*GOOD[:8], weak, GOOD[8]], total) for index in range(count)]


def test_a_class_far_behind_all_others_is_named_and_its_row_offered() -> None:
    found = only(weak_class.find, situation(scores=scores(0.5)))
    assert (found.kind, found.subject, found.where) == (
        FindingKind.WEAK_CLASS,
        "8",
        Where.MISTAKES,
    )
    assert "50 % of the test images of 8" in found.sentence
    action = found.actions[0]
    assert (action.label, action.view, action.class_index) == ("Show class 8", "Mistakes", 8)
    assert "look alike" in found.hint


def test_few_training_images_of_a_class_are_named_as_the_reason() -> None:
    counts = (400,) * 8 + (20, 400)
    found = only(weak_class.find, situation(scores=scores(0.5), train_counts=counts))
    assert "Only 20 of the training images" in found.hint


@pytest.mark.parametrize(
    "figures",
    [
        {"scores": scores(0.8)},
        {"scores": scores(0.5, count=2)},
        {"scores": scores(0.5, total=4)},
        {"scores": scores(0.5), "measurements": measurements([2.3, 0.5, 0.4])},
        {"scores": [score(0, [0.95] * 7 + [0.5] * 3)] * 3},
        {"scores": [score(0, [0.6] * 9 + [0.2])] * 3},
        {"scores": [score(0, [0.9, 0.5])] * 3, "classes": ("a", "b"), "train_counts": (9, 9)},
        {"scores": scores(0.5), "is_in_doubt": True},
    ],
    ids=[
        "a little behind",
        "too soon",
        "too few test images",
        "first epochs",
        "three classes are weak",
        "all classes are weak",
        "two classes",
        "diverged",
    ],
)
def test_classes_that_are_not_alone_far_behind_are_left_alone(figures: dict[str, Any]) -> None:
    assert nothing(weak_class.find, situation(**figures))


@given(st.lists(st.integers(0, 100), min_size=3, max_size=12), st.integers(1, 30))
def test_a_weak_class_is_the_worst_one_and_far_behind(correct: list[int], factor: int) -> None:
    one = score(0, [each / 100 for each in correct], 100 * factor)
    index = weak_class.weak_class(one)
    if index is not None:
        rates = one.correct / one.total
        others = np.delete(rates, index)
        assert rates[index] == rates.min() < others.min()
        assert others.mean() - rates[index] >= weak_class.BEHIND - 1e-9


# -- all of them -----------------------------------------------------------------------------


@given(
    st.lists(st.floats(0.001, 10) | st.just(CHANCE), min_size=1, max_size=20),
    st.floats(0, 10),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1e6)), max_size=8),
    st.booleans(),
)
def test_whatever_the_figures_each_finding_can_be_told_and_each_link_obeyed(
    losses: list[float],
    rate: float,
    seen: list[tuple[float, float]],
    is_in_doubt: bool,
) -> None:
    case = situation(
        {"learning_rate": rate},
        measurements=measurements(losses),
        looks=[
            look(STEPS * index, dead=(0.1, dead, None), gradients=(gradient, 1.0, 1.0))
            for index, (dead, gradient) in enumerate(seen)
        ],
        is_in_doubt=is_in_doubt,
    )
    for rule in all_rules():
        for found in rule.find(case):
            assert found.step == case.step
            assert found.sentence.endswith(".")
            assert found.hint.endswith(".")
            assert "nan" not in found.text
            for action in found.actions:
                RunConfig.parse(action.changes)
