"""A drawing becomes the image that the network knows, wherever and however large it is drawn."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from netviz.engine.datasets.load import load
from netviz.engine.errors import ConfigError
from netviz.engine.network.build import evaluating
from netviz.engine.observatory.drawing_input import network_input
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.trainer import DeviceData, Trainer

CANVAS = 280


def place(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scale the ink of an image by 6 to 12 and put it anywhere on an empty canvas."""
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = rng.uniform(6, 12)
    height, width = (round(side * scale) for side in ink.shape)
    pixels = torch.from_numpy(ink.astype(np.float32))[None, None]
    scaled = F.interpolate(pixels, (height, width), mode="bilinear")[0, 0].numpy()
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    top, left = rng.integers(CANVAS - height + 1), rng.integers(CANVAS - width + 1)
    canvas[top : top + height, left : left + width] = scaled
    return canvas


def test_digits_drawn_anywhere_are_known_as_well_as_the_test_images() -> None:
    data = DeviceData.of(load("mnist-sample"), torch.device("cpu"))
    trainer = Trainer(RunConfig(batch_size=16, device="cpu"), data, torch.device("cpu"))
    while trainer.epoch < 4:
        trainer.train_batch()
    rng = np.random.default_rng(0)
    images = data.source.test.images[:, 0].numpy()
    drawn = np.stack([network_input(place(image, rng), 1, 28, 28) for image in (*images, *images)])
    with evaluating(trainer.model):
        answers = trainer.model(torch.from_numpy(drawn)).argmax(dim=1)
        direct = trainer.model(data.test_images).argmax(dim=1)
    labels = data.test_labels
    lost = (direct == labels).float().mean() - (answers == labels.repeat(2)).float().mean()
    assert (direct == labels).float().mean() > 0.88
    assert abs(lost) <= 0.015


def test_an_empty_canvas_is_empty() -> None:
    assert not network_input(np.zeros((280, 280), np.uint8), 1, 28, 28).any()


def test_a_full_canvas_fills_the_box() -> None:
    seen = network_input(np.full((280, 280), 255, np.uint8), 1, 28, 28)[0]
    assert np.all(np.isin(np.argwhere(seen > 0.5).min(axis=0), [4, 5]))
    assert (seen > 0.5).sum() == 400


@pytest.mark.parametrize("place", [(0, 0), (279, 279), (3, 200)])
def test_a_single_pixel_becomes_a_centred_dot(place: tuple[int, int]) -> None:
    canvas = np.zeros((280, 280), np.uint8)
    canvas[place] = 255
    seen = network_input(canvas, 1, 28, 28)[0]
    rows, columns = np.nonzero(seen)
    assert (rows.mean(), columns.mean()) == (13.5, 13.5)
    assert seen.max() == 1


def test_the_longer_side_fills_twenty_pixels_and_the_aspect_is_kept() -> None:
    canvas = np.zeros((300, 500), np.uint8)
    canvas[20:220, 400:450] = 255  # 200 high, 50 wide
    rows, columns = np.nonzero(network_input(canvas, 1, 28, 28)[0] > 0.5)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 5)


def test_ink_is_centred_by_its_mass_and_never_cut_off() -> None:
    canvas = np.zeros((280, 280), np.uint8)
    canvas[40:240, 40:50] = 60  # faint and tall
    canvas[220:240, 40:240] = 255  # the mass is at the bottom
    seen = network_input(canvas, 1, 28, 28)[0]
    assert np.count_nonzero(seen.max(axis=1) > 0.1) == 20
    assert np.argmax(seen.sum(axis=1)) < 22  # moved up from where the box would put it


def test_a_place_on_the_canvas_makes_no_difference() -> None:
    ink = np.random.default_rng(1).integers(0, 256, (60, 40), np.uint8)
    first, second = np.zeros((280, 280), np.uint8), np.zeros((400, 300), np.uint8)
    first[:60, :40], second[333:393, 250:290] = ink, ink
    assert np.array_equal(network_input(first, 1, 28, 28), network_input(second, 1, 28, 28))


def test_dark_ink_on_light_paper_is_taken_like_light_ink_on_dark() -> None:
    drawn = np.zeros((280, 280), np.uint8)
    drawn[60:200, 100:130] = 255
    photo = np.where(drawn > 0, 30, 210).astype(np.uint8)
    seen, expected = network_input(photo, 1, 28, 28), network_input(drawn, 1, 28, 28)
    assert np.allclose(seen, expected, atol=0.02)


def test_a_stroke_along_the_border_is_not_taken_for_paper() -> None:
    canvas = np.zeros((280, 280), np.uint8)
    canvas[:12, :], canvas[:, :12] = 255, 255
    seen = network_input(canvas, 1, 28, 28)[0]
    assert 0 < seen.mean() < 0.3


def test_colours_become_luminance() -> None:
    drawing = np.zeros((3, 28, 28), np.uint8)
    drawing[1] = 255
    seen = network_input(drawing, 1, 28, 28, prepared=True)
    assert np.allclose(seen, 0.587)


def test_a_grey_picture_for_a_network_in_colour_fills_the_image() -> None:
    drawing = np.zeros((64, 64), np.uint8)
    drawing[:, 32:] = 255
    seen = network_input(drawing, 3, 32, 32)
    assert seen.shape == (3, 32, 32)
    assert np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[0], seen[2])
    assert seen[0, :, :14].max() < 0.1
    assert seen[0, :, 18:].min() > 0.9


def test_a_prepared_image_is_what_the_network_was_trained_on_to_the_bit() -> None:
    split = load("mnist-sample").test
    expected = split.scaled(torch.device("cpu"))[7].numpy()
    image = split.images[7].numpy()[0]
    assert np.array_equal(network_input(image, 1, 28, 28, prepared=True), expected)


def test_a_prepared_image_of_another_data_set_goes_through_the_recipe() -> None:
    image = np.zeros((3, 32, 32), np.uint8)
    image[:, 10:20, 3:6] = 255
    assert np.array_equal(
        network_input(image, 1, 28, 28, prepared=True), network_input(image, 1, 28, 28)
    )


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))),
    st.sampled_from([(1, 28, 28), (1, 20, 31), (3, 32, 32), (1, 4, 4)]),
)
def test_any_picture_gives_an_image_in_range(
    drawing: np.ndarray, shape: tuple[int, int, int]
) -> None:
    before = drawing.copy()
    seen = network_input(drawing, *shape)
    assert seen.shape == shape
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert seen.max() <= 1
    assert np.array_equal(drawing, before)


@pytest.mark.parametrize(
    "drawing",
    [
        np.zeros((28, 28), np.float32),
        np.zeros((2, 28, 28), np.uint8),
        np.zeros((1, 1, 28, 28), np.uint8),
        np.zeros((0, 28), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(drawing: np.ndarray) -> None:
    with pytest.raises(ConfigError, match="must be uint8"):
        network_input(drawing, 1, 28, 28)
