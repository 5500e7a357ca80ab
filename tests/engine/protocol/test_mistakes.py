"""The list of mistakes, its order, and the fractions at the sides of a confusion matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.protocol.mistakes import (
    Order,
    class_counts,
    is_skewed,
    precision,
    predicted_classes,
    recall,
    row_fractions,
    select,
)
from netviz.engine.protocol.observations import TestPredictions

LABELS = np.array([0, 1, 2, 0, 1], np.int64)
PROBABILITIES = np.array(
    [[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.3, 0.5, 0.2], [0.1, 0.0, 0.9], [0.0, 1.0, 0.0]],
    np.float32,
)


def predictions(
    probabilities: np.ndarray = PROBABILITIES,
    losses: tuple[float, ...] = (0.1, 1.6, 2.5, 2.3, 0.0),
    learned: tuple[int, ...] = (),
) -> TestPredictions:
    count, classes = probabilities.shape
    just_learned = np.zeros(count, np.bool_)
    just_learned[list(learned)] = True
    return TestPredictions(
        run=1,
        epoch=1,
        step=10,
        probabilities=probabilities,
        losses=np.array(losses, np.float32),
        just_learned=just_learned,
        just_forgotten=np.zeros(count, np.bool_),
        confusion=np.zeros((classes, classes), np.int64),
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [(Order.CONFIDENCE, [3, 1, 2]), (Order.LOSS, [2, 3, 1]), (Order.INDEX, [1, 2, 3])],
)
def test_mistakes_come_in_the_order_asked_for(order: Order, expected: list[int]) -> None:
    assert select(predictions(), LABELS, order=order).tolist() == expected


def test_filters_narrow_by_true_and_predicted_class() -> None:
    assert select(predictions(), LABELS, true_class=1).tolist() == [1]
    assert select(predictions(), LABELS, predicted_class=2).tolist() == [3]
    assert select(predictions(), LABELS, true_class=1, predicted_class=2).tolist() == []


def test_just_learned_images_are_listed_only_on_request() -> None:
    measured = predictions(learned=(4,))
    assert 4 not in select(measured, LABELS)
    assert 4 in select(measured, LABELS, with_learned=True)


def test_a_network_that_has_diverged_still_gives_a_list() -> None:
    broken = PROBABILITIES.copy()
    broken[2] = np.nan
    found = select(
        predictions(broken, losses=(0.1, 1.6, np.nan, 2.3, 0.0)), LABELS, order=Order.LOSS
    )
    assert found.tolist() == [3, 1, 2]


def test_equals_keep_the_order_of_their_index() -> None:
    same = np.tile(np.array([[0.6, 0.4]], np.float32), (50, 1))
    labels = np.ones(50, np.int64)
    found = select(predictions(same, losses=(1.0,) * 50), labels, order=Order.CONFIDENCE)
    assert found.tolist() == list(range(50))


def test_the_first_of_equal_probabilities_is_predicted() -> None:
    assert predicted_classes(np.array([[0.5, 0.5]], np.float32)).tolist() == [0]


def test_classes_are_counted_also_where_there_are_none() -> None:
    assert class_counts(LABELS, 4).tolist() == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("counts", "skewed"), [([10, 20], False), ([9, 20], True), ([0, 1], True), ([], False)]
)
def test_skewed_means_under_half_of_the_largest(counts: list[int], skewed: bool) -> None:
    assert is_skewed(np.array(counts, np.int64)) is skewed


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40),
)
def test_fractions_equal_a_plain_count(pairs: list[tuple[int, int]]) -> None:
    confusion = np.zeros((4, 4), np.int64)
    for true, predicted in pairs:
        confusion[true, predicted] += 1
    for k in range(4):
        hits = sum(pair == (k, k) for pair in pairs)
        of_class = sum(true == k for true, _ in pairs)
        predicted_k = sum(predicted == k for _, predicted in pairs)
        np.testing.assert_equal(recall(confusion)[k], hits / of_class if of_class else np.nan)
        np.testing.assert_equal(
            precision(confusion)[k], hits / predicted_k if predicted_k else np.nan
        )
        row = row_fractions(confusion)[k]
        np.testing.assert_allclose(row.sum(), 1.0 if of_class else np.nan)
