"""Reading data sets: intact files become the expected tensors, all others are refused."""

import dataclasses
import io
import pickle
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from netviz import paths
from netviz.engine.catalogue import CATALOGUE
from netviz.engine.datasets import cifar
from netviz.engine.datasets.load import load, present
from netviz.engine.errors import DataError
from tests.engine.datasets.tiny import SHARED_DATA, MakeTiny, TinyDataset, remote_file


def assert_holds(tiny: TinyDataset, data_dir: Path) -> None:
    dataset = load(tiny.info.name, data_dir)
    train_images, train_labels, test_images, test_labels = tiny.arrays
    assert dataset.name == tiny.info.name
    assert dataset.classes == tiny.info.classes
    for split, images, labels in (
        (dataset.train, train_images, train_labels),
        (dataset.test, test_images, test_labels),
    ):
        assert torch.equal(split.images, torch.tensor(images)[:, None])
        assert torch.equal(split.labels, torch.tensor(labels, dtype=torch.int64))
        assert split.images.is_contiguous()


def test_sample_is_stratified_mixed_and_without_leaks() -> None:
    dataset = load("mnist-sample")

    assert dataset.image_shape == (1, 28, 28)
    assert dataset.train.labels.bincount().tolist() == [400] * 10
    assert dataset.test.labels.bincount().tolist() == [100] * 10
    for split in (dataset.train, dataset.test):
        assert split.images.dtype == torch.uint8
        assert len(set(split.labels[:64].tolist())) == 10
    images = torch.cat([dataset.train.images, dataset.test.images])
    assert len({image.numpy().tobytes() for image in images}) == 5_000


