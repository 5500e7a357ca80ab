"""The order in which the training images are shown."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

_CUT_AHEAD = 500
"""Batches that are cut out of the order together, which is faster than one by one."""


class Sampler:
    """Shows every image once per epoch, in a fresh random order each time.

    The batches are those of the tutorials' ``DataLoader(data, batch_size, shuffle=True,
    generator=torch.Generator().manual_seed(seed))``, so that such a script and a run show the
    same losses.

    The order depends on the seed and its own number alone, so a change of the batch size in
    mid-epoch goes on through the same order. Number 0 is the loader's order; another one that of
    the loader over images that were put elsewhere before, each by the same shuffle of all.

    Parameters
    ----------
    count
        Number of training images.
    seed
        Seed of the sampler's own generator, which nothing else draws from.
    device
        Where the indices are wanted.
    """

    def __init__(self, count: int, seed: int, device: torch.device) -> None:
        self._count = count
        self._device = device
        self._generator = torch.Generator().manual_seed(seed)
        self._order = torch.empty(0, dtype=torch.int64)
        self._order_there = self._order.to(device)
        self._cut: Iterator[Tensor] = iter(())
        self._cut_size = 0
        self.position = count

    @property
    def epoch_done(self) -> bool:
        """Whether every image of the epoch was shown; also true before the first epoch."""
        return self.position >= self._count

    def next_batch(self, size: int, order: int = 0) -> Tensor:
        """Return the indices of the next batch, ``int64 [size]`` or fewer at an epoch's end.

        An epoch begins in the order of the number `order`; `shuffle_rest` changes it on the way.
        """
        if self.epoch_done:
            self._order = self._shuffled(order)
            self._order_there = self._order.to(self._device)
            self.position = 0
        batch = next(self._cut, None) if size == self._cut_size else None
        if batch is None:
            rest = self._order_there[self.position : self.position + _CUT_AHEAD * size]
            self._cut, self._cut_size = iter(torch.split(rest, size)), size
            batch = next(self._cut)
        self.position = min(self.position + size, self._count)
        return batch

    def shuffle_rest(self, order: int) -> None:
        """Shuffle the images that the epoch has still to come, for the order of another number."""
        if self.epoch_done:
            return
        shown, rest = self._order[: self.position], self._order[self.position :]
        self._order = torch.cat([shown, rest[_shuffle(len(rest), order)]])
        self._order_there = self._order.to(self._device)
        self._cut_size = 0

    def _shuffled(self, order: int) -> Tensor:
        """Draw what a DataLoader's iterator draws, including what it discards."""
        if len(self._order):
            torch.randperm(self._count, generator=self._generator)  # at the former epoch's end
        torch.empty((), dtype=torch.int64).random_(generator=self._generator)  # its workers' seed
        usual = torch.randperm(self._count, generator=self._generator)
        return _shuffle(self._count, order)[usual] if order else usual

    def state_dict(self) -> dict[str, Any]:
        """Return all that the future order depends on.

        The order itself is no copy: nothing writes into it, and the states of an epoch share it.
        """
        return {
            "generator": self._generator.get_state(),
            "order": self._order,
            "position": self.position,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on exactly where the sampler of `state` was."""
        self._generator.set_state(state["generator"])
        self._order = state["order"].cpu()
        self._order_there = self._order.to(self._device)
        self.position = state["position"]
        self._cut_size = 0


def _shuffle(count: int, order: int) -> Tensor:
    """Draw the places of so many images that belong to the order of a number."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(order))
