"""Read data sets whose splits are idx files, as MNIST and its relatives are.

Read here rather than by torchvision, which must first unpack the files beside the archive (a
teacher's shared folder may be read-only) and does not check what it reads.
"""

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from netviz.engine.catalogue import DatasetInfo, idx_size_bytes, is_intact
from netviz.engine.errors import DataError

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def read_idx(info: DatasetInfo, folder: Path) -> tuple[Arrays, Arrays]:
    """Images ``uint8 [N, 1, H, W]`` and labels ``uint8 [N]`` of the train and the test split.

    An archive with the right checksum is taken first, an unpacked file otherwise.

    Raises
    ------
    DataError
        A file is missing, cut off or not what it should be.
    """
    intact = {file.name for file in info.files if is_intact(folder / file.name, file)}
    parts = [_parse(info, index, *_find(info, folder, index, intact)) for index in range(4)]
    train_images, train_labels, test_images, test_labels = parts
    return (
        (_upright(info, train_images), _from_zero(info, train_labels)),
        (_upright(info, test_images), _from_zero(info, test_labels)),
    )


def _find(info: DatasetInfo, folder: Path, index: int, intact: set[str]) -> tuple[Path, bytes]:
    """Content of the idx file ``info.unpacked[index]`` and the file that it was read from."""
    name = info.unpacked[index]
    archive = info.files[index if len(info.files) > 1 else 0].name
    if archive in intact:
        return folder / archive, _unpack(folder / archive, name)
    if (folder / name).is_file():
        return folder / name, (folder / name).read_bytes()
    if (folder / archive).is_file():
        raise DataError(f"{folder / archive} is broken or another file: its checksum is wrong.")
    raise DataError(f"{info.label} is not there: {folder / archive} is missing.")


def _unpack(archive: Path, name: str) -> bytes:
    if archive.suffix == ".gz":
        return gzip.decompress(archive.read_bytes())
    with zipfile.ZipFile(archive) as files:
        return gzip.decompress(files.read(f"gzip/{name}.gz"))


def _parse(info: DatasetInfo, index: int, path: Path, content: bytes) -> NDArray[np.uint8]:
    header = info.idx_header(index)
    start = struct.pack(f">{len(header)}I", *header)
    if not content.startswith(start):
        what = f"{header[1]:,} " + ("labels" if index % 2 else "images of the expected size")
        raise DataError(f"{path} is not the file of {info.label}: it does not hold {what}.")
    if len(content) != idx_size_bytes(header):
        raise DataError(
            f"{path} is broken: it holds {len(content):,} bytes, not {idx_size_bytes(header):,}."
        )
    return np.frombuffer(content, np.uint8, offset=len(start))


def _upright(info: DatasetInfo, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if info.transposed:
        return pixels.reshape(-1, 1, info.width, info.height).swapaxes(2, 3)
    return pixels.reshape(-1, 1, info.height, info.width)


def _from_zero(info: DatasetInfo, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # A label below the first wraps to 255, which `load` refuses as it does any beyond the last.
    return labels - np.uint8(info.first_label)
