import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.rate_zones import (
    GUESSING,
    SHAKEN,
    UNSTABLE,
    Zone,
    ZoneKind,
    ends_of,
    kind_at,
    reaching_ends,
    zones_of,
)
from netviz.engine.protocol.rates import StepsAhead

GUESS = math.log(10)
SLOW, GOOD, BAD = ZoneKind.SLOW, ZoneKind.GOOD, ZoneKind.UNSTABLE

LOSSES = st.one_of(
    st.floats(0, 4),
    st.floats(0, 1e30),
    st.sampled_from((math.nan, math.inf, GUESS)),
)
ENDS = st.lists(LOSSES, min_size=9, max_size=9)
STARTS = st.floats(1e-6, 3)


def ahead(ends: list[float], start: float = 1.0, before: list[float] | None = None) -> StepsAhead:
    """Nine rates from 0.001 to 1, and the losses at the end and shortly before it."""
    columns = [np.full(len(ends), start), np.array(before or ends), np.array(ends)]
    losses = np.stack(columns, axis=1)
    rates = np.geomspace(1e-3, 1, len(ends))
    batches = np.ones((len(ends), 20), np.float32)
    moments = np.array([0, 15, 20])
    return StepsAhead(1, 70, RunConfig(), rates, moments, losses, batches, guessing=GUESS)


def kinds(tried: StepsAhead) -> list[ZoneKind | None]:
    """Return the zone of each rate that was tried."""
    zones = zones_of(tried)
    return [kind_at(zones, rate) for rate in tried.rates.tolist()]


def good_of(tried: StepsAhead) -> Zone | None:
    return next((zone for zone in zones_of(tried) if zone.kind is GOOD), None)


@pytest.mark.parametrize("start", [6.0, 1e9, math.inf, math.nan])
def test_a_ruined_network_has_no_zones_however_far_its_loss_falls(start: float) -> None:
    assert zones_of(ahead([5.9, 5, 4, 3, 3, 3, 4, 5, 6], start)) == ()


@given(ENDS, ENDS, STARTS)
def test_zones_are_ordered_and_do_not_overlap(
    ends: list[float], before: list[float], start: float
) -> None:
    tried = ahead(ends, start, before)
    zones = zones_of(tried)
    assert [zone.kind for zone in zones] == [
        kind for kind in ZoneKind if kind in {zone.kind for zone in zones}
    ]
    limits = [limit for zone in zones for limit in (zone.low, zone.high)]
    assert limits == sorted(limits)
    assert all(zone.low <= zone.high for zone in zones)
    assert all(tried.rates[0] <= limit <= tried.rates[-1] for limit in limits)


@given(ENDS, ENDS, STARTS)
def test_the_best_rate_is_good_if_it_lowers_the_loss(
    ends: list[float], before: list[float], start: float
) -> None:
    tried = ahead(ends, start, before)
    means: NDArray[np.float64] = ends_of(tried)
    best = int(means.argmin())
    if means[best] < start:
        assert kinds(tried)[best] is GOOD
    elif means[best] > SHAKEN * start:
        assert GOOD not in kinds(tried)
    if GOOD not in kinds(tried):
        assert SLOW not in kinds(tried)


@given(ENDS, ENDS, STARTS)
def test_what_ruins_the_network_is_never_good_and_unstable_reaches_to_the_end(
    ends: list[float], before: list[float], start: float
) -> None:
    tried = ahead(ends, start, before)
    means, found = ends_of(tried), kinds(tried)
    assert all(kind is not GOOD for kind, end in zip(found, means, strict=True) if end == math.inf)
    if not math.isfinite(means[-1]):
        assert found[-1] is BAD
    if BAD in found:
        assert zones_of(tried)[-1].high == tried.rates[-1]
        assert set(found[found.index(BAD) :]) == {BAD}


@given(ENDS, STARTS, st.floats(0.01, 100))
def test_the_zones_are_those_of_shares_whatever_the_loss_is_measured_in(
    ends: list[float], start: float, factor: float
) -> None:
    # Far enough from guessing, which is a loss of its own.
    near = [end if end < 4 else math.inf for end in ends]
    rates = np.geomspace(1e-3, 1, 9)

    def of(factor: float) -> list[ZoneKind]:
        losses = factor * np.stack([np.full(9, start), np.array(near)], axis=1)
        tried = StepsAhead(
            1, 0, RunConfig(), rates, np.array([0, 20]), losses, np.ones((9, 20), np.float32)
        )
        return [zone.kind for zone in zones_of(tried)]

    # Powers of two change no digit.
    assert of(2.0 ** round(math.log2(factor))) == of(1.0)


def test_good_reaches_from_half_the_fall_to_two_fifths_above_the_start() -> None:
    ends = [0.98, 0.9, 0.82, 0.7, 0.6, 0.9, SHAKEN - 0.01, 1.9, UNSTABLE + 0.01]
    assert kinds(ahead(ends)) == [SLOW, SLOW, SLOW, GOOD, GOOD, GOOD, GOOD, None, BAD]


def test_between_two_rates_the_loss_changes_evenly() -> None:
    zone = good_of(ahead([1.0, 1.0, 1.0, 0.9, 0.5, 0.5, 0.7, 1.7, 9.0]))
    assert zone is not None
    rates = np.log(ahead([1.0] * 9).rates)
    # 0.75 lies at five eighths of the way from 0.5 to 0.9, 1.4 at seven tenths from 0.7 to 1.7.
    assert math.log(zone.low) == pytest.approx(rates[4] - 0.625 * (rates[4] - rates[3]))
    assert math.log(zone.high) == pytest.approx(rates[6] + (SHAKEN - 0.7) * (rates[7] - rates[6]))


def test_a_loss_like_that_of_guessing_is_unstable_where_lower_rates_learn() -> None:
    ends = [2.2, 2.0, 1.5, 1.0, 1.3, 2.0, 2.305, 2.305, 2.31]
    found = kinds(ahead(ends, start=2.304))
    assert found == [SLOW, SLOW, GOOD, GOOD, GOOD, GOOD, BAD, BAD, BAD]
    assert ends[5] < GUESSING * GUESS


def test_before_anything_is_learned_what_guesses_is_not_called_good() -> None:
    found = kinds(ahead([2.303, 2.302, 2.30, 2.29, 2.27, 2.25, 2.31, 2.32, 3.0], start=2.304))
    assert found == [SLOW, SLOW, SLOW, SLOW, GOOD, GOOD, BAD, BAD, BAD]


def test_one_measurement_alone_does_not_decide() -> None:
    ends, before = [0.9, 0.8, 0.7, 1.3, 0.9, 0.9, 0.9, 2.5, 3.0], [0.9, 0.8, 0.7, 0.6, *[0.9] * 5]
    assert kinds(ahead(ends, before=before))[3] is GOOD


def test_what_lies_beyond_the_tried_rates_is_as_slow_or_unstable() -> None:
    zones = reaching_ends(zones_of(ahead([0.99, 0.5, *[9.0] * 7])), 1e-5, 10)
    assert (zones[0].kind, zones[0].low) == (SLOW, 1e-5)
    assert (zones[-1].kind, zones[-1].high) == (BAD, 10)


def test_where_no_rate_is_bearable_all_are_unstable() -> None:
    zones = zones_of(ahead([2.5, *[math.inf] * 8]))
    assert [zone.kind for zone in zones] == [BAD]
