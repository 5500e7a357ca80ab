"""A tiny data set of idx files and its entry for the catalogue."""

import dataclasses
import gzip
import hashlib
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from netviz.engine.catalogue import CATALOGUE, DatasetInfo, RemoteFile

SHARED_DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


def remote_file(name: str, content: bytes) -> RemoteFile:
    return RemoteFile(name, hashlib.md5(content, usedforsecurity=False).hexdigest(), len(content))


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">{array.ndim + 1}I", 2048 + array.ndim, *array.shape) + array.tobytes()


@dataclasses.dataclass(frozen=True)
class TinyDataset:
    """A catalogue entry and what belongs to it.

    Attributes
    ----------
    idx
        Content of the four unpacked files by their names.
    content
        Content of the files to fetch by their names.
    """

    info: DatasetInfo
    arrays: tuple[NDArray[np.uint8], ...]
    idx: dict[str, bytes]
    content: dict[str, bytes]

    def folder(self, data_dir: Path) -> Path:
        folder = data_dir / self.info.folder
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write_packed(self, data_dir: Path) -> Path:
        folder = self.folder(data_dir)
        for name, content in self.content.items():
            (folder / name).write_bytes(content)
        return folder

    def write_unpacked(self, data_dir: Path) -> Path:
        folder = self.folder(data_dir)
        for name, content in self.idx.items():
            (folder / name).write_bytes(content)
        return folder


MakeTiny = Callable[..., TinyDataset]


def make_tiny_dataset(name: str, labels: NDArray[np.uint8] | None) -> TinyDataset:
    """A data set of 40 + 20 random images like the one of the catalogue called `name`."""
    real = CATALOGUE[name]
    rng = np.random.default_rng(0)
    arrays: list[NDArray[np.uint8]] = []
    for count in (40, 20):
        # Not square, and larger than one block of a download.
        arrays.append(rng.integers(0, 256, (count, 28, 30), np.uint8))
        end = real.first_label + len(real.classes)
        arrays.append(rng.integers(real.first_label, end, count, np.uint8))
    if labels is not None:
        arrays[1] = labels
    idx = {part: idx_bytes(array) for part, array in zip(real.unpacked, arrays, strict=True)}
    gz = {f"{part}.gz": gzip.compress(content, mtime=0) for part, content in idx.items()}
    content = {"gzip.zip": _zipped(gz)} if len(real.files) == 1 else gz
    info = dataclasses.replace(
        real,
        # EMNIST stores columns first.
        height=30 if real.transposed else 28,
        width=28 if real.transposed else 30,
        train_count=40,
        test_count=20,
        files=tuple(remote_file(*item) for item in content.items()),
        mirrors=(),
    )
    return TinyDataset(info, tuple(arrays), idx, content)


def _zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"gzip/{name}", content)
    return stream.getvalue()
