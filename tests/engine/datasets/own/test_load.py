"""Own pictures as a data set: read, left out, split, refused."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from netviz.engine.datasets.load import load, present
from netviz.engine.datasets.own import listing
from netviz.engine.datasets.own import load as own_load
from netviz.engine.datasets.own.images import OwnForm
from netviz.engine.datasets.own.load import LoadingCancelledError, load_own, split_indices
from netviz.engine.datasets.own.peek import peek_own
from netviz.engine.errors import DataError
from tests.engine.datasets.pictures import png_claiming, save_classes, save_picture

FORM = OwnForm(8)


def refusal(name: str, form: OwnForm = FORM) -> str:
    with pytest.raises(DataError) as caught:
        load_own(name, form)
    return str(caught.value)


def test_folder_becomes_a_data_set(tmp_path: Path) -> None:
    save_classes(tmp_path, dog=10, cat=5)
    loaded = load_own(f"folder:{tmp_path}", FORM)
    dataset = loaded.dataset

    assert loaded.left_out == ()
    assert dataset.name == f"folder:{tmp_path}"
    assert dataset.classes == ("cat", "dog")
    assert dataset.image_shape == (1, 8, 8)
    assert dataset.train.labels.bincount().tolist() == [4, 8]
    assert dataset.test.labels.bincount().tolist() == [1, 2]
    for split in (dataset.train, dataset.test):
        assert split.images.dtype == torch.uint8
        assert split.images.is_contiguous()
        assert split.labels.dtype == torch.int64
        bright_rows = split.images[:, 0, :, 0].argmax(dim=1)
        assert torch.equal(bright_rows, 1 - split.labels)


def test_split_follows_the_seed_and_not_torchs(tmp_path: Path) -> None:
    name = f"folder:{save_classes(tmp_path, a=20, b=20)}"
    state = torch.get_rng_state()
    first, again = (load_own(name, FORM).dataset for _ in range(2))
    other = load_own(name, OwnForm(8, seed=1)).dataset

    assert torch.equal(first.train.images, again.train.images)
    assert not torch.equal(first.train.images, other.train.images)
    assert torch.equal(torch.get_rng_state(), state)


@given(
    labels=st.lists(st.integers(0, 5), min_size=1, max_size=200),
    fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**63),
)
def test_split_takes_each_image_once_and_from_each_class(
    labels: list[int], fraction: float, seed: int
) -> None:
    array = np.array(labels, np.int64)
    train, test = split_indices(array, fraction, seed)

    assert sorted([*train, *test]) == list(range(len(labels)))
    for label in set(labels):
        count, tested = labels.count(label), int((array[test] == label).sum())
        assert count - tested >= 1
        assert tested >= (1 if count > 1 else 0)
        assert abs(tested - fraction * count) <= 1
    again = split_indices(array, fraction, seed)
    assert all(np.array_equal(*pair) for pair in zip((train, test), again, strict=True))


def test_broken_files_are_listed_and_left_out(tmp_path: Path) -> None:
    save_classes(tmp_path, cat=3, dog=3)
    broken = {
        "text.png": (b"no picture", "text.png is not an image."),
        "tiny.png": (
            png_claiming(1, 1),
            "tiny.png is too small: 1 x 1 pixels, less than 2 x 2.",
        ),
        "vast.png": (
            png_claiming(20_000, 20_000),
            "vast.png is too large: more than 64 megapixels.",
        ),
    }
    for name, (content, _) in broken.items():
        (tmp_path / "dog" / name).write_bytes(content)
    save_picture(tmp_path / "stray.png")
    (tmp_path / "labels.txt").write_text("cat\ndog\n")
    loaded = load_own(f"folder:{tmp_path}", FORM)

    assert [str(item) for item in loaded.left_out] == [
        "stray.png lies beside the folders of the classes, not in one.",
        *(sentence for _, sentence in broken.values()),
    ]
    assert loaded.left_out[1].path == tmp_path / "dog" / "text.png"
    assert len(loaded.dataset.train) + len(loaded.dataset.test) == 6


def test_class_without_a_picture_is_left_out_and_the_others_are_counted_anew(
    tmp_path: Path,
) -> None:
    save_classes(tmp_path, cat=2, dog=2)
    (tmp_path / "bird").mkdir()
    (tmp_path / "bird" / "a.png").write_text("chirp")
    (tmp_path / "cow").mkdir()
    loaded = load_own(f"folder:{tmp_path}", FORM)

    assert loaded.dataset.classes == ("cat", "dog")
    assert loaded.dataset.train.labels.sort().values.tolist() == [0, 1]
    assert [str(item) for item in loaded.left_out] == [
        "cow holds no pictures.",
        "a.png is not an image.",
        f"{tmp_path.name} has no picture of class 'bird' that can be read.",
    ]


def test_nothing_left_is_refused(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_text("not a picture")

    assert refusal(f"folder:{tmp_path}") == (
        f"None of the pictures of {tmp_path} can be read. The first: a.png is not an image. "
        "Put pictures there (PNG, JPEG, GIF, BMP, TIFF or WebP)."
    )


def test_one_class_left_is_refused(tmp_path: Path) -> None:
    save_classes(tmp_path, cat=2)
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "a.png").write_text("not a picture")

    assert f"{tmp_path} has pictures of only one class, 'cat'." in refusal(f"folder:{tmp_path}")


def test_one_picture_in_every_class_is_refused(tmp_path: Path) -> None:
    save_classes(tmp_path, cat=1, dog=1)

    assert refusal(f"folder:{tmp_path}") == (
        f"Every class of {tmp_path} has only one picture, so none is left to test on. "
        "Give at least one class two pictures, better all of them many."
    )


def test_too_much_memory_is_refused_before_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_classes(tmp_path, cat=2, dog=2)
    monkeypatch.setattr(own_load, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(own_load, "read_picture", None)

    assert (
        f"The 4 pictures of {tmp_path} would take 0.1 GB of memory at 1024 x 1000 pixels"
        in refusal(f"folder:{tmp_path}", OwnForm((1000, 1024), 3))
    )


def test_progress_counts_every_file_and_cancel_stops(tmp_path: Path) -> None:
    name = f"folder:{save_classes(tmp_path, cat=2, dog=2)}"
    (tmp_path / "dog" / "text.png").write_text("not a picture")
    seen: list[tuple[int, int]] = []
    load_own(name, FORM, on_progress=lambda *progress: seen.append(progress))

    assert seen == [(done, 5) for done in range(1, 6)]

    seen.clear()
    with pytest.raises(LoadingCancelledError, match=r"^Loading .* was cancelled\.$"):
        load_own(
            name,
            FORM,
            on_progress=lambda *progress: seen.append(progress),
            cancelled=lambda: len(seen) == 3,
        )
    assert len(seen) == 3


def test_load_takes_own_pictures_beside_the_catalogue(tmp_path: Path) -> None:
    name = f"folder:{save_classes(tmp_path / 'pets', cat=2, dog=2)}"

    assert present(name)
    assert not present(f"{name}s")
    assert load(name).image_shape == (1, 28, 28)
    assert load(name, form=OwnForm((8, 9), 3)).image_shape == (3, 8, 9)
    with pytest.raises(DataError, match="There is no data set 'pets'"):
        load("pets")


@pytest.mark.parametrize("name", ["folder:", "csv: ", "pets", "zip:pets.zip"])
def test_name_without_a_place_is_refused(name: str) -> None:
    assert refusal(name) == (
        f"{name!r} names no data set of own pictures. Write folder:PATH or csv:FILE.csv."
    )


def test_peek_counts_all_and_reads_the_first_of_each_class(tmp_path: Path) -> None:
    save_classes(tmp_path, cat=30, dog=2, emu=1)
    (tmp_path / "dog" / "000.png").write_text("not a picture")
    peek = peek_own(f"folder:{tmp_path}", FORM, count=5)

    assert peek.counts == {"cat": 30, "dog": 2, "emu": 1}
    assert peek.labels.tolist() == [0, 2, 0, 1, 0]
    assert peek.images.shape == (5, 1, 8, 8)
    assert [str(item) for item in peek.left_out] == ["000.png is not an image."]
    assert peek.folder == tmp_path


def test_peek_of_rubbish_shows_why_there_is_nothing_to_see(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_text("not a picture")
    peek = peek_own(f"folder:{tmp_path}", FORM)

    assert peek.images.shape == (0, 1, 8, 8)
    assert len(peek.left_out) == 2


def test_unreadable_folders_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"folder:{save_classes(tmp_path, cat=2, dog=2, emu=2)}"
    scandir = os.scandir
    closed = tmp_path / "emu"

    def guarded(path: str) -> object:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert [str(item) for item in load_own(name, FORM).left_out] == [
        "emu cannot be read: Permission denied.",
        "emu holds no pictures.",
    ]

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert f"{tmp_path} cannot be read: Permission denied." in refusal(name)


def test_names_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    save_classes(tmp_path / "pets", cat=2, dog=2)

    assert peek_own("folder:~/pets", FORM).counts == {"cat": 2, "dog": 2}


def one_class(folder: Path) -> None:
    save_classes(folder, cat=3)


def no_image(folder: Path) -> None:
    (folder / "cat").mkdir()


def only_loose_pictures(folder: Path) -> None:
    save_picture(folder / "a.png")


def a_courses_parts(folder: Path) -> None:
    save_classes(folder / "train", ants=2, bees=2)
    save_classes(folder / "val", ants=2, bees=2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (one_class, "{} has pictures of only one class, 'cat'. A network learns to tell classes"),
        (no_image, "{} has no subfolders with pictures. Make one subfolder for each class"),
        (only_loose_pictures, "{} has no subfolders with pictures. Make one subfolder"),
        (a_courses_parts, "The subfolders of {}, train and val, are parts of a data set, not"),
    ],
)
def test_folders_that_are_refused(
    make: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    make(tmp_path)

    assert refusal(f"folder:{tmp_path}").startswith(message.format(tmp_path))


def test_folder_that_is_missing_or_a_file(tmp_path: Path) -> None:
    file = save_picture(tmp_path / "a.png")

    assert refusal(f"folder:{tmp_path / 'no'}").startswith(f"There is no folder {tmp_path / 'no'}.")
    assert refusal(f"folder:{file}").startswith(f"{file} is a file, not a folder.")
    assert refusal(f"folder:{'x' * 5000}").startswith("There is no folder xxx")


def test_too_many_files_or_classes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_classes(tmp_path, a=2, b=2, c=2)
    monkeypatch.setattr(listing, "MAX_CLASSES", 2)
    assert f"{tmp_path} has 3 classes; at most 2 are possible." in refusal(f"folder:{tmp_path}")

    monkeypatch.setattr(listing, "MAX_FILES", 5)
    assert f"{tmp_path} holds more than 5 files." in refusal(f"folder:{tmp_path}")


def test_nested_and_hidden_files_and_links(tmp_path: Path) -> None:
    pets = save_classes(tmp_path / "pets", cat=1, dog=1)
    save_picture(pets / "cat" / "deep" / "down" / "b.png")
    save_picture(pets / "cat" / ".hidden.png")
    save_picture(pets / "cat" / ".thumbnails" / "c.png")
    save_picture(pets / ".hidden" / "d.png")
    try:
        (pets / "cat" / "loop").symlink_to(pets)
        (pets / "itself").symlink_to(pets)
        (pets / "emu").symlink_to(save_classes(tmp_path / "elsewhere", birds=3) / "birds")
        (pets / "dog" / "nowhere.png").symlink_to(pets / "nothing.png")
        (pets / "dog" / "ring.png").symlink_to(pets / "dog" / "ring.png")
    except OSError:
        pytest.skip("needs symbolic links")
    loaded = load_own(f"folder:{pets}", FORM)

    assert loaded.dataset.classes == ("cat", "dog", "emu")
    count = loaded.dataset.train.labels.bincount(minlength=3) + loaded.dataset.test.labels.bincount(
        minlength=3
    )
    assert count.tolist() == [2, 1, 3]
    sentences = [str(item) for item in loaded.left_out]
    assert sentences[:2] == [
        "itself is a link back to the folder that it lies in.",
        "nowhere.png is missing.",
    ]
    assert sentences[2].startswith("ring.png cannot be read: ")


def test_pictures_of_any_kind_side_by_side(tmp_path: Path) -> None:
    save_classes(tmp_path, cat=1, dog=1)
    Image.new("CMYK", (30, 20)).save(tmp_path / "cat" / "b.jpg")
    Image.new("RGBA", (3, 900)).save(tmp_path / "dog" / "c.PNG")
    Image.new("I;16", (40, 40)).save(tmp_path / "dog" / "d.png")

    assert load_own(f"folder:{tmp_path}", OwnForm(16, 3)).left_out == ()
