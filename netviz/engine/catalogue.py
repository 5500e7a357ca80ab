"""Which data sets exist, where their files come from and how those are checked."""

import hashlib
import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from string import ascii_uppercase, digits

from netviz.engine.errors import DataError


class Form(Enum):
    """How the files of a data set are written; `load` has one reader for each."""

    SAMPLE = "sample"
    MOVED = "moved"
    LETTERS = "letters"
    IDX = "idx"
    CIFAR = "cifar"


@dataclass(frozen=True)
class RemoteFile:
    """A file that can be fetched, with the checksum and size that identify it."""

    name: str
    md5: str
    size_bytes: int


@dataclass(frozen=True)
class DatasetInfo:
    """One entry of the catalogue.

    Attributes
    ----------
    name, label, description
        What the command line, the window and its tooltip call the data set.
    classes
        Names of the classes; the label ``i`` means ``classes[i]``.
    channels, height, width
        Shape of one image, in pixels.
    train_count, test_count
        Number of images in each split.
    folder
        Folder of the files under the data folder, as torchvision has it.
    files
        What is fetched.
    mirrors
        Addresses of folders that hold the files by their names, the best one first.
    licence
        Who made the data set and on what terms it may be used.
    unpacked
        Names of the files that torchvision unpacks from `files`. For ``Form.IDX`` these four:
        train images, train labels, test images, test labels.
    form
        How the files are written.
    first_label
        The number that the files use for ``classes[0]``.
    transposed
        Whether the files store the images column by column.
    """

    name: str
    label: str
    description: str
    classes: tuple[str, ...]
    channels: int
    height: int
    width: int
    train_count: int
    test_count: int
    folder: str
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]
    licence: str
    unpacked: tuple[str, ...] = ()
    form: Form = Form.IDX
    first_label: int = 0
    transposed: bool = False

    @property
    def bundled(self) -> bool:
        """Whether the data set ships with NetViz."""
        return not self.files

    @property
    def total_bytes(self) -> int:
        """Size of all files to fetch."""
        return sum(file.size_bytes for file in self.files)

    def idx_header(self, index: int) -> tuple[int, ...]:
        """The numbers that the idx file ``unpacked[index]`` begins with: magic and dimensions."""
        count = self.train_count if index < 2 else self.test_count
        if index % 2:
            return 2049, count
        rows, columns = self.height, self.width
        return (2051, count, columns, rows) if self.transposed else (2051, count, rows, columns)


def idx_size_bytes(header: tuple[int, ...]) -> int:
    """Size of an idx file of bytes: its header of 32-bit numbers and one byte an element."""
    return 4 * len(header) + math.prod(header[1:])


def _idx_names(train: str, test: str) -> tuple[str, ...]:
    parts = ("images-idx3-ubyte", "labels-idx1-ubyte")
    return tuple(f"{split}-{part}" for split in (train, test) for part in parts)


_MNIST_NAMES = _idx_names("train", "t10k")


def _like_mnist(
    name: str,
    label: str,
    description: str,
    *,
    classes: tuple[str, ...],
    folder: str,
    checks: tuple[tuple[str, int], ...],
    mirrors: tuple[str, ...],
    licence: str,
) -> DatasetInfo:
    """A data set of 28 x 28 grey images in four files named as MNIST's are.

    `checks` are their MD5 and size in the order train images, train labels, test images,
    test labels.
    """
    return DatasetInfo(
        name,
        label,
        description,
        classes=classes,
        channels=1,
        height=28,
        width=28,
        train_count=60_000,
        test_count=10_000,
        folder=folder,
        files=tuple(
            RemoteFile(f"{part}.gz", md5, size)
            for part, (md5, size) in zip(_MNIST_NAMES, checks, strict=True)
        ),
        mirrors=mirrors,
        licence=licence,
        unpacked=_MNIST_NAMES,
    )


def _emnist(
    split: str,
    label: str,
    description: str,
    *,
    classes: tuple[str, ...],
    train_count: int,
    test_count: int,
    first_label: int = 0,
) -> DatasetInfo:
    """One split of EMNIST; all of them lie in the same archive."""
    return DatasetInfo(
        f"emnist-{split}",
        label,
        description,
        classes=classes,
        channels=1,
        height=28,
        width=28,
        train_count=train_count,
        test_count=test_count,
        folder="EMNIST/raw",
        files=(RemoteFile("gzip.zip", "58c8d27c78d21e728a6bc7b3cc06412e", 561_753_746),),
        mirrors=("https://biometrics.nist.gov/cs_links/EMNIST/",),
        licence="G. Cohen, S. Afshar, J. Tapson, A. van Schaik; from NIST Special Database 19.",
        unpacked=_idx_names(f"emnist-{split}-train", f"emnist-{split}-test"),
        first_label=first_label,
        transposed=True,
    )


