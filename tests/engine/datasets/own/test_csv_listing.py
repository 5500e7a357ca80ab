"""Own pictures listed in a CSV file, in every form that people write one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.datasets.load import load, present
from netviz.engine.datasets.own import csv_listing, listing
from netviz.engine.datasets.own.csv_listing import list_csv
from netviz.engine.datasets.own.images import OwnForm
from netviz.engine.datasets.own.listing import Listing
from netviz.engine.datasets.own.load import load_own
from netviz.engine.datasets.own.peek import peek_own
from netviz.engine.errors import DataError
from tests.engine.datasets.pictures import save_picture

TUTORIAL = "tshirt1.jpg, 0\ntshirt2.jpg, 0\nankleboot999.jpg, 9\n"
NAMES = ("tshirt1.jpg", "tshirt2.jpg", "ankleboot999.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the tutorial's three pictures lie."""
    for name in NAMES:
        save_picture(tmp_path / name)
    return tmp_path


def write(folder: Path, text: str | bytes, name: str = "labels.csv") -> Path:
    content = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(content)
    return folder / name


def refusal(file: Path) -> str:
    with pytest.raises(DataError) as caught:
        list_csv(file)
    return str(caught.value)


def assert_is_the_tutorials(listing: Listing, folder: Path) -> None:
    assert listing.classes == ("0", "9")
    assert listing.files == tuple(zip((folder / n for n in NAMES), (0, 0, 1), strict=True))
    assert listing.left_out == ()


@pytest.mark.parametrize(
    "text",
    [
        TUTORIAL,
        "file_name,label\n" + TUTORIAL,
        "file_name, label\n" + TUTORIAL,
        " FileName ,\tLabel\n" + TUTORIAL,
        '"file_name","label"\n"tshirt1.jpg","0"\n"tshirt2.jpg", "0"\n"ankleboot999.jpg",9\n',
        "\ufeff" + TUTORIAL,
        "\ufefffile_name,label\n" + TUTORIAL,
        TUTORIAL.replace(",", ";"),
        "file_name;label\n" + TUTORIAL.replace(",", ";"),
        '"tshirt1.jpg";"0"\n"tshirt2.jpg";"0"\n"ankleboot999.jpg";"9"\n',
        TUTORIAL.replace(", ", "\t"),
        TUTORIAL.replace("\n", "\r\n"),
        TUTORIAL.replace("\n", "\r"),
        "\n\nfile_name,label\n\n" + TUTORIAL.replace("\n", "\n\n"),
        TUTORIAL.rstrip(),
        "./" + TUTORIAL,
        "label,note,file_name\n0,,tshirt1.jpg\n0,a,tshirt2.jpg\n9,b,ankleboot999.jpg\n",
    ],
)
def test_every_way_to_write_the_tutorials_list(text: str, folder: Path) -> None:
    assert_is_the_tutorials(list_csv(write(folder, text)), folder)


@pytest.mark.parametrize("place", ["images", "labels"])
def test_pictures_may_lie_in_a_folder_beside_the_list(place: str, tmp_path: Path) -> None:
    for name in NAMES:
        save_picture(tmp_path / place / name)
    file = write(tmp_path, TUTORIAL)

    assert_is_the_tutorials(list_csv(file), tmp_path / place)
    assert peek_own(f"csv:{file}", OwnForm()).folder == tmp_path / place


def test_pictures_are_taken_from_the_folder_that_has_the_most(folder: Path) -> None:
    save_picture(folder / "images" / NAMES[0])

    assert_is_the_tutorials(list_csv(write(folder, TUTORIAL)), folder)


def test_subfolders_in_the_names_even_as_windows_writes_them(tmp_path: Path) -> None:
    save_picture(tmp_path / "cats" / "a.png")
    save_picture(tmp_path / "dogs" / "ä 1.png")
    listing = list_csv(write(tmp_path, "cats/a.png,cat\ndogs\\ä 1.png,dog\n"))

    assert [path for path, _ in listing.files] == [
        tmp_path / "cats" / "a.png",
        tmp_path / "dogs" / "ä 1.png",
    ]


def test_names_without_suffix_need_no_header_where_they_exist(tmp_path: Path) -> None:
    for name in ("first", "second"):
        save_picture(tmp_path / "a.png").rename(tmp_path / name)

    assert list_csv(write(tmp_path, "first,cat\nsecond,dog\n")).classes == ("cat", "dog")


def test_numbers_are_sorted_by_value_and_words_by_letter(folder: Path) -> None:
    tens = "".join(f"{name},{label}\n" for name, label in zip(NAMES, (10, 9, 100), strict=True))
    mixed = "".join(f"{name},{label}\n" for name, label in zip(NAMES, (10, 9, "x"), strict=True))

    assert list_csv(write(folder, tens)).classes == ("9", "10", "100")
    assert list_csv(write(folder, mixed)).classes == ("10", "9", "x")


