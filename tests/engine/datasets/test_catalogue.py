"""What the catalogue says, and whether it finds the files that are there."""

import subprocess
import sys
from pathlib import Path

import pytest

from netviz.engine.catalogue import CATALOGUE, DatasetInfo, dataset_info, is_present
from netviz.engine.datasets.cifar import BATCH_MD5
from netviz.engine.errors import DataError
from tests.engine.datasets.tiny import MakeTiny, TinyDataset


def test_unknown_name_says_what_exists() -> None:
    with pytest.raises(DataError, match=r"'mnits'.*mnist-sample, mnist-moved, .*cifar10"):
        dataset_info("mnits")


@pytest.mark.parametrize("info", CATALOGUE.values(), ids=CATALOGUE)
def test_entries_are_consistent(info: DatasetInfo) -> None:
    assert CATALOGUE[info.name] is info
    assert len(set(info.classes)) == len(info.classes)
    assert info.label
    assert info.description
    assert info.licence
    assert info.bundled == (not info.files) == (not info.mirrors)
    for mirror in info.mirrors:
        assert mirror.startswith("http")
        assert mirror.endswith("/")


def test_checksums_and_classes_agree_with_torchvision() -> None:
    from torchvision import datasets

    for name, theirs in {
        "mnist": datasets.MNIST,
        "fashion-mnist": datasets.FashionMNIST,
        "kmnist": datasets.KMNIST,
    }.items():
        info = CATALOGUE[name]
        assert [(file.name, file.md5) for file in info.files] == theirs.resources
        assert set(theirs.mirrors) <= set(info.mirrors)
        assert info.folder == f"{theirs.__name__}/raw"
    assert CATALOGUE["fashion-mnist"].classes == tuple(datasets.FashionMNIST.classes)
    assert CATALOGUE["kmnist"].classes == tuple(datasets.KMNIST.classes)
    for name in ("emnist-digits", "emnist-letters"):
        (file,) = CATALOGUE[name].files
        assert file.md5 == datasets.EMNIST.md5
        assert CATALOGUE[name].mirrors[0] + file.name == datasets.EMNIST.url
    (file,) = CATALOGUE["cifar10"].files
    assert (file.name, file.md5) == (datasets.CIFAR10.filename, datasets.CIFAR10.tgz_md5)
    assert CATALOGUE["cifar10"].mirrors[0] + file.name == datasets.CIFAR10.url
    batches = datasets.CIFAR10.train_list + datasets.CIFAR10.test_list
    assert {name.split("/")[1]: md5 for name, md5 in BATCH_MD5.items()} == dict(batches)


def test_bundled_is_always_present(tmp_path: Path) -> None:
    assert is_present(CATALOGUE["mnist-sample"], tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["mnist", "emnist-letters"])
def test_present_packed_or_unpacked(make_tiny: MakeTiny, name: str, tmp_path: Path) -> None:
    tiny = make_tiny(name)
    tiny.write_packed(tmp_path / "packed")
    tiny.write_unpacked(tmp_path / "unpacked")

    assert is_present(tiny.info, tmp_path / "packed")
    assert is_present(tiny.info, tmp_path / "unpacked")
    assert not is_present(tiny.info, tmp_path / "empty")


def test_each_file_may_be_packed_or_unpacked(tiny: TinyDataset, tmp_path: Path) -> None:
    folder = tiny.write_packed(tmp_path)
    name = tiny.info.unpacked[0]
    (folder / f"{name}.gz").unlink()
    assert not is_present(tiny.info, tmp_path)

    (folder / name).write_bytes(tiny.idx[name])
    assert is_present(tiny.info, tmp_path)


def test_file_of_another_size_is_not_present(tiny: TinyDataset, tmp_path: Path) -> None:
    folder = tiny.write_packed(tmp_path)
    name = tiny.info.files[2].name
    (folder / name).write_bytes(tiny.content[name][:-1])

    assert not is_present(tiny.info, tmp_path)


def test_data_folder_that_is_a_file_holds_nothing(tiny: TinyDataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert not is_present(tiny.info, tmp_path / "file")


def test_catalogue_and_download_import_neither_torch_nor_qt() -> None:
    code = (
        "import sys, netviz.engine.datasets.download\n"
        "print({'torch', 'torchvision', 'PySide6', 'numpy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "set()\n"
