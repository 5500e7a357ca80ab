"""Read one picture of any size and kind into the form that a network takes.

Needs no torch, so that a preview costs the window nothing.
"""

import os
import stat
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from netviz.engine.errors import ConfigError

MIN_SIDE = 2
"""Pixels; a picture that is smaller shows nothing."""

MAX_PIXELS = 64_000_000
"""Pixels of a picture; far more than a camera's, and few enough to unpack in memory."""

_TIFF_BITS = 258
"""TIFF's tag "BitsPerSample"."""

_WHITE = (255, 255, 255, 255)


@dataclass(frozen=True)
class OwnForm:
    """The form that own pictures are converted to.

    Attributes
    ----------
    size
        Height and width in pixels, or one number for both.
    channels
        1 for grey, 3 for colour.
    test_share
        Fraction of each class's pictures that is kept for testing, between 0 and 1.
    seed
        Decides which pictures those are.

    Raises
    ------
    ConfigError
        One of them is not allowed.
    """

    size: int | tuple[int, int] = 28
    channels: int = 1
    test_share: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        if not all(4 <= side <= 1024 for side in (self.height, self.width)):
            raise ConfigError(
                f"The size of own pictures cannot be {self.size}. Allowed: 4 to 1024 pixels."
            )
        if self.channels not in (1, 3):
            raise ConfigError(
                f"The channels of own pictures cannot be {self.channels}. "
                "Allowed: 1 (grey) or 3 (colour)."
            )
        if not 0 < self.test_share < 1:
            raise ConfigError(
                f"The fraction of test pictures cannot be {self.test_share}. "
                "Allowed: above 0 and below 1."
            )
        if self.seed < 0:
            raise ConfigError(f"The seed cannot be {self.seed}. Allowed: 0 or more.")

    @property
    def height(self) -> int:
        """Height of every picture in pixels."""
        return self.size if isinstance(self.size, int) else self.size[0]

    @property
    def width(self) -> int:
        """Width of every picture in pixels."""
        return self.size if isinstance(self.size, int) else self.size[1]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of every picture."""
        return self.channels, self.height, self.width


class PictureError(Exception):
    """A picture cannot be read; the text goes on after its name: "is not an image"."""


def read_picture(path: Path, form: OwnForm) -> NDArray[np.uint8]:
    """Read the picture in `path` as ``uint8 [channels, height, width]``.

    The first frame of an animated one, turned as its EXIF orientation says, transparent parts
    on white as a browser shows them. The whole picture is scaled with anti-aliasing (bicubic),
    keeping its aspect ratio, and centred; what is left of the frame gets the median colour of
    the picture's own border.

    Raises
    ------
    PictureError
        The file is no image, broken, smaller than 2 x 2 pixels or larger than 64 megapixels.
    """
    try:
        with warnings.catch_warnings():
            # What Pillow warns of, a broken file or a large one, is explained below.
            warnings.filterwarnings("ignore", module=r"PIL\.")
            return _read(path, form)
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise _too_large() from None
    except Exception as error:
        # A broken file makes decoders raise anything.
        raise PictureError(_reason(path, error)) from error


def _read(path: Path, form: OwnForm) -> NDArray[np.uint8]:
    if not stat.S_ISREG(os.stat(path).st_mode):
        # Opening a pipe would wait for ever.
        raise PictureError("is not a file")
    with Image.open(path, formats=_formats()) as image:
        _check_size(image)
        _check_depth(image)
        # Lets a JPEG be unpacked at a fraction of its size, but at twice `form`'s or more.
        image.draft(None, (2 * max(form.height, form.width),) * 2)
        return _fitted(_in_eight_bits(ImageOps.exif_transpose(image)), form)


@cache
def _formats() -> tuple[str, ...]:
    """Return what is read; not what runs a program (EPS) or is recognised by its name only."""
    Image.init()
    wanted = ("PNG", "JPEG", "MPO", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "JPEG2000")
    return tuple(name for name in (*wanted, "PPM", "ICO") if name in Image.OPEN)


def _check_size(image: Image.Image) -> None:
    """Refuse by the size that the file claims, before anything is unpacked."""
    if min(image.size) < MIN_SIDE:
        raise PictureError(
            f"is too small: {image.width} x {image.height} pixels, "
            f"less than {MIN_SIDE} x {MIN_SIDE}"
        )
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()


def _check_depth(image: Image.Image) -> None:
    """Refuse whole numbers of 32 bits, which TIFF alone has: nothing says which is white."""
    bits = getattr(image, "tag_v2", {}).get(_TIFF_BITS, (16,))
    if image.mode == "I" and max(bits) > 16:
        raise PictureError("has 32 bits a pixel; save it with 8 or 16 bits")


def _too_large() -> PictureError:
    return PictureError(f"is too large: more than {MAX_PIXELS // 1_000_000} megapixels")


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "is missing"
    if isinstance(error, UnidentifiedImageError):
        if path.suffix.lower() in (".heic", ".heif"):
            return "is a HEIC photo, which cannot be read; save it as JPEG"
        return "is not an image" if path.stat().st_size else "is empty"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return "is cut off" if "truncated" in str(error).lower() else "is broken"


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Turn any mode into L, RGB or RGBA, without Pillow's clipping of deeper grey values."""
    if image.mode.startswith("I"):
        values = np.asarray(image).clip(0, 65_535)
        return Image.fromarray((values >> 8).astype(np.uint8))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        brightest = 255 if values.max() <= 1 else 1
        return Image.fromarray((values * brightest).clip(0, 255).astype(np.uint8))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _fitted(image: Image.Image, form: OwnForm) -> NDArray[np.uint8]:
    """Scale into the frame and fill the rest of it with the border's colour."""
    scale = min(form.width / image.width, form.height / image.height)
    wide, tall = (max(1, round(side * scale)) for side in image.size)
    image = image.resize((wide, tall), Image.Resampling.BICUBIC)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image)
    image = image.convert("L" if form.channels == 1 else "RGB")
    pixels = np.asarray(image).reshape(tall, wide, form.channels)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    picture = np.empty((form.height, form.width, form.channels), np.uint8)
    picture[:] = np.median(border, axis=0)
    top, left = (form.height - tall) // 2, (form.width - wide) // 2
    picture[top : top + tall, left : left + wide] = pixels
    return np.ascontiguousarray(picture.transpose(2, 0, 1))
