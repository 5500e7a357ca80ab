"""Load a data set, of the catalogue or of own pictures, into memory, checked."""

import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from netviz import paths
from netviz.engine.catalogue import DatasetInfo, Form, dataset_info, is_present
from netviz.engine.datasets.bundled import read_letters, read_moved, read_sample
from netviz.engine.datasets.cifar import read_cifar
from netviz.engine.datasets.dataset import Dataset, Split
from netviz.engine.datasets.idx import Arrays, read_idx
from netviz.engine.datasets.own.images import OwnForm
from netviz.engine.datasets.own.load import load_own
from netviz.engine.datasets.own.peek import is_own, own_path
from netviz.engine.errors import DataError


def present(name: str, data_dir: Path | None = None) -> bool:
    """Whether the files of the data set `name` are there; looks at names and sizes only.

    Raises
    ------
    DataError
        There is no such data set.
    """
    if is_own(name):
        return os.path.exists(own_path(name))
    return is_present(dataset_info(name), data_dir or paths.data_dir())


def load(name: str, data_dir: Path | None = None, form: OwnForm | None = None) -> Dataset:
    """Both splits of the data set `name`, images ``uint8 [N, C, H, W]`` on the CPU.

    Reads only; the data folder may be read-only.

    Parameters
    ----------
    name
        A name of the catalogue, or ``folder:PATH`` or ``csv:FILE`` for own pictures.
    data_dir
        The data folder, in torchvision's layout; by default the user's cache folder.
    form
        What own pictures are converted to, by default 28 x 28 grey; `load_own` says more, such
        as what was left out.

    Raises
    ------
    DataError
        There is no such data set, it was not downloaded yet, a file is broken, or own pictures
        are refused (see `load_own`).
    """
    if is_own(name):
        return load_own(name, form or OwnForm()).dataset
    info = dataset_info(name)
    data_dir = data_dir or paths.data_dir()
    try:
        train, test = READERS[info.form](info, data_dir / info.folder)
        return Dataset(
            name,
            info.classes,
            train=_split(info, *train, count=info.train_count),
            test=_split(info, *test, count=info.test_count),
        )
    except DataError as error:
        raise DataError(error.message, _how_to_get(info, data_dir)) from error
    except (OSError, EOFError, KeyError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        message = f"{info.label} cannot be read: {error}."
        raise DataError(message, _how_to_get(info, data_dir)) from error


READERS: dict[Form, Callable[[DatasetInfo, Path], tuple[Arrays, Arrays]]] = {
    Form.SAMPLE: read_sample,
    Form.MOVED: read_moved,
    Form.LETTERS: read_letters,
    Form.IDX: read_idx,
    Form.CIFAR: read_cifar,
}
"""How the files of each form are read: training and test images with their labels."""


def _split(
    info: DatasetInfo, images: NDArray[np.uint8], labels: NDArray[np.uint8], *, count: int
) -> Split:
    if images.shape != (count, info.channels, info.height, info.width) or labels.shape != (count,):
        raise DataError(
            f"{info.label} is broken: it holds {len(images):,} images and {len(labels):,} labels "
            f"where {count:,} of each belong, or images of another size."
        )
    if labels.max() >= len(info.classes):
        raise DataError(
            f"{info.label} is broken: it holds labels beyond its {len(info.classes)} classes."
        )
    # A tensor keeps the strides of a transposed array; batches should be contiguous in memory.
    pixels = torch.tensor(images).contiguous()
    return Split(pixels, torch.tensor(labels, dtype=torch.int64))


def _how_to_get(info: DatasetInfo, data_dir: Path) -> str:
    if info.bundled:
        return "Install NetViz again, or choose another data set."
    where = "" if data_dir == paths.data_dir() else f' --data-dir "{data_dir}"'
    return (
        f"Run 'netviz datasets download {info.name}{where}' or choose Download in the Data menu: "
        "what is missing or broken is fetched."
    )
