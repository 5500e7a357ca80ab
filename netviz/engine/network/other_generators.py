"""The global random generators beside torch's: Python's and numpy's.

No run keeps their states, so a network may draw from them while it is made, where the seed decides
what they give, but not while it is trained.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def kept(seed: int | None = None) -> Iterator[None]:
    """Leave the generators as they were; meanwhile they start from `seed`, if there is one."""
    states = random.getstate(), np.random.get_state()
    if seed is not None:
        random.seed(seed)
        np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def states() -> dict[str, object]:
    """Return the states, each by the name of its module."""
    kind, keys, *rest = np.random.get_state()
    return {"random": random.getstate(), "numpy.random": (kind, bytes(np.asarray(keys)), rest)}
