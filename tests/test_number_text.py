"""How numbers are written."""

import math

import pytest

from netviz.number_text import loss_text, round_stride, weight_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1834, "0.183"),
        (2.3026, "2.303"),
        (0.00421, "0.0042"),
        (12.345, "12.35"),
        (1234.5, "1,234"),
        (2e7, "2.0e+07"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (0.0, "0.000"),
    ],
)
def test_losses_are_written_short(value: float, text: str) -> None:
    assert loss_text(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.43, 2, "−0.43"),
        (0.0, 3, "0.000"),
        (0.00012, 3, "+1.2e-04"),
        (-0.0012, 3, "−0.001"),
        (12345.0, 2, "+1.2e+04"),
        (float("nan"), 3, "not finite"),
    ],
)
def test_weights_are_written_short(value: float, digits: int, text: str) -> None:
    assert weight_text(value, digits) == text


@pytest.mark.parametrize(
    ("stride", "rounded"),
    [(0.0, 1), (0.2, 1), (1.0, 1), (1.01, 2), (2.5, 5), (5.0, 5), (6, 10), (11, 20), (500.1, 1000)],
)
def test_strides_are_one_two_or_five_times_a_power_of_ten(stride: float, rounded: int) -> None:
    assert round_stride(stride) == rounded
