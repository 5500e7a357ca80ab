"""Steps of the learning rate lead to round figures, on a logarithmic scale."""

import pytest

from netviz.engine.options.rate_steps import (
    rate_at,
    rate_fraction,
    step_rate,
    step_rate_by_decades,
)


@pytest.mark.parametrize(
    ("rate", "steps", "reached"),
    [
        (0.001, 10, 0.01),
        (0.01, -10, 0.001),
        (0.0007, 1, 0.0008),
        (0.0007, -1, 0.0006),
        (0.0, 1, 1e-5),
        (0.0, -1, 0.0),
        (50.0, -1, 10.0),
        (50.0, 1, 50.0),
        (9.0, 3, 10.0),
    ],
)
def test_steps_lead_to_round_figures(rate: float, steps: int, reached: float) -> None:
    assert step_rate(rate, steps) == pytest.approx(reached)


@pytest.mark.parametrize(
    ("rate", "decades", "reached"),
    [(0.001, 1, 0.01), (0.0013, -1, 0.00013), (5.0, 1, 10.0), (50.0, -1, 10.0), (0.0, 1, 1e-5)],
)
def test_decades_end_at_the_limits(rate: float, decades: int, reached: float) -> None:
    assert step_rate_by_decades(rate, decades) == pytest.approx(reached)


@pytest.mark.parametrize(
    ("rate", "fraction"), [(1e-5, 0), (0.01, 0.5), (10.0, 1), (50.0, 1), (0, 0)]
)
def test_the_scale_is_logarithmic_between_its_limits(rate: float, fraction: float) -> None:
    assert rate_fraction(rate) == pytest.approx(fraction)


@pytest.mark.parametrize(("fraction", "rate"), [(-1, 1e-5), (0.5, 0.01), (0.55, 0.02), (2, 10.0)])
def test_a_place_on_the_scale_is_a_rate_of_two_digits(fraction: float, rate: float) -> None:
    assert rate_at(fraction) == rate