def test_missing_files_are_listed_and_left_out(folder: Path) -> None:
    loaded = load_own(f"csv:{write(folder, TUTORIAL + 'gone.jpg, 0')}", OwnForm(8))

    assert [str(item) for item in loaded.left_out] == [f"gone.jpg is missing in {folder}."]
    assert loaded.dataset.classes == ("0", "9")
    assert len(loaded.dataset.train) + len(loaded.dataset.test) == 3


def test_all_files_missing_is_refused_with_the_first(tmp_path: Path) -> None:
    file = write(tmp_path, TUTORIAL)

    assert refusal(file) == (
        f"None of the 3 pictures that {file} lists is there; the first is tshirt1.jpg. "
        f"File names are relative to the CSV file. Looked in {tmp_path}, {tmp_path / 'images'}, "
        f"{tmp_path / 'labels'}."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("path,class\na.png,cat\n", "path, class"),
        ("file_name,kind\na.png,cat\n", "file_name, kind"),
        ("a.png,cat,3\n", "a.png, cat, 3"),
        ("tshirt1.jpg\n", "tshirt1.jpg"),
    ],
)
def test_unknown_columns_are_refused(text: str, found: str, folder: Path) -> None:
    file = write(folder, text)

    assert refusal(file) == (
        f"{file} has the columns {found}; needed are file_name and label. "
        "It needs two columns, file_name and label, such as: tshirt1.jpg, 0"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (TUTORIAL.encode("utf-16"), "is in UTF-16, not UTF-8"),
        (TUTORIAL.encode("utf-16-be"), "is not text in UTF-8"),
        ("schön.jpg,0\n".encode("latin-1"), "is not text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not text in UTF-8"),
    ],
)
def test_other_encodings_are_refused(content: bytes, problem: str, folder: Path) -> None:
    file = write(folder, content)

    assert refusal(file) == (
        f'{file} {problem}. Save it again as UTF-8; spreadsheets call it "CSV UTF-8".'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "{} is empty. It needs two columns, file_name and label"),
        ("\ufeff", "{} is empty."),
        ("\n , \n", "{} is empty."),
        ("file_name,label\n", "{} lists no pictures. It needs two columns"),
        (
            "file_name,label\ntshirt1.jpg,\n",
            "{} lists no pictures. The first line left out: labels.csv has no label in line 2. It",
        ),
        ("tshirt1.jpg,0\ntshirt2.jpg,0\n", "{} has pictures of only one class, '0'. A network"),
        (TUTORIAL + '"open,0\n', "Line 4 of {} is not CSV: unexpected end of data. Check its"),
        (TUTORIAL + '"a"b,0\n', "Line 4 of {} is not CSV: "),
    ],
)
def test_lists_that_are_refused(text: str, message: str, folder: Path) -> None:
    file = write(folder, text)

    assert refusal(file).startswith(message.format(file))


def test_lines_that_are_left_out(folder: Path) -> None:
    more = "tshirt1.jpg,0\n./tshirt1.jpg,0\ntshirt2.jpg,9\ntshirt3.jpg\n,0\ntshirt4.jpg,\n"
    listing = list_csv(write(folder, TUTORIAL + more))

    assert [str(item) for item in listing.left_out] == [
        "labels.csv lists tshirt1.jpg again in line 4; it is taken once.",
        "labels.csv lists tshirt1.jpg again in line 5; it is taken once.",
        "labels.csv calls tshirt2.jpg '9' in line 6 but '0' before, which holds.",
        "labels.csv has 1 instead of 2 fields in line 7.",
        "labels.csv has no file name in line 8.",
        "labels.csv has no label in line 9.",
    ]
    assert len(listing.files) == 3


def test_file_that_is_missing_a_folder_or_too_large(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(folder / "no.csv") == f"There is no file {folder / 'no.csv'}. Choose a CSV file."
    assert refusal(folder).startswith(f"{folder} is not a file.")

    file = write(folder, TUTORIAL)
    monkeypatch.setattr(listing, "MAX_FILES", 1)
    assert f"{file} holds more than 1 files." in refusal(file)

    monkeypatch.setattr(csv_listing, "LARGEST_BYTES", 10)
    assert f"{file} is too large for a list of pictures." in refusal(file)


def test_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(folder, TUTORIAL)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert f"{file} cannot be read: Permission denied. Choose another file." == refusal(file)


def test_list_is_a_data_set_like_any_other(folder: Path) -> None:
    name = f"csv:{write(folder, TUTORIAL)}"

    assert present(name)
    assert not present(f"{name}.no")
    assert load(name).classes == ("0", "9")


@given(st.one_of(st.binary(), st.text(alphabet=',;\t"\r\n a.1\ufeff').map(str.encode)))
def test_no_content_raises_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = write(tmp_path_factory.getbasetemp(), content, "any.csv")

    with pytest.raises(DataError, match=r"."):
        list_csv(file)
