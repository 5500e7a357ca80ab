"""Makes folders of pictures and files that only look like pictures."""

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image


def save_picture(path: Path, value: int = 200, size: tuple[int, int] = (8, 8)) -> Path:
    """Write a PNG of one grey value, `size` is width and height."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, value).save(path)
    return path


def save_classes(folder: Path, **counts: int) -> Path:
    """Write so many different pictures of each class: the class is the row that is bright."""
    for row, (name, count) in enumerate(counts.items()):
        for index in range(count):
            pixels = np.zeros((8, 8), np.uint8)
            pixels[row] = 100 + index
            (folder / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / name / f"{index:03}.png")
    return folder


def png_claiming(width: int, height: int) -> bytes:
    """A PNG's header for a grey picture of any size, with next to nothing behind it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
