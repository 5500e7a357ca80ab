"""Whether one processor core would train faster than several, where others keep them busy.

The threads of a step wait for each other many times in it. Where another program takes a core for
some milliseconds, all of them wait as long: a step on two cores then takes longer than on one.
"""

from collections.abc import Generator
from statistics import median
from time import perf_counter

import torch

from netviz.engine.network.build import evaluating
from netviz.engine.training.trainer import Trainer

WINDOW_S = 1.0
"""Training time over which a speed is taken: shorter ones differ by chance."""
_FALL = 0.7
"""Fraction of the best speed so far below which something is the matter."""
FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 160.0
"""Training time until it is tried again; longer each time that nothing comes of it."""
_TURN_S = 0.06
"""Time of one turn of a comparison: longer than a system leaves a core to one program."""
_TURNS = 3
_GAIN = 1.2
"""How many times as fast another number of threads must be: a change is a line in the record."""

ONE_THREAD = "Other programs keep the processor busy: a single core trains faster for now."
USUAL_THREADS = "The processor is free again: several cores train faster."


def passes_per_second(trainer: Trainer) -> float:
    """Measure how often a batch passes through the network, for a few hundredths of a second."""
    images = trainer.data.train_images[: trainer.config.batch_size].clone()
    passes = 0
    began = perf_counter()
    with evaluating(trainer.model):
        while perf_counter() - began < _TURN_S:
            trainer.model(images)
            passes += 1
    return passes / (perf_counter() - began)


class ThreadWatch:
    """Compares one thread with several when training becomes slow, and now and then after that.

    What is compared are passes through the network in evaluation mode, which change nothing in
    the run.

    Parameters
    ----------
    trainer
        Its `usual_threads` are what one thread is compared with, unless its settings ask for a
        number.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._lowered = False
        self._batch_size = trainer.config.batch_size
        self._samples, self._seconds = 0.0, 0.0
        self._best = 0.0
        self._wait_s, self._waited_s = FIRST_WAIT_S, FIRST_WAIT_S

    def note(self, samples: int, seconds: float) -> None:
        """Take the speed of the batches since the last call."""
        self._samples += samples
        self._seconds += seconds

    def is_due(self) -> bool:
        """Whether it is time to compare."""
        if self._seconds < WINDOW_S:
            return False
        speed, self._waited_s = self._samples / self._seconds, self._waited_s + self._seconds
        self._samples, self._seconds = 0.0, 0.0
        if not self._may_choose():
            return False
        is_first = self._best == 0
        self._best = max(self._best, speed)
        is_slow = is_first or self._lowered or speed < _FALL * self._best
        return is_slow and self._waited_s >= self._wait_s

    def _may_choose(self) -> bool:
        """Whether there are several threads, and the choice is left to NetViz."""
        config = self._trainer.config
        if config.batch_size != self._batch_size:  # which is trained at another speed
            self._batch_size, self._best = config.batch_size, 0.0
        self._lowered = self._lowered and config.threads == 1
        is_free = config.threads == 0 or self._lowered
        return is_free and self._trainer.usual_threads > 1 and self._trainer.device.type == "cpu"

    def compare(self) -> Generator[None, None, int | None]:
        """Compare, a few hundredths of a second at a time.

        Returns
        -------
        int or None
            The setting `threads` that is faster by now: 1, or 0 for the usual number. None where
            the present one may stay. As the generator's value.
        """
        one: list[float] = []
        several: list[float] = []
        try:
            for _ in range(_TURNS):
                for threads, speeds in ((1, one), (self._trainer.usual_threads, several)):
                    torch.set_num_threads(threads)
                    speeds.append(passes_per_second(self._trainer))
                    yield
        finally:
            self._trainer.use_threads()
        self._waited_s = 0.0
        gain = median(several) / median(one) if self._lowered else median(one) / median(several)
        if gain < _GAIN:
            self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
            return None
        self._wait_s = FIRST_WAIT_S
        self._lowered = not self._lowered
        return 1 if self._lowered else 0
