"""Which epoch tested best, and what is called overfitting and what is not."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from netviz.engine.protocol.overfitting import (
    PATIENCE,
    best_epoch,
    find_overfitting,
    overfitting_of,
)
from netviz.engine.protocol.run_state import Measurement

Losses = NDArray[np.float64]

losses = st.floats(0, 1e6) | st.sampled_from([math.nan, math.inf])
runs = st.lists(st.tuples(losses, losses), max_size=40)


def falling(epochs: int) -> Losses:
    return 2.3 * 0.85 ** np.arange(epochs)


def falling_and_rising(epochs: int, best: int, rise: float = 0.05) -> Losses:
    after = np.arange(epochs) - best
    return 0.4 + np.where(after < 0, 0.3 * -after, rise * after)


def noise(epochs: int, size: float, seed: int) -> Losses:
    return np.exp(size * np.random.default_rng(seed).normal(size=epochs))


@given(st.lists(losses, max_size=40))
def test_the_best_epoch_is_the_first_with_the_lowest_finite_loss(test: list[float]) -> None:
    finite = [value for value in test if math.isfinite(value)]
    assert best_epoch(test) == (test.index(min(finite)) if finite else None)


@pytest.mark.parametrize("best", [0, 1, 3, 10])
def test_a_test_loss_that_rises_while_the_train_loss_falls_is_overfitting(best: int) -> None:
    found = find_overfitting(falling(30), falling_and_rising(30, best))
    assert found is not None
    assert (found.best, found.until) == (best, 29)
    assert best + PATIENCE <= found.noticed <= best + PATIENCE + 3


def test_it_is_not_known_before_it_has_lasted() -> None:
    test = falling_and_rising(30, 4, rise=1.0)
    epochs = [count for count in range(31) if find_overfitting(falling(count), test[:count])]
    assert epochs == list(range(4 + 1 + PATIENCE, 31))


@given(runs, st.integers(1, 10))
@example([(2.0 - 0.1 * i, 1.0 + 0.2 * i) for i in range(12)], 3)
def test_what_is_known_of_an_epoch_does_not_depend_on_those_after_it(
    run: list[tuple[float, float]], more: int
) -> None:
    train, test = [pair[0] for pair in run], [pair[1] for pair in run]
    known = find_overfitting(train, test)
    later = find_overfitting(train + [1.0] * more, test + [1e7] * more)
    if known is None:
        assert later is None or later.noticed >= len(run)
    else:
        assert later is not None
        assert (later.best, later.noticed) == (known.best, known.noticed)
        assert later.until >= known.until


@given(runs)
def test_it_begins_with_the_best_epoch_and_lies_within_the_run(
    run: list[tuple[float, float]],
) -> None:
    train, test = [pair[0] for pair in run], [pair[1] for pair in run]
    found = find_overfitting(train, test)
    if found is None:
        return
    assert found.best == best_epoch(test)
    assert found.best + PATIENCE <= found.noticed <= found.until < len(run)
    for epoch in range(found.until - PATIENCE + 1, found.until + 1):
        assert math.isfinite(test[epoch])
        assert math.isfinite(train[epoch])
        assert test[epoch] > test[found.best]


@given(st.integers(0, 10_000), st.sampled_from([1 / 1024, 0.5, 4.0, 1024.0]))
def test_the_unit_of_the_loss_does_not_matter(seed: int, unit: float) -> None:
    train = falling(40) * noise(40, 0.05, seed)
    test = falling_and_rising(40, 8) * noise(40, 0.05, seed + 1)
    assert find_overfitting(train, test) == find_overfitting(unit * train, unit * test)


def test_a_noisy_plateau_is_not_overfitting() -> None:
    alarms = 0
    for seed in range(200):
        size = 0.01 * (1 + seed % 10)
        train = falling(60) * noise(60, 0.05, seed)
        test = (2 * np.exp(-np.arange(60) / 1.5) + 0.3) * noise(60, size, 1000 + seed)
        alarms += find_overfitting(train, test) is not None
    assert alarms <= 2  # about one of 500 runs, and more where the noise is 10 % of the loss


def test_a_slow_rise_is_found_in_noise() -> None:
    for seed in range(50):
        train = falling(60) * noise(60, 0.05, seed)
        test = falling_and_rising(60, 6, rise=0.02) * noise(60, 0.03, 1000 + seed)
        found = find_overfitting(train, test)
        assert found is not None
        assert found.until == 59


@pytest.mark.parametrize("bad", [1, 2, PATIENCE - 1])
def test_a_few_bad_epochs_are_not_overfitting(bad: int) -> None:
    test = np.full(40, 0.3)
    test[10] = 0.29
    test[20 : 20 + bad] = 3.0
    assert find_overfitting(falling(40), test) is None


@pytest.mark.parametrize("after", [1e6, math.inf, math.nan])
def test_a_run_that_diverges_does_not_overfit(after: float) -> None:
    train, test = falling(20), falling(20) + 0.1
    train[10:] = test[10:] = after
    assert find_overfitting(train, test) is None


def test_a_test_loss_that_rises_with_the_train_loss_is_not_overfitting() -> None:
    both = falling_and_rising(30, 8)
    assert find_overfitting(both, both + 0.1) is None


def test_a_run_that_diverges_after_it_has_overfitted_keeps_what_was_found() -> None:
    train, test = falling(30), falling_and_rising(30, 5)
    train[20:], test[20:] = 1e4, 1e4
    found = find_overfitting(train, test)
    assert found is not None
    assert (found.best, found.until) == (5, 19)


def test_a_better_test_loss_ends_it() -> None:
    test = falling_and_rising(31, 5)
    test[-1] = 0.1
    assert find_overfitting(falling(31), test) is None


def test_measurements_are_read_as_their_losses() -> None:
    train, test = falling(20).tolist(), falling_and_rising(20, 4).tolist()
    measurements = [
        Measurement(epoch, 100 * epoch, train[epoch], 0.5, test[epoch], 0.5, 1.0, 1e4)
        for epoch in range(20)
    ]
    found = overfitting_of(measurements)
    assert found == find_overfitting(train, test)
    assert found is not None
    assert measurements[found.best].epoch == 4


def test_losses_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        find_overfitting([1.0], [1.0, 2.0])
