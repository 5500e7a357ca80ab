"""What tells one moment of a run from any other."""

from typing import NamedTuple


class Version(NamedTuple):
    """What tells a run at one moment from any other run, and from itself at any other moment.

    Attributes
    ----------
    run
        Its number.
    step
        Steps trained.
    edits
        How often its record changed without a step: by changes and measurements.
    """

    run: int
    step: int
    edits: int
