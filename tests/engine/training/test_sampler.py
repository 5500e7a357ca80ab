"""The order of the images: each once per epoch, by the seed alone.

Batches are cut out of the order 500 at a time, so some of these tests have thousands of images in
batches of a few: there a cut ends in mid-epoch, and a change or a restore comes in mid-cut.
"""

from collections.abc import Iterator
from itertools import islice

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from netviz.engine.training.sampler import Sampler

CPU = torch.device("cpu")


def epoch(sampler: Sampler, size: int) -> list[int]:
    shown = sampler.next_batch(size).tolist()
    while not sampler.epoch_done:
        shown += sampler.next_batch(size).tolist()
    return shown


COUNTS = st.one_of(st.integers(1, 60), st.integers(500, 5000))
SIZES = st.one_of(st.integers(1, 4), st.integers(1, 70), st.integers(400, 6000))
POSITIONS = st.one_of(st.integers(0, 20), st.integers(480, 520), st.integers(0, 4000))
"""Batches before something happens; a cut ends after 500."""


def reference_order(count: int, seed: int, epochs: int) -> list[int]:
    """The images in the order of so many epochs of the tutorials' loader, drawn in plain torch."""
    generator = torch.Generator().manual_seed(seed)
    order: list[int] = []
    for epoch in range(epochs):
        if epoch:
            torch.randperm(count, generator=generator)
        torch.empty((), dtype=torch.int64).random_(generator=generator)
        order += torch.randperm(count, generator=generator).tolist()
    return order


def reference_batches(count: int, seed: int, size: int) -> Iterator[list[int]]:
    """The batches of endless epochs of the tutorials' loader."""
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(
        range(count),  # type: ignore[arg-type]
        batch_size=size,
        shuffle=True,
        generator=generator,
        collate_fn=list,
    )
    while True:
        yield from loader


def shown(sampler: Sampler, size: int, batches: int) -> list[list[int]]:
    return [sampler.next_batch(size).tolist() for _ in range(batches)]


@settings(max_examples=40)
@given(COUNTS, SIZES, st.integers(0, 2**63 - 1))
def test_the_batches_are_those_of_the_loader_of_the_tutorials(
    count: int, size: int, seed: int
) -> None:
    per_epoch = -(-count // size)
    batches = min(2 * per_epoch + 2, 3000)
    wanted = list(islice(reference_batches(count, seed, size), batches))
    assert shown(Sampler(count, seed, CPU), size, batches) == wanted


@settings(max_examples=40)
@given(COUNTS, st.lists(st.tuples(POSITIONS, SIZES), min_size=1, max_size=4), st.integers(0, 9))
def test_the_order_goes_on_where_the_batch_size_changes_in_mid_cut(
    count: int, parts: list[tuple[int, int]], seed: int
) -> None:
    sampler = Sampler(count, seed, CPU)
    order: list[int] = []
    for batches, size in parts:
        for _ in range(min(batches, 20_000 // size)):
            was_done, position = sampler.epoch_done, sampler.position
            batch = sampler.next_batch(size).tolist()
            rest = count if was_done else count - position
            assert len(batch) == min(size, rest)
            assert sampler.epoch_done == (rest <= size)
            order += batch
    wanted = reference_order(count, seed, -(-len(order) // count))
    assert order == wanted[: len(order)]


@settings(max_examples=40)
@given(COUNTS, SIZES, POSITIONS, POSITIONS, st.sampled_from(["itself", "new", "in mid-cut"]))
def test_it_goes_on_from_any_position_however_far_another_is(
    count: int, size: int, before: int, after: int, restored_into: str
) -> None:
    before, after = (min(batches, 20_000 // size) for batches in (before, after))
    sampler = Sampler(count, 5, CPU)
    shown(sampler, size, before)
    state = sampler.state_dict()
    future = shown(sampler, size, after)
    if restored_into != "itself":
        sampler = Sampler(count, 99, CPU)
    if restored_into == "in mid-cut":
        shown(sampler, size, 3)
    for _ in range(2):  # the state is the same after it was gone on from
        sampler.load_state_dict(state)
        assert shown(sampler, size, after) == future
    other = Sampler(count, 5, CPU)
    other.load_state_dict(state)
    rest = [index for batch in shown(other, 7, 50) for index in batch]
    epochs, begun = divmod(before, -(-count // size))
    first = epochs * count + begun * size
    wanted = reference_order(count, 5, 1 + (first + len(rest)) // count)
    assert rest == wanted[first : first + len(rest)]


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
