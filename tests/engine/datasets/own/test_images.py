"""One picture of any kind becomes the pixels that a network takes, or a reason why not."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from netviz.engine.datasets.own.images import OwnForm, PictureError, read_picture
from netviz.engine.errors import ConfigError
from tests.engine.datasets.pictures import png_claiming, save_picture

GREY, COLOUR = OwnForm(8, 1), OwnForm(8, 3)
RED = (255, 0, 0)


def read(image: Image.Image, path: Path, form: OwnForm = COLOUR, **how: object) -> NDArray:
    image.save(path, **how)
    return read_picture(path, form)


def refusal(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(path, GREY)
    return str(caught.value)


@pytest.mark.parametrize("size", [(8, 8), (2, 2), (640, 480), (3, 900), (900, 3)])
@pytest.mark.parametrize("form", [GREY, COLOUR, OwnForm((6, 10), 3)])
def test_any_size_fills_the_frame(size: tuple[int, int], form: OwnForm, tmp_path: Path) -> None:
    picture = read_picture(save_picture(tmp_path / "a.png", 77, size), form)

    assert picture.shape == form.shape
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert (picture == 77).all()


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif", "webp", "ppm", "jp2"])
def test_colours_survive_each_lossless_format(suffix: str, tmp_path: Path) -> None:
    how = {"lossless": True} if suffix == "webp" else {}
    picture = read(Image.new("RGB", (8, 8), (255, 0, 51)), tmp_path / f"a.{suffix}", **how)

    assert picture[:, 4, 4].tolist() == [255, 0, 51]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("1", (8, 8), 1), [255, 255, 255]),
        (Image.new("L", (8, 8), 70), [70, 70, 70]),
        (Image.new("P", (8, 8), 0), [0, 0, 0]),
        (Image.new("LA", (8, 8), (0, 0)), [255, 255, 255]),
        (Image.new("RGBA", (8, 8), (0, 0, 255, 0)), [255, 255, 255]),
        (Image.new("RGBA", (8, 8), (0, 0, 255, 255)), [0, 0, 255]),
        (Image.new("RGBA", (8, 8), (0, 0, 0, 51)), [204, 204, 204]),
        (Image.new("I;16", (8, 8), 65_535), [255, 255, 255]),
        (Image.new("I;16", (8, 8), 256 * 70), [70, 70, 70]),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else "",
)
def test_every_mode_of_png(image: Image.Image, expected: list[int], tmp_path: Path) -> None:
    picture = read(image, tmp_path / "a.png")

    assert (picture == np.array(expected, np.uint8)[:, None, None]).all()


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("CMYK", (8, 8), (0, 255, 255, 0)), list(RED)),
        (Image.new("F", (8, 8), 1.0), [255, 255, 255]),
        (Image.new("F", (8, 8), 70.0), [70, 70, 70]),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else "",
)
def test_modes_that_only_tiff_has(image: Image.Image, expected: list[int], tmp_path: Path) -> None:
    picture = read(image, tmp_path / "a.tif")

    assert (picture == np.array(expected, np.uint8)[:, None, None]).all()


def test_palette_with_a_transparent_colour_lies_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])

    assert read(image, tmp_path / "a.png")[:, 0, 0].tolist() == [10, 20, 30]
    assert (read(image, tmp_path / "b.png", transparency=1) == 255).all()


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    image = Image.new("L", (8, 8), 0)
    image.paste(255, (0, 0, 8, 4))
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned: the top of what was stored is on the right.
    picture = read(image, tmp_path / "a.png", GREY, exif=exif)[0]

    assert (picture[:, 4:] == 255).all()
    assert (picture[:, :4] == 0).all()


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("L", (8, 8), value) for value in (50, 150, 250)]
    picture = read(frames[0], tmp_path / "a.gif", GREY, save_all=True, append_images=frames[1:])

    assert (picture == 50).all()


def test_wide_picture_is_centred_on_the_colour_of_its_border(tmp_path: Path) -> None:
    image = Image.new("RGB", (160, 80), (0, 0, 200))
    image.paste(RED, (40, 20, 120, 60))
    picture = read(image, tmp_path / "a.png", OwnForm(16, 3))

    assert (picture[:, [0, 1, 2, 3, 12, 13, 14, 15]] == [[[0]], [[0]], [[200]]]).all()
    assert picture[:, 8, 8].tolist() == list(RED)


def test_shrinking_averages_rather_than_skips(tmp_path: Path) -> None:
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    picture = read(Image.fromarray(stripes), tmp_path / "a.png", GREY)

    assert np.ptp(picture) < 40
    assert abs(int(picture.mean()) - 127) < 3


def test_large_jpeg_is_the_same_as_when_unpacked_whole(tmp_path: Path) -> None:
    y, x = np.mgrid[0:800, 0:600]
    image = Image.fromarray((x / 600 * 200 + y / 800 * 50).astype(np.uint8))
    small, whole = (
        read(image, tmp_path / name, OwnForm(28), **how).astype(int)
        for name, how in (("a.jpg", {"quality": 95}), ("a.png", {}))
    )

    assert np.abs(small - whole).max() <= 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"just some text", "is not an image"),
        (b"", "is empty"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not an image"),
        (png_claiming(1, 1), "is too small: 1 x 1 pixels, less than 2 x 2"),
        (png_claiming(1, 30), "is too small: 1 x 30 pixels, less than 2 x 2"),
        (png_claiming(20_000, 20_000), "is too large: more than 64 megapixels"),
        (png_claiming(12_000, 8_000), "is too large: more than 64 megapixels"),
        (png_claiming(8_001, 8_000), "is too large: more than 64 megapixels"),
        (png_claiming(100, 100), "is cut off"),
    ],
    ids=["text", "empty", "program", "1x1", "1x30", "bomb", "warned", "65 MP", "no pixels"],
)
def test_what_is_left_out_and_why(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(content)

    assert refusal(tmp_path / "a.png") == reason


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp"])
def test_file_cut_in_the_middle(suffix: str, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(pixels).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert refusal(path) in ("is cut off", "is broken", "is not an image")


def test_photo_of_a_telephone_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")

    assert refusal(tmp_path / "a.heic") == "is a HEIC photo, which cannot be read; save it as JPEG"


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.png") == "is missing"
    assert refusal(tmp_path) == "is not a file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert refusal(tmp_path / "pipe.png") == "is not a file"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"size": 3}, "The size of own pictures cannot be 3. Allowed: 4 to 1024 pixels."),
        ({"size": (28, 2000)}, "size of own pictures cannot be (28, 2000)"),
        ({"channels": 2}, "cannot be 2. Allowed: 1 (grey) or 3 (colour)."),
        ({"test_share": 0}, "cannot be 0. Allowed: above 0 and below 1."),
        ({"test_share": float("nan")}, "cannot be nan. Allowed: above 0 and below 1."),
        ({"seed": -1}, "The seed cannot be -1. Allowed: 0 or more."),
    ],
)
def test_forms_that_are_not_allowed(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        OwnForm(**values)

    assert message in str(caught.value)


@pytest.mark.parametrize("white", [255, 65_535, 2**31 - 1])
def test_whole_numbers_of_32_bits_are_refused_since_their_white_is_unknown(
    white: int, tmp_path: Path
) -> None:
    Image.new("I", (8, 8), white).save(tmp_path / "a.tif")
    with pytest.raises(PictureError, match="has 32 bits a pixel; save it with 8 or 16 bits"):
        read_picture(tmp_path / "a.tif", GREY)
