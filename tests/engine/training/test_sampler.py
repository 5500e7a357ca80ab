"""The order of the images: each once per epoch, by the seed alone."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.training.sampler import Sampler

CPU = torch.device("cpu")


def epoch(sampler: Sampler, size: int) -> list[int]:
    shown = sampler.next_batch(size).tolist()
    while not sampler.epoch_done:
        shown += sampler.next_batch(size).tolist()
    return shown


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 2**63 - 1))
def test_every_image_is_shown_once_per_epoch(count: int, size: int, seed: int) -> None:
    sampler = Sampler(count, seed, CPU)
    for _ in range(3):
        assert sorted(epoch(sampler, size)) == list(range(count))


@given(st.integers(1, 60), st.lists(st.integers(1, 70), min_size=1, max_size=30))
def test_the_batch_size_never_changes_the_order(count: int, sizes: list[int]) -> None:
    changing, steady = Sampler(count, 7, CPU), Sampler(count, 7, CPU)
    shown = [index for size in sizes for index in changing.next_batch(size).tolist()]
    order: list[int] = []
    while len(order) < len(shown):
        order += epoch(steady, 1)
    assert shown == order[: len(shown)]


@given(st.integers(1, 40), st.integers(1, 50))
def test_a_batch_is_full_but_for_the_last(count: int, size: int) -> None:
    sampler = Sampler(count, 0, CPU)
    assert sampler.epoch_done
    for start in range(0, count, size):
        assert len(sampler.next_batch(size)) == min(size, count - start)
        assert sampler.epoch_done == (start + size >= count)


def test_epochs_and_seeds_differ_and_repeat() -> None:
    sampler, same, other = (Sampler(100, seed, CPU) for seed in (3, 3, 4))
    first, second = epoch(sampler, 10), epoch(sampler, 10)
    assert first != second
    assert [epoch(same, 10), epoch(same, 10)] == [first, second]
    assert epoch(other, 10) != first


@pytest.mark.parametrize("before", [0, 1, 3, 4, 7])
def test_it_goes_on_from_a_saved_state_whatever_happened_since(before: int) -> None:
    sampler = Sampler(20, 5, CPU)
    for _ in range(before):
        sampler.next_batch(6)
    state = sampler.state_dict()
    future = [sampler.next_batch(6).tolist() for _ in range(20)]
    other = Sampler(20, 99, CPU)
    for restored in (sampler, other):
        restored.load_state_dict(state)
        assert [restored.next_batch(6).tolist() for _ in range(20)] == future


def test_it_neither_draws_from_nor_depends_on_the_global_generator() -> None:
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = epoch(Sampler(50, 2, CPU), 10)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    assert epoch(Sampler(50, 2, CPU), 10) == first
