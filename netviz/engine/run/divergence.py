"""Notices from the losses alone that a run has diverged; plain numbers in, a verdict out.

Losses are counted in units of the untrained network's. A network that has learned lies well
below 1; one that was ruined jumps far above, or comes to rest at 1 (it says the same of every
image) or at 2 (it is sure of one class, with a bounded loss). What a single batch tells is noise,
so the verdict rests on averages and on how long they stay there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

BLOCK = 8
"""Batches that are averaged before anything is concluded from them."""

HIGHEST = 4.0
"""Losses count as at most this many untrained ones, so that one wild batch is no catastrophe."""

_SPIKE = 0.1
"""An average this far above 1 says that something has happened to the network."""

_BLOCK_SPIKE = 0.4
"""The same for the average of a single block."""

_LEARNED = 0.7
"""An average below this says that the network has learned something that it can lose."""

_LOST = 0.9
"""An average from here on is that of an untrained network, or worse."""

_RECOVERED = 0.8
"""An average below this is that of a network that learns."""

_ABOVE = 1.3
"""An average above this is clearly worse than that of an untrained network."""

_FAR_ABOVE = 2.5
"""An average above this needs no patience."""

_PATIENCE = 72
"""Batches that a network may take to recover, at a batch size of at least `_CALM_BATCH`."""

_CALM_BATCH = 16
"""Smaller batches are noisier: averages reach further, and patience lasts longer."""

_UNDECIDED = 4 * _PATIENCE
"""Batches of bad losses after which a network without a verdict counts as one that hardly learns.
"""

_FORGETTING = 1 / 64
"""How much of the way the lowest average follows the present one with each block."""

_PROGRESS = 0.95
"""An average below this part of the lowest before is progress, which the rate is given credit for.
"""


class Trouble(StrEnum):
    """What the losses look like."""

    FAR_ABOVE = "far above"
    FELL_BACK = "fell back"
    NEVER_LEARNED = "never learned"


@dataclass(frozen=True)
class Divergence:
    """The verdict that a run has diverged.

    Attributes
    ----------
    trouble
        What the losses look like.
    since_step
        The last step known to be sound; the damage came after it.
    step
        The step at which it was noticed.
    level
        The smoothed loss as a multiple of the untrained one, at most `HIGHEST`.
    """

    trouble: Trouble
    since_step: int
    step: int
    level: float


@dataclass
class LossWatch:
    """What is remembered of the losses so far; a few numbers, however long the run.

    Attributes
    ----------
    untrained
        Loss of the untrained network.
    step
        The last step of the last whole block.
    sound_step
        States up to this step are from before any damage: a block of good losses came after.
    is_sound
        Whether the last block was as good as could be expected.
    good_rate
        Learning rate under which the loss fell last; None if it never did.
    divergence
        The verdict while it holds; None as long as, or as soon as, the network learns.
    """

    untrained: float
    step: int = 0
    sound_step: int = 0
    is_sound: bool = True
    good_rate: float | None = None
    divergence: Divergence | None = None
    _waiting: tuple[float, ...] = ()
    _waiting_rate: float = 0.0
    _level: float = 1.0
    _quick: float = 1.0
    _lowest: float = 1.0
    _trouble_for: int = 0

    def add(self, losses: Sequence[float], rate: float, batch_size: int) -> None:
        """Take the losses of the next batches; how they are cut into calls makes no difference.

        Parameters
        ----------
        losses
            Finite.
        rate, batch_size
            Which the batches were trained with.
        """
        noise = max(1.0, math.sqrt(_CALM_BATCH / batch_size))
        # A block counts as trained with the rate of its first batch: a change comes amid one.
        first_rate = self._waiting_rate if self._waiting else rate
        waiting = (*self._waiting, *losses)
        whole = len(waiting) - len(waiting) % BLOCK
        self._waiting, self._waiting_rate = waiting[whole:], rate if whole else first_rate
        blocks = np.minimum(waiting[:whole], HIGHEST * self.untrained).reshape(-1, BLOCK)
        for nth, mean in enumerate((blocks.mean(axis=1) / self.untrained).tolist()):
            self._add_block(mean, rate if nth else first_rate, noise)

    @property
    def is_undecided(self) -> bool:
        """Whether the losses have turned bad and the verdict on that is still to come."""
        return self.divergence is None and 0 < self._trouble_for <= _UNDECIDED

    def measure_in(self, untrained: float) -> None:
        """Go on with another loss of the untrained network: the loss function is another now."""
        self.untrained = untrained
        self.step += len(self._waiting)
        self._waiting = ()

    def copy(self) -> "LossWatch":
        """Return one that goes on from here by itself."""
        return replace(self)

    def _add_block(self, mean: float, rate: float, noise: float) -> None:
        keep = 0.5 ** (0.5 / noise)
        self.step += BLOCK
        self._level = level = keep * self._level + (1 - keep) * mean
        self._quick = (self._quick + mean) / 2
        if self._is_in_trouble(mean, noise):
            self._trouble_for += BLOCK
            self.is_sound = False
            self.divergence = self.divergence or self._verdict(noise)
            return
        self._trouble_for, self.divergence = 0, None
        halfway = (1 + self._lowest) / 2
        self.is_sound = max(mean, self._quick) <= halfway + _SPIKE
        if self.is_sound:
            self.sound_step = self.step - BLOCK
            if level < _PROGRESS * self._lowest:
                self.good_rate = rate
        self._lowest = min(level, self._lowest + _FORGETTING * (level - self._lowest))

    def _is_in_trouble(self, mean: float, noise: float) -> bool:
        has_spiked = self._level > 1 + _SPIKE or mean > 1 + _BLOCK_SPIKE * noise
        fell_back = self._level >= _LOST and self._lowest < _LEARNED
        persists = self._level > _RECOVERED and self._trouble_for > 0
        return has_spiked or fell_back or persists

    def _verdict(self, noise: float) -> Divergence | None:
        learned = self._lowest < _LEARNED
        if self._level > _FAR_ABOVE:
            patience = _PATIENCE / 3
        elif learned:
            # The average has taken its time already to come back up to here.
            patience = _PATIENCE / 3 * noise
        else:
            # The first steps of a bold rate are wild, and many a network still learns after them.
            patience = _PATIENCE * noise
        if self._trouble_for < patience or min(self._level, self._quick) < _LOST:
            return None
        if self._level > _ABOVE:
            trouble = Trouble.FAR_ABOVE
        else:
            trouble = Trouble.FELL_BACK if learned else Trouble.NEVER_LEARNED
        return Divergence(trouble, self.sound_step, self.step, self._level)
