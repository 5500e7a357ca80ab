"""Arrays become pictures and back, and signed values have the colours of the legend."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.image_painting import (
    gray_image,
    image_pixels,
    input_image,
    signed_image,
)


@pytest.fixture
def theme(qapp: object) -> Theme:
    return Theme(dark=True)


@pytest.mark.parametrize("shape", [(7, 5), (1, 7, 5)])
def test_grey_pixels_survive_a_round_trip(shape: tuple[int, ...]) -> None:
    array = np.arange(35, dtype=np.uint8).reshape(shape)
    np.testing.assert_array_equal(image_pixels(gray_image(array)), array.reshape(7, 5))


def test_colour_pixels_survive_a_round_trip() -> None:
    array = np.random.default_rng(0).integers(0, 256, (3, 6, 5), dtype=np.uint8)
    np.testing.assert_array_equal(image_pixels(gray_image(array), color=True), array)


def test_an_input_is_rounded_and_cut_to_what_can_be_shown() -> None:
    values = np.array([[[-0.5, 0.0, 0.5, 1.0, 1.5]]], np.float32)
    np.testing.assert_array_equal(image_pixels(input_image(values)), [[0, 0, 128, 255, 255]])


def test_a_picture_outlives_the_array_it_was_made_of() -> None:
    array = np.full((4, 4), 200, np.uint8)
    image = gray_image(array)
    array[:] = 0
    assert image.pixelColor(2, 2) == QColor(200, 200, 200)


def test_the_scale_is_symmetric_about_a_zero_in_the_colour_of_the_surface(theme: Theme) -> None:
    image = signed_image(np.array([[-9, -2, 0, 2, np.nan]], np.float32), 2.0, theme)
    colors = [image.pixelColor(x, 0).name().upper() for x in range(5)]
    surface = theme.colors.surface
    assert colors == ["#0072B2", "#0072B2", surface, "#D55E00", surface]


def test_a_limit_of_zero_draws_zero(theme: Theme) -> None:
    image = signed_image(np.array([[3.0]], np.float32), 0.0, theme)
    assert image.pixelColor(0, 0).name().upper() == theme.colors.surface
