"""Divergence is noticed from the losses alone, soon, and not where a network learns."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.divergence import LossWatch, Trouble
from netviz.engine.run.remedy import rate_that_works

UNTRAINED = 2.303

levels = st.lists(st.floats(0, 1e30), min_size=1, max_size=200)


def learning(count: int, down_to: float = 0.1) -> list[float]:
    """Losses that fall from the untrained one, with noise."""
    noise = random.Random(count)
    fall = [down_to + (1 - down_to) * math.exp(-step / 60) for step in range(count)]
    return [UNTRAINED * level * noise.uniform(0.7, 1.2) for level in fall]


def watched(losses: list[float], batch_size: int = 10, rate: float = 0.01) -> LossWatch:
    watch = LossWatch(UNTRAINED)
    watch.add(losses, rate, batch_size)
    return watch


@pytest.mark.parametrize(
    ("after", "trouble"),
    [(1e20, Trouble.FAR_ABOVE), (2 * UNTRAINED, Trouble.FAR_ABOVE), (2.303, Trouble.FELL_BACK)],
)
@pytest.mark.parametrize("batch_size", [10, 64, 512])
def test_a_network_that_is_ruined_is_noticed_within_a_few_dozen_batches(
    after: float, trouble: Trouble, batch_size: int
) -> None:
    watch = watched(learning(400), batch_size)
    assert watch.divergence is None
    watch.add([after] * 96, 10.0, batch_size)
    assert watch.divergence is not None
    assert watch.divergence.trouble is trouble
    assert 400 - 16 <= watch.divergence.since_step <= 400
    assert watch.sound_step == watch.divergence.since_step
    assert watch.good_rate == 0.01


def test_a_network_that_dies_in_its_first_steps_is_noticed() -> None:
    watch = watched([2.3, 90.0, 1e4, 30.0, 8.0] + [2.31] * 100)
    assert watch.divergence is not None
    assert watch.divergence.trouble is Trouble.NEVER_LEARNED
    assert watch.good_rate is None


def test_a_rate_far_too_small_is_no_divergence() -> None:
    noise = random.Random(1)
    assert watched([UNTRAINED * noise.uniform(0.95, 1.05) for _ in range(5000)]).divergence is None


def test_one_wild_batch_is_no_divergence() -> None:
    watch = watched([*learning(300), 1e30, *learning(300)[200:]])
    assert watch.divergence is None
    assert watch.is_sound


def test_a_network_that_learns_again_has_no_divergence() -> None:
    watch = watched([*learning(300), *[1e6] * 100])
    assert watch.divergence is not None
    watch.add([0.3] * 100, 0.001, 10)
    assert watch.divergence is None
    assert watch.sound_step > 400


def test_a_loss_that_rose_and_stays_is_what_is_expected_after_a_while() -> None:
    """As under another augmentation, say; states of that time are good ones then."""
    watch = watched(learning(600, down_to=0.05))
    watch.add([0.68 * UNTRAINED] * 64, 0.01, 10)
    assert not watch.is_sound
    assert watch.sound_step <= 600
    watch.add([0.68 * UNTRAINED] * 2000, 0.01, 10)
    assert watch.is_sound
    assert watch.sound_step > 2600
    assert watch.divergence is None


def test_a_wild_batch_counts_as_four_untrained_losses_and_no_more() -> None:
    wild, bounded, tame = (
        watched([*learning(40), level * UNTRAINED, *[2.0] * 7]) for level in (1e30, 4, 3.9)
    )
    assert wild == bounded
    assert wild != tame


@given(losses=levels)
@settings(max_examples=20)
def test_from_sixteen_images_on_a_batch_is_as_calm_as_any(losses: list[float]) -> None:
    assert watched(losses, 16) == watched(losses, 512)


def test_smaller_batches_than_sixteen_images_are_noisier() -> None:
    losses = learning(200)
    watches = [watched(losses, batch_size) for batch_size in (14, 15, 16)]
    assert watches[0] != watches[1] != watches[2]


@given(before=st.integers(0, 30), after=st.integers(0, 30))
def test_another_loss_function_in_mid_block_leaves_no_step_out(before: int, after: int) -> None:
    watch = watched([UNTRAINED] * before)
    watch.measure_in(0.09)
    assert watch.step == before
    watch.add([0.09] * after, 0.01, 10)
    assert watch.step == before + after // 8 * 8


@pytest.mark.parametrize("before", range(8, 16))
def test_what_was_learned_before_a_change_is_no_credit_to_the_new_rate(before: int) -> None:
    """A block that the change came into shows what the rate before it has done."""
    losses = [UNTRAINED * 0.97**step for step in range(16)]
    watch = LossWatch(UNTRAINED)
    watch.add(losses[:before], 0.01, 16)
    watch.add(losses[before:], 10.0, 16)
    assert watch.good_rate == (10.0 if before == 8 else 0.01)


@given(losses=levels, cuts=st.lists(st.integers(1, 20)), batch_size=st.integers(1, 512))
@settings(max_examples=50)
def test_how_the_losses_are_cut_into_reports_makes_no_difference(
    losses: list[float], cuts: list[int], batch_size: int
) -> None:
    at_once, in_parts = watched(losses, batch_size), LossWatch(UNTRAINED)
    rest = losses
    for cut in cuts:
        in_parts.add(rest[:cut], 0.01, batch_size)
        rest = rest[cut:]
    in_parts.add(rest, 0.01, batch_size)
    assert in_parts == at_once


@given(losses=levels, scale=st.sampled_from([0.5, 2.0, 16.0]))
@settings(max_examples=50)
def test_the_unit_of_the_loss_makes_no_difference(losses: list[float], scale: float) -> None:
    watch = LossWatch(UNTRAINED * scale)
    watch.add([loss * scale for loss in losses], 0.01, 10)
    assert watch.divergence == watched(losses).divergence


@given(
    hopeless=st.floats(1e-6, 1000),
    earlier=st.none() | st.floats(1e-6, 1000),
    good=st.none() | st.floats(1e-6, 1000),
    optimizer=st.sampled_from(["sgd", "adam", "rmsprop"]),
)
def test_the_rate_that_is_offered_is_smaller_and_can_be_said(
    hopeless: float, earlier: float | None, good: float | None, optimizer: str
) -> None:
    config = RunConfig.parse({"learning_rate": hopeless, "optimizer": optimizer})
    rate = rate_that_works(config, earlier, good)
    assert 0 < rate < hopeless
    assert rate == earlier or rate == float(f"{rate:.2g}")
    if good and good < hopeless:
        assert rate <= good * 1.05


def test_the_rate_of_the_good_state_is_offered_as_it_was() -> None:
    config = RunConfig.parse({"learning_rate": 10.0})
    assert rate_that_works(config, earlier_rate=0.00123, good_rate=0.00123) == 0.00123
    assert rate_that_works(config, earlier_rate=10.0, good_rate=0.001) <= 0.001
    assert rate_that_works(config) <= 0.002
