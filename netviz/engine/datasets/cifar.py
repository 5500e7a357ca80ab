"""Read CIFAR-10 from its archive, or from the batches that torchvision unpacks."""

import hashlib
import pickle
import tarfile
import warnings
from pathlib import Path

import numpy as np

from netviz.engine.catalogue import DatasetInfo, is_intact
from netviz.engine.datasets.idx import Arrays
from netviz.engine.errors import DataError

BATCH_MD5 = {
    "cifar-10-batches-py/data_batch_1": "c99cafc152244af753f735de768cd75f",
    "cifar-10-batches-py/data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "cifar-10-batches-py/data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "cifar-10-batches-py/data_batch_4": "634d18415352ddfa80567beed471001a",
    "cifar-10-batches-py/data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "cifar-10-batches-py/test_batch": "40351d587109b95175f43aff81a1287e",
}


def read_cifar(info: DatasetInfo, folder: Path) -> tuple[Arrays, Arrays]:
    """Images ``uint8 [N, 3, 32, 32]`` and labels ``uint8 [N]`` of the train and the test split.

    Raises
    ------
    DataError
        A file is missing or is not CIFAR-10's.
    """
    archive = folder / info.files[0].name
    if is_intact(archive, info.files[0]):
        batches = _from_archive(archive)
    elif all((folder / name).is_file() for name in BATCH_MD5):
        batches = {name: (folder / name).read_bytes() for name in BATCH_MD5}
    elif archive.is_file():
        raise DataError(f"{archive} is broken or another file: its checksum is wrong.")
    else:
        raise DataError(f"{info.label} is not there: {archive} is missing.")
    *train, test = (_unpickle(name, batches[name]) for name in info.unpacked)
    images, labels = zip(*train, strict=True)
    return (np.concatenate(images), np.concatenate(labels)), test


def _from_archive(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as files:
        # In the archive's own order: going back would unpack it from the start again.
        return {
            member.name: content.read()
            for member in files
            if member.name in BATCH_MD5 and (content := files.extractfile(member)) is not None
        }


def _unpickle(name: str, content: bytes) -> Arrays:
    # A pickle can run any code: open none but the six that are known.
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != BATCH_MD5[name]:
        raise DataError(f"{name} is broken or another file: its checksum is wrong.")
    with warnings.catch_warnings():
        # The batches date from 2009; numpy >= 2.4 finds their way to write a dtype old.
        warnings.filterwarnings("ignore", message=r"dtype\(\): align should be passed")
        batch = pickle.loads(content, encoding="bytes")
    images = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32)
    return images, np.asarray(batch[b"labels"], np.uint8)