_ENTRIES = (
    DatasetInfo(
        "mnist-sample",
        "MNIST sample",
        "5,000 handwritten digits from MNIST that come with NetViz.",
        classes=tuple(digits),
        channels=1,
        height=28,
        width=28,
        train_count=4_000,
        test_count=1_000,
        folder="",
        files=(),
        mirrors=(),
        licence="Y. LeCun, C. Cortes; CC BY-SA 3.0.",
        form=Form.SAMPLE,
    ),
    DatasetInfo(
        "mnist-moved",
        "MNIST sample, moved",
        "The same 5,000 digits, each moved at random within its frame.",
        classes=tuple(digits),
        channels=1,
        height=28,
        width=28,
        train_count=4_000,
        test_count=1_000,
        folder="",
        files=(),
        mirrors=(),
        licence="Y. LeCun, C. Cortes; CC BY-SA 3.0.",
        form=Form.MOVED,
    ),
    DatasetInfo(
        "drawn-letters",
        "Drawn letters A to J",
        "4,000 capital letters that a program drew with an unsteady pen.",
        classes=tuple(ascii_uppercase[:10]),
        channels=1,
        height=28,
        width=28,
        train_count=3_000,
        test_count=1_000,
        folder="",
        files=(),
        mirrors=(),
        licence="The NetViz developers; MIT.",
        form=Form.LETTERS,
    ),
    _like_mnist(
        "mnist",
        "MNIST",
        "70,000 handwritten digits, the classic first data set.",
        classes=tuple(digits),
        folder="MNIST/raw",
        checks=(
            ("f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
            ("d53e105ee54ea40749a09fcbcd1e9432", 28_881),
            ("9fb629c4189551a2d022fa330f9573f3", 1_648_877),
            ("ec29112dd5afa0611ce80d1b7f02629c", 4_542),
        ),
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
        licence="Y. LeCun, C. Cortes; CC BY-SA 3.0.",
    ),
    _like_mnist(
        "fashion-mnist",
        "Fashion-MNIST",
        "70,000 pictures of clothes in MNIST's format, harder than digits.",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        folder="FashionMNIST/raw",
        checks=(
            ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
            ("25c81989df183df01b3e8a0aad5dffbe", 29_515),
            ("bef4ecab320f06d8554ea6380940ec79", 4_422_102),
            ("bb300cfdad3c16e7a12a480ee83cd310", 5_148),
        ),
        mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        licence="Zalando SE; MIT.",
    ),
    _like_mnist(
        "kmnist",
        "Kuzushiji-MNIST",
        "70,000 handwritten Japanese characters of ten kinds in MNIST's format.",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        folder="KMNIST/raw",
        checks=(
            ("bdb82020997e1d708af4cf47b453dcf7", 18_165_135),
            ("e144d726b3acfaa3e44228e80efcd344", 29_497),
            ("5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136),
            ("7320c461ea6c1c855c0b718fb2a4b134", 5_120),
        ),
        mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        licence="KMNIST Dataset (created by CODH), from Kuzushiji Dataset; CC BY-SA 4.0.",
    ),
    _emnist(
        "digits",
        "EMNIST digits",
        "280,000 handwritten digits, four times as many as MNIST.",
        classes=tuple(digits),
        train_count=240_000,
        test_count=40_000,
    ),
    _emnist(
        "letters",
        "EMNIST letters",
        "145,600 handwritten letters, capital and small ones together.",
        classes=tuple(ascii_uppercase),
        train_count=124_800,
        test_count=20_800,
        first_label=1,
    ),
    DatasetInfo(
        "cifar10",
        "CIFAR-10",
        "60,000 small colour photographs of animals and vehicles.",
        classes=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        channels=3,
        height=32,
        width=32,
        train_count=50_000,
        test_count=10_000,
        folder="",
        files=(
            RemoteFile("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071),
        ),
        mirrors=("https://www.cs.toronto.edu/~kriz/",),
        licence="A. Krizhevsky, V. Nair, G. Hinton; free to use, please cite.",
        unpacked=tuple(
            f"cifar-10-batches-py/{batch}"
            for batch in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
        ),
        form=Form.CIFAR,
    ),
)

CATALOGUE: dict[str, DatasetInfo] = {entry.name: entry for entry in _ENTRIES}


def dataset_info(name: str) -> DatasetInfo:
    """The catalogue's entry for `name`.

    Raises
    ------
    DataError
        There is no such data set.
    """
    try:
        return CATALOGUE[name]
    except KeyError:
        raise DataError(
            f"There is no data set {name!r}.", f"Choose one of {', '.join(CATALOGUE)}."
        ) from None


def is_intact(path: Path, file: RemoteFile) -> bool:
    """Whether `path` is `file` to the byte; reads all of it."""
    if _size_bytes(path) != file.size_bytes:
        return False
    with path.open("rb") as stream:
        # Not for security: machines in FIPS mode refuse a plain md5.
        digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    return digest.hexdigest() == file.md5


def is_present(info: DatasetInfo, data_dir: Path) -> bool:
    """Whether the files of `info` are in `data_dir`, as fetched or as torchvision unpacks them.

    Looks at names and sizes only, so it costs nothing; `load` checks what is in the files.
    """
    if info.bundled:
        return True
    folder = data_dir / info.folder
    packed = [_size_bytes(folder / file.name) == file.size_bytes for file in info.files]
    unpacked = [_is_unpacked(info, folder, index) for index in range(len(info.unpacked))]
    if len(packed) == len(unpacked):
        return all(one or other for one, other in zip(packed, unpacked, strict=True))
    return all(packed) or all(unpacked)


def _is_unpacked(info: DatasetInfo, folder: Path, index: int) -> bool:
    size = _size_bytes(folder / info.unpacked[index])
    if info.form is Form.IDX:
        return size == idx_size_bytes(info.idx_header(index))
    return bool(size)


def _size_bytes(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
