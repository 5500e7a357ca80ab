"""Drawings are kept whole, under safe names, and are a data set to train on."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from netviz import paths
from netviz.engine.datasets.drawings import DrawingStore, folder_name
from netviz.engine.datasets.load import load
from netviz.engine.errors import DataError, StorageError

RNG = np.random.default_rng(0)


def drawing() -> np.ndarray:
    return RNG.integers(0, 256, (28, 28), np.uint8)


@pytest.fixture
def store(tmp_path: Path) -> DrawingStore:
    return DrawingStore(tmp_path / "drawings")


def test_drawings_are_a_data_set_of_the_same_pixels(store: DrawingStore) -> None:
    drawn = {label: [drawing() for _ in range(3)] for label in ("seven", "one")}
    for label, images in drawn.items():
        for image in images:
            store.add(image, label)
    dataset = load(store.dataset_name)

    assert store.counts() == {"one": 3, "seven": 3}
    assert dataset.classes == ("one", "seven")
    for split in (dataset.train, dataset.test):
        for image, label in zip(split.images[:, 0].numpy(), split.labels.tolist(), strict=True):
            same = [np.array_equal(image, other) for other in drawn[dataset.classes[label]]]
            assert sum(same) == 1


def test_file_is_where_add_says_and_reads_back(store: DrawingStore) -> None:
    image = drawing()
    path = store.add(image, "7")

    assert path.parent == store.folder / "7"
    assert list(path.parent.iterdir()) == [path]
    assert np.array_equal(np.asarray(Image.open(path)), image)


def test_drawings_in_colour_keep_their_colours(store: DrawingStore) -> None:
    assert store.form() == (False, 0)
    store.add(drawing(), "grey")
    assert store.form() == (False, 28)
    image = RNG.integers(0, 256, (3, 32, 32), np.uint8)
    path = store.add(image, "cat")
    assert np.array_equal(np.asarray(Image.open(path)).transpose(2, 0, 1), image)
    assert store.form() == (True, 32)


def test_undo_goes_back_over_what_was_added_here(store: DrawingStore) -> None:
    DrawingStore(store.folder).add(drawing(), "old")
    first, second = (store.add(drawing(), label) for label in ("a", "b"))

    assert store.remove_last() == second
    assert store.counts() == {"a": 1, "old": 1}
    assert not second.parent.exists()
    assert store.remove_last() == first
    assert store.remove_last() is None
    assert store.counts() == {"old": 1}


def test_clear_and_counts_leave_other_files_alone(store: DrawingStore) -> None:
    store.add(drawing(), "a")
    store.add(drawing(), "b")
    foreign = store.folder / "a" / "photo.png"
    Image.fromarray(drawing()).save(foreign)

    assert store.counts() == {"a": 1, "b": 1}
    assert store.clear() == 2
    assert store.clear() == 0
    assert store.counts() == {}
    assert [path for path in store.folder.rglob("*") if path.is_file()] == [foreign]
    assert not (store.folder / "b").exists()
    assert store.remove_last() is None


def test_export_copies_and_may_be_repeated(store: DrawingStore, tmp_path: Path) -> None:
    paths_drawn = [store.add(drawing(), label) for label in "aab"]

    assert store.export(tmp_path / "out") == 3
    assert store.export(tmp_path / "out") == 3
    for path in paths_drawn:
        copy = tmp_path / "out" / path.relative_to(store.folder)
        assert copy.read_bytes() == path.read_bytes()
    assert DrawingStore(tmp_path / "out").counts() == {"a": 2, "b": 1}


@pytest.mark.parametrize("inside", [".", "a", "a/../b"])
def test_export_into_itself_is_refused(store: DrawingStore, inside: str) -> None:
    store.add(drawing(), "a")

    with pytest.raises(DataError, match="cannot be exported into their own folder"):
        store.export(store.folder / inside)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("7", "7"),
        ("T-shirt/top", "T-shirt-top"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("C:\\Windows", "C--Windows"),
        (".hidden", "hidden"),
        ("  two\n words. ", "two words"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("ä ひ", "ä ひ"),
        ("a\0b\u202ec", "a-b-c"),
        ("\ud800x", "-x"),
        ("é" * 300, "é" * 60),
    ],
)
def test_labels_become_safe_names(label: str, name: str) -> None:
    assert folder_name(label) == name


@given(st.text())
def test_no_label_leaves_the_folder(label: str) -> None:
    try:
        name = folder_name(label)
    except DataError:
        return
    assert (Path("store") / name).parent == Path("store")
    assert not name.startswith(".")
    assert len(name.encode()) <= 255
    assert folder_name(name) == name or name.startswith("_")


@pytest.mark.parametrize("label", ["", " ", "..", "///", "\0"])
def test_labels_of_which_nothing_is_left(store: DrawingStore, label: str) -> None:
    with pytest.raises(DataError) as caught:
        store.add(drawing(), label)

    assert str(caught.value) == (
        f"{label!r} cannot be the name of a class. Give it at least one letter or digit."
    )
    assert not store.folder.exists()


@pytest.mark.parametrize(
    "image", [np.zeros((28, 28)), np.zeros((4, 28, 28), np.uint8), np.zeros((0, 28), np.uint8)]
)
def test_what_is_no_drawing_is_refused(store: DrawingStore, image: np.ndarray) -> None:
    with pytest.raises(
        DataError, match=r"^A drawing must be uint8 \[H, W\] or \[3, H, W\]; this is "
    ):
        store.add(image, "7")


def test_failed_write_leaves_nothing(store: DrawingStore, tmp_path: Path) -> None:
    (tmp_path / "drawings").write_text("a file where the folder should be")

    with pytest.raises(StorageError, match="could not be written"):
        store.add(drawing(), "7")
    assert store.remove_last() is None


def test_what_cannot_be_removed_is_reported_and_kept(store: DrawingStore) -> None:
    path = store.add(drawing(), "7")
    path.unlink()
    path.mkdir()

    for _ in range(2):
        with pytest.raises(StorageError, match=rf"{path.name} cannot be removed: "):
            store.remove_last()


def test_default_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)

    assert DrawingStore().folder == tmp_path / "drawings"
    assert DrawingStore().counts() == {}
