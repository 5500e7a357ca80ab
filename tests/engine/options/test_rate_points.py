"""The points of a schedule drawn by hand: how they are typed, written, and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.errors import ConfigError
from netviz.engine.options.option import brief_value, format_value
from netviz.engine.options.rate_points import POINTS_HELP, RatePoints, points_text, read_points
from netviz.engine.options.run_config import OPTIONS, RunConfig

NUMBERS = st.integers(0, 99_999).map(lambda number: number / 1000)
LINES = st.dictionaries(NUMBERS, NUMBERS.filter(bool), min_size=1, max_size=8).map(
    lambda points: tuple(sorted(points.items()))
)


@given(LINES)
def test_what_is_written_is_read_again(points: RatePoints) -> None:
    assert read_points(points_text(points)) == points
    assert RunConfig.parse({"points": points_text(points)}).points == points


@pytest.mark.parametrize(
    "text", ["0:1, 3:1, 10:0.01", " 0 : 1;3:1 10:1e-2 ,", "0:1,3:1,10:.01", "0:1\n3:1\n10:0.01"]
)
def test_points_may_be_typed_with_commas_semicolons_or_spaces(text: str) -> None:
    assert RunConfig.parse({"points": text}).points == ((0, 1), (3, 1), (10, 0.01))


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ("", "has no point"),
        ("0:1, 3:1, 3:0.1", "has a point at epoch 3 after the one at epoch 3"),
        ("5:1, 3:1", "has a point at epoch 3 after the one at epoch 5"),
        ("0:1, 3:0", "has the factor 0, which is not above 0"),
        ("0:-0.5", "has the factor -0.5, which is not above 0"),
        ("0:1e-12", "has the factor 1e-12, which is too small"),
        ("0:1e12", "has the factor 1e+12, which is too large"),
        ("-1:1", "has a point at epoch -1, which is too small"),
        ("200000:1", "has a point at epoch 200000, which is too large"),
        ("nan:1", "has a number that is not finite"),
        ("0:inf", "has a number that is not finite"),
        (", ".join(f"{epoch}:1" for epoch in range(101)), "has 101 points, which are too many"),
        ("0:1, 3", "is not a list of points"),
        ("0:1, 3:0,5", "is not a list of points"),
        ("soon:1", "is not a list of points"),
    ],
)
def test_what_is_not_allowed_is_said_in_a_sentence(points: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        RunConfig.parse({"points": points})
    assert why in caught.value.message
    assert caught.value.message.endswith(f"Allowed: {POINTS_HELP}.")


def test_settings_saved_before_there_were_points_open() -> None:
    assert RunConfig.from_json('{"schedule": "cosine"}').points == ((0, 1),)


def test_many_points_are_written_in_full_or_in_brief() -> None:
    points = tuple((float(epoch), 1 / 2**epoch) for epoch in range(5))
    option = OPTIONS["points"]
    assert format_value(option, points) == "0:1, 1:0.5, 2:0.25, 3:0.125, 4:0.0625"
    assert brief_value(option, points) == "0:1 … 4:0.0625 (5 points)"
    assert brief_value(option, points[:4]) == format_value(option, points[:4])