def test_sample_loads_without_torchvision() -> None:
    code = (
        "import sys\nfrom netviz.engine.datasets.load import load\n"
        "load('mnist-sample')\nprint('torchvision' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "False\n"


def test_broken_sample_asks_to_install_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.npz").write_bytes(b"not an archive")
    monkeypatch.setattr(paths, "resource", lambda *_: tmp_path / "broken.npz")

    with pytest.raises(DataError, match="Install NetViz again"):
        load("mnist-sample")


def test_packed_files_are_read_and_the_folder_left_as_it_was(
    tiny: TinyDataset, tmp_path: Path
) -> None:
    folder = tiny.write_packed(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    folder.chmod(0o555)

    assert_holds(tiny, tmp_path)

    folder.chmod(0o755)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_unpacked_files_are_read(tiny: TinyDataset, tmp_path: Path) -> None:
    tiny.write_unpacked(tmp_path)

    assert_holds(tiny, tmp_path)


@pytest.mark.parametrize("broken", ["packed", "unpacked"])
def test_whole_file_is_taken_where_the_other_form_is_broken(
    tiny: TinyDataset, tmp_path: Path, broken: str
) -> None:
    folder = tiny.write_packed(tmp_path)
    tiny.write_unpacked(tmp_path)
    for name in tiny.content if broken == "packed" else tiny.idx:
        (folder / name).write_bytes(b"rubbish")

    assert_holds(tiny, tmp_path)


def test_missing_says_how_to_get_it(tiny: TinyDataset, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load("mnist", tmp_path)

    assert tiny.info.files[0].name in caught.value.message
    assert f'netviz datasets download mnist --data-dir "{tmp_path}"' in caught.value.hint
    assert "Download in the Data menu" in caught.value.hint


def test_default_folder_needs_no_option(
    tiny: TinyDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "data_dir", lambda: tmp_path)

    assert not present("mnist")
    with pytest.raises(DataError, match="'netviz datasets download mnist'"):
        load("mnist")
    tiny.write_packed(tmp_path)
    assert present("mnist")
    assert_holds(tiny, tmp_path)


@pytest.mark.parametrize("index", range(4))
def test_broken_archive_is_named(tiny: TinyDataset, tmp_path: Path, index: int) -> None:
    folder = tiny.write_packed(tmp_path)
    path = folder / tiny.info.files[index].name
    path.write_bytes(path.read_bytes()[:-4])

    with pytest.raises(DataError, match=r"checksum.* datasets download mnist") as caught:
        load("mnist", tmp_path)

    assert str(path) in caught.value.message


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("change", ["cut", "longer", "empty", "magic", "count"])
def test_broken_unpacked_file_is_named(
    tiny: TinyDataset, tmp_path: Path, index: int, change: str
) -> None:
    folder = tiny.write_unpacked(tmp_path)
    path = folder / tiny.info.unpacked[index]
    content = path.read_bytes()
    changed = {
        "cut": content[:-1],
        "longer": content + b"\0",
        "empty": b"",
        "magic": b"\x1f" + content[1:],
        "count": content[:7] + bytes([content[7] - 1]) + content[8:],
    }
    path.write_bytes(changed[change])

    with pytest.raises(DataError) as caught:
        load("mnist", tmp_path)

    assert str(path) in caught.value.message


def test_images_of_another_size_are_refused(tiny: TinyDataset, tmp_path: Path) -> None:
    folder = tiny.write_unpacked(tmp_path)
    path = folder / tiny.info.unpacked[0]
    content = path.read_bytes()
    # 30 x 28 instead of 28 x 30: as many bytes.
    path.write_bytes(content[:8] + content[12:16] + content[8:12] + content[16:])

    with pytest.raises(DataError, match="images of the expected size"):
        load("mnist", tmp_path)


@pytest.mark.parametrize(("name", "label"), [("mnist", 10), ("emnist-letters", 0)])
def test_label_out_of_range_is_refused(
    make_tiny: MakeTiny, tmp_path: Path, name: str, label: int
) -> None:
    labels = np.full(40, 1, np.uint8)
    labels[17] = label
    make_tiny(name, labels).write_unpacked(tmp_path)

    with pytest.raises(DataError, match="labels beyond"):
        load(name, tmp_path)


def test_more_labels_than_images_are_refused(make_tiny: MakeTiny, tmp_path: Path) -> None:
    make_tiny("mnist", np.zeros(41, np.uint8)).write_packed(tmp_path)

    with pytest.raises(DataError, match="it does not hold 40 labels"):
        load("mnist", tmp_path)


def test_damage_behind_a_right_checksum_is_an_error_too(
    tiny: TinyDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny.write_packed(tmp_path)
    name = tiny.info.files[0].name
    cut = tiny.content[name][:-100]
    (folder / name).write_bytes(cut)
    files = (remote_file(name, cut), *tiny.info.files[1:])
    monkeypatch.setitem(CATALOGUE, "mnist", dataclasses.replace(tiny.info, files=files))

    with pytest.raises(DataError, match="cannot be read"):
        load("mnist", tmp_path)


@pytest.mark.parametrize("write", [TinyDataset.write_packed, TinyDataset.write_unpacked])
def test_emnist_stands_upright_and_counts_from_zero(
    make_tiny: MakeTiny,
    tmp_path: Path,
    write: Callable[[TinyDataset, Path], Path],
) -> None:
    tiny = make_tiny("emnist-letters")
    write(tiny, tmp_path)
    images, labels, test_images, test_labels = tiny.arrays
    upright = (images.swapaxes(1, 2), labels - 1, test_images.swapaxes(1, 2), test_labels - 1)

    assert_holds(dataclasses.replace(tiny, arrays=upright), tmp_path)


class CifarFiles:
    """Six small batches as CIFAR-10's, four images each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = np.random.default_rng(0)
        real = CATALOGUE["cifar10"]
        self.pixels = rng.integers(0, 256, (24, 3072), np.uint8)
        self.labels = rng.integers(0, 10, 24)
        self.batches = {}
        for number, name in enumerate(real.unpacked):
            rows = slice(4 * number, 4 * number + 4)
            batch = {b"data": self.pixels[rows], b"labels": self.labels[rows].tolist()}
            self.batches[name] = pickle.dumps(batch, protocol=2)
        checksums = {name: remote_file(name, data).md5 for name, data in self.batches.items()}
        monkeypatch.setattr(cifar, "BATCH_MD5", checksums)
        self.archive = self._archive()
        file = remote_file(real.files[0].name, self.archive)
        info = dataclasses.replace(real, files=(file,), train_count=20, test_count=4)
        monkeypatch.setitem(CATALOGUE, "cifar10", info)

    def _archive(self) -> bytes:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            # The real archive is in no order either.
            for name, content in reversed(self.batches.items()):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return stream.getvalue()

    def write_unpacked(self, data_dir: Path) -> None:
        for name, content in self.batches.items():
            (data_dir / name).parent.mkdir(exist_ok=True)
            (data_dir / name).write_bytes(content)

    def assert_loaded(self, data_dir: Path) -> None:
        dataset = load("cifar10", data_dir)
        assert dataset.image_shape == (3, 32, 32)
        images = torch.cat([dataset.train.images, dataset.test.images])
        assert torch.equal(images.flatten(1), torch.tensor(self.pixels))
        labels = torch.cat([dataset.train.labels, dataset.test.labels])
        assert labels.tolist() == self.labels.tolist()
        assert len(dataset.test) == 4


@pytest.fixture
def cifar_files(monkeypatch: pytest.MonkeyPatch) -> CifarFiles:
    return CifarFiles(monkeypatch)


def test_cifar_from_the_archive(cifar_files: CifarFiles, tmp_path: Path) -> None:
    assert not present("cifar10", tmp_path)
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(cifar_files.archive)

    assert present("cifar10", tmp_path)
    cifar_files.assert_loaded(tmp_path)


def test_cifar_unpacked_beside_a_broken_archive(cifar_files: CifarFiles, tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"rubbish")
    cifar_files.write_unpacked(tmp_path)

    assert present("cifar10", tmp_path)
    cifar_files.assert_loaded(tmp_path)


def test_unknown_pickle_is_never_opened(
    cifar_files: CifarFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cifar_files.write_unpacked(tmp_path)
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").write_bytes(pickle.dumps({}))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("opened a pickle that is not known")

    monkeypatch.setattr(pickle, "loads", refuse)
    with pytest.raises(DataError, match=r"data_batch_1 .*checksum"):
        load("cifar10", tmp_path)


@pytest.mark.parametrize(("content", "message"), [(b"rubbish", "checksum"), (None, "missing")])
def test_cifar_archive_broken_or_missing(
    cifar_files: CifarFiles, tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "cifar-10-python.tar.gz").write_bytes(content)

    with pytest.raises(DataError, match=rf"{message}.*netviz datasets download cifar10"):
        load("cifar10", tmp_path)


def test_cifar_batches_that_hold_too_little(
    cifar_files: CifarFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cifar_files.write_unpacked(tmp_path)
    more = dataclasses.replace(CATALOGUE["cifar10"], train_count=21)
    monkeypatch.setitem(CATALOGUE, "cifar10", more)

    with pytest.raises(DataError, match="20 images and 20 labels where 21 of each belong"):
        load("cifar10", tmp_path)


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="needs the real MNIST files")
def test_real_mnist_equals_torchvisions(tmp_path: Path) -> None:
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import extract_archive

    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for archive in (SHARED_DATA / "MNIST" / "raw").glob("*.gz"):
        extract_archive(str(archive), str(raw))

    # Once from the archives, once from what torchvision unpacked.
    for data_dir in (SHARED_DATA, tmp_path):
        ours = load("mnist", data_dir)
        for split, train in ((ours.train, True), (ours.test, False)):
            theirs = MNIST(str(tmp_path), train=train)
            assert torch.equal(split.images[:, 0], theirs.data)
            assert torch.equal(split.labels, theirs.targets)
