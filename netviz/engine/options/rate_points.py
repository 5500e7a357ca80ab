"""The points of a learning-rate schedule drawn by hand: how they are written, and what is allowed.

A point is a pair: epochs done, and the factor of the base rate there.
"""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from netviz.number_text import typed_text

RatePoint = tuple[float, float]
RatePoints = tuple[RatePoint, ...]

MOST_POINTS = 100
LAST_EPOCH = 100_000
FACTOR_MIN, FACTOR_MAX = 1e-9, 1e9

_MOST_IN_BRIEF = 4

POINTS_HELP = (
    f"1 to {MOST_POINTS} points EPOCH:FACTOR such as 0:1, 3:1, 10:0.01, each at a later epoch "
    f"than the one before, to {LAST_EPOCH:,} at most, with factors from {FACTOR_MIN:g} to "
    f"{FACTOR_MAX:g}"
)


def read_points(text: str) -> RatePoints:
    """Read points as they are typed: ``0:1, 3:1, 10:0.01``.

    Raises
    ------
    ValueError
        When the text is no list of pairs of numbers. Whether the pairs are allowed is for
        `points_problem` to say.
    """
    parts = re.split(r"[,;\s]+", re.sub(r"\s*:\s*", ":", text.strip(" \t\r\n,;")))
    points = []
    for part in filter(None, parts):
        epoch, colon, factor = part.partition(":")
        if not colon:
            raise ValueError(f"{part} is no point")
        points.append((float(epoch), float(factor)))
    return tuple(points)


def points_text(points: Sequence[RatePoint]) -> str:
    """Write points as `read_points` reads them."""
    return ", ".join(f"{typed_text(epoch)}:{typed_text(factor)}" for epoch, factor in points)


def brief_points_text(points: Sequence[RatePoint]) -> str:
    """Write points where there is little room: of many only the first and the last."""
    if len(points) <= _MOST_IN_BRIEF:
        return points_text(points)
    return f"{points_text(points[:1])} … {points_text(points[-1:])} ({len(points)} points)"


def points_problem(points: Sequence[RatePoint]) -> str | None:
    """Say why points are not allowed, or return None where they are."""
    if not points:
        return "has no point"
    if len(points) > MOST_POINTS:
        return f"has {len(points)} points, which are too many"
    for epoch, factor in points:
        if not (math.isfinite(epoch) and math.isfinite(factor)):
            return "has a number that is not finite"
        if not 0 <= epoch <= LAST_EPOCH:
            how = "small" if epoch < 0 else "large"
            return f"has a point at epoch {epoch:g}, which is too {how}"
        if factor <= 0:
            return f"has the factor {factor:g}, which is not above 0"
        if not FACTOR_MIN <= factor <= FACTOR_MAX:
            return f"has the factor {factor:g}, which is too {'small' if factor < 1 else 'large'}"
    for (before, _), (after, _) in pairwise(points):
        if after <= before:
            return f"has a point at epoch {after:g} after the one at epoch {before:g}"
    return None
